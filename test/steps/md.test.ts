/** The md step: every ensemble, both kinds of trajectory, and runs that are stopped. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Artifact, Inputs, Outcome } from '../../engine/step.ts';
import { parseExtendedXyz } from '../../physics/dft/extxyz.ts';
import { createState } from '../../physics/dynamics/state.ts';
import { readStates } from '../../physics/dynamics/state-xyz.ts';
import { openTrajectory, type Trajectory } from '../../physics/dynamics/trajectory.ts';
import { deviationFigure } from '../../steps/figures.ts';
import type { md } from '../../steps/md/interface.ts';
import { run } from '../../steps/md/run.ts';
import { readStart } from '../../steps/state.ts';
import { type TestContext, taskContext } from './context.ts';

const { pathname } = new URL('../../workflows/data/iron-eam/Fe.eam.fs', import.meta.url);
const inputs: Inputs<typeof md> = {
  potential: { path: pathname, digest: 'iron', size: 0 },
  start: undefined,
  structure: 'bcc',
  composition: { Fe: 1 },
  atoms: 54,
  ensemble: 'nve',
  temperature: 600,
  pressure: 0,
  axes: 'iso',
  thermostat_period: 100,
  barostat_period: 500,
  length: 0.4,
  timestep: undefined,
  every: 100,
  format: 'extxyz',
  velocities: false,
  seed: 1,
};

const bytesOf = (task: TestContext, name: string) => readFileSync(join(task.folder, name));
const trajectoryOf = (task: TestContext): Trajectory => {
  const bytes = bytesOf(task, 'trajectory.traj');
  const read = (offset: number, length: number) => bytes.subarray(offset, offset + length);
  return openTrajectory({ size: bytes.length, read });
};
interface Summary {
  readonly temperature_K: { readonly value: number };
  readonly volume_A3_per_atom: { readonly value: number };
  readonly invariant_drift_meV_per_atom_ps: number;
  readonly marks: readonly string[];
}
const summaryOf = (outcome: Outcome) => outcome.outputs!.summary as unknown as Summary;

const dynamics = suite('md');

for (const ensemble of ['nve', 'nvt', 'langevin', 'npt', 'nph'] as const)
  dynamics(`${ensemble}: runs from a crystal, with its conserved quantity at rest`, async () => {
    const task = taskContext();
    const outcome = await run({ ...inputs, ensemble, length: 1, axes: 'aniso' }, task);
    assert.is(outcome.kind, 'done');
    const summary = summaryOf(outcome);
    assert.ok(Math.abs(summary.invariant_drift_meV_per_atom_ps) < 1);
    assert.ok(Math.abs(summary.temperature_K.value - 600) < 120, `${summary.temperature_K.value}`);
    assert.equal(summary.marks, ['classical potential']);
    const frames = parseExtendedXyz(bytesOf(task, 'trajectory.extxyz').toString(), 'x');
    assert.equal(
      frames.map(({ info }) => Number(info.get('time_fs'))),
      [100, 200, 300, 400, 500, 600, 700, 800, 900, 1000],
    );
    const lattices = new Set(frames.map(({ info }) => info.get('Lattice')));
    assert.is(lattices.size > 1, ensemble.startsWith('np'));
    assert.is(bytesOf(task, 'thermo.csv').toString().split('\n').length, 52);
  });

dynamics('binary and text hold the same frames', async () => {
  const [text, double, single] = [taskContext(), taskContext(), taskContext()];
  const wanted = { ...inputs, ensemble: 'nvt', velocities: true } as const;
  const outcome = await run({ ...wanted, format: 'f64' }, double);
  assert.equal(outcome.outputs!.binary, { file: 'trajectory.traj' });
  assert.not('trajectory' in outcome.outputs!);
  await run({ ...wanted, format: 'f32' }, single);
  await run(wanted, text);
  const states = readStates(bytesOf(text, 'trajectory.extxyz').toString(), 'x', ['Fe']);
  assert.is(states.length, 4);
  states.forEach(({ state }, k) => {
    const { positions, velocities, cell, scalars } = trajectoryOf(double).frame(k);
    assert.equal([positions, velocities, cell], [state.positions, state.velocities, state.cell]);
    assert.is(scalars[0], state.step);
    const rounded = trajectoryOf(single).frame(k).positions;
    assert.equal(rounded, Float64Array.from(Float32Array.from(state.positions)));
  });
});

for (const format of ['extxyz', 'f32'] as const)
  dynamics(`stopped again and again it gives the same bytes: ${format}`, async () => {
    const wanted = { ...inputs, ensemble: 'langevin', format, length: 1 } as const;
    const whole = taskContext();
    const outcome = await run(wanted, whole);
    let saved: Uint8Array | undefined;
    for (let stops = 0; ; stops++) {
      const task = taskContext({ stopAfterSaves: 3, ...(saved ? { resume: saved } : {}) });
      try {
        assert.equal(await run(wanted, task), outcome);
        for (const name of [
          `trajectory.${format === 'f32' ? 'traj' : format}`,
          'thermo.csv',
          'state.extxyz',
        ])
          assert.equal(bytesOf(task, name), bytesOf(whole, name));
        assert.ok(stops >= 2, `${stops}`);
        break;
      } catch (error) {
        if (!(error instanceof Error) || error.message !== 'stopped') throw error;
        saved = task.saved;
      }
    }
  });

dynamics('goes on from the state that another simulation hands on', async () => {
  const first = taskContext();
  await run({ ...inputs, ensemble: 'nvt' }, first);
  const start: Artifact = { path: join(first.folder, 'state.extxyz'), digest: 's', size: 0 };
  const { states, conditions } = readStart(start, ['Fe']);
  assert.equal(conditions.composition, { Fe: 1 });
  const second = taskContext();
  const outcome = await run(
    { ...inputs, start, composition: undefined, format: 'f64', every: 2, length: 0.002 },
    second,
  );
  assert.is(outcome.kind, 'done');
  const { positions } = trajectoryOf(second).frame(0);
  const { state } = states[0]!;
  // One step along the velocities that were handed on.
  const off = positions.map((x, k) => x - state.positions[k]! - 2 * state.velocities[k]!);
  assert.ok(off.every((d) => Math.abs(d) < 0.01));
});

dynamics('says what is missing or given twice', async () => {
  const message = async (change: Partial<typeof inputs>) => {
    try {
      await run({ ...inputs, ...change }, taskContext());
    } catch (error) {
      if (error instanceof Error) return `${error.name}: ${error.message}`;
    }
    throw new Error('nothing was refused');
  };
  assert.is(
    await message({ composition: undefined }),
    'StepError: composition is missing: give one, or a start',
  );
  assert.is(
    await message({ composition: { Ni: 1 } }),
    'StepError: the potential does not know Ni; it knows Fe',
  );
  const start = { path: 'nowhere', digest: '', size: 0 };
  assert.is(
    await message({ start }),
    'StepError: composition: the start has one of its own; give one of the two',
  );
});

dynamics('a run that ended before anybody looked at the committee has no figure of it', () => {
  const range = { volume: [9, 13], nearest: [[null]], fractions: [[0, 1]], frames: 1 } as const;
  const watch = { elements: ['Fe'], range, deviation: () => 0.1 };
  const state = createState({
    elements: ['Fe'],
    types: [0],
    positions: new Float64Array(3),
    cell: Float64Array.of(3, 0, 0, 0, 3, 0, 0, 0, 3),
  });
  const short = { name: 'production', member: 0, timestep: 1, state, rows: {} };
  assert.equal(deviationFigure([short], watch), []);
});

dynamics.run();
