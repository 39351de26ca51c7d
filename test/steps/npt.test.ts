/** The npt step on an embedded-atom iron that melts near 1810 K; small and short. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Artifact, Inputs, Measured, Outcome } from '../../engine/step.ts';
import { AMU_PER_A3_TO_G_PER_CM3, MASSES } from '../../physics/constants.ts';
import { committeeDeviation } from '../../physics/dynamics/monitor.ts';
import { readStates } from '../../physics/dynamics/state-xyz.ts';
import { type ForceField, PotentialError } from '../../physics/potentials/force-field.ts';
import { cellVolume } from '../../physics/structure/cells.ts';
import type { npt } from '../../steps/npt/interface.ts';
import { measureDensity } from '../../steps/npt/run.ts';
import { listedIron } from '../oracle/listed.ts';
import { type TestContext, taskContext } from './context.ts';
import { testPotential } from './potential.ts';

const potential: Artifact = { path: '', digest: 'p', size: 0 };
const inputs: Inputs<typeof npt> = {
  potential,
  composition: { Fe: 1 },
  temperature: 2200,
  pressure: 0,
  phase: 'liquid',
  atoms: 54,
  length: 6,
  timestep: 3,
  seed: 1,
};

/** The same forces in a world `factor` times as long. */
function stretched(field: ForceField, factor: number, elements = field.elements): ForceField {
  return {
    ...field,
    elements,
    compute: (positions, cell) => {
      const found = field.compute(
        positions.map((x) => x / factor),
        cell.map((x) => x / factor),
      );
      return {
        ...found,
        forces: found.forces.map((f) => f / factor),
        nearest: found.nearest * factor,
      };
    },
  };
}

const volume = [10, 17] as const;
const iron = () => listedIron(0.8);
const one = () => testPotential([iron()], { volume });
const measured = (outcome: Outcome, name: string) => outcome.outputs![name] as Measured;
const reasonOf = (outcome: Outcome) => (outcome.kind === 'inconclusive' ? outcome.reason : 'done');
const read = (task: TestContext, file: string) => readFileSync(join(task.folder, file), 'utf8');
const filesOf = (task: TestContext): Record<string, string> =>
  Object.fromEntries(
    readdirSync(task.folder)
      .sort()
      .map((name) => [name, read(task, name)]),
  );
async function messageOf(run: Promise<unknown>): Promise<string> {
  try {
    await run;
  } catch (error) {
    if (error instanceof Error) return `${error.name}: ${error.message}`;
  }
  return 'no error';
}

/** Mean volume per atom of a production from the log, after so many rows. */
function loggedVolume(thermo: string, production: string, discard: number): number {
  const rows = thermo.split('\n').filter((line) => line.startsWith(`${production},`));
  const kept = rows.slice(discard).map((line) => Number(line.split(',')[5]));
  return kept.reduce((sum, each) => sum + each, 0) / kept.length / 54;
}

const density = suite('npt');

density(
  'a liquid’s density with both parts of its error, its states at the mean volume',
  async () => {
    const fields = [iron(), stretched(iron(), 1.02)];
    const task = taskContext();
    const outcome = await measureDensity(
      testPotential(fields, {
        volume,
        deviation: committeeDeviation([iron(), stretched(iron(), 1.02)]),
      }),
      inputs,
      task,
    );
    assert.is(reasonOf(outcome), 'done');
    const { value, unit, contributions, standard_error, conditions, ...rest } = measured(
      outcome,
      'density',
    );
    const members = outcome.figures!.find(({ id }) => id === 'members')!;
    assert.is(members.kind, 'table');
    if (members.kind !== 'table') return;
    const volumes = members.rows.map((row) => (row[1] as { value: number }).value);
    const discarded = members.rows.map((row) => (row[5] as { value: number }).value);
    const thermo = read(task, 'thermo.csv');
    discarded.forEach((ps, k) => {
      const rows = Math.round(ps / 0.021) - 1;
      const mean = loggedVolume(thermo, `production ${k + 1}`, rows);
      assert.ok(Math.abs(mean - volumes[k]!) < 1e-9, `${mean} ${volumes[k]}`);
    });
    const densities = volumes.map((each) => (MASSES.Fe! * AMU_PER_A3_TO_G_PER_CM3) / each);
    assert.ok(Math.abs(value - (densities[0]! + densities[1]!) / 2) < 1e-9);
    // A hundredth and two in length are three and six in volume.
    assert.ok(Math.abs(densities[0]! / densities[1]! - 1.0612) < 0.025, `${densities}`);
    assert.ok(Math.abs(contributions.committee! - (0.06 * value) / Math.SQRT2) < 0.02 * value);
    assert.ok(contributions.statistical! > 0 && contributions.statistical! < 0.02 * value);
    const { committee, statistical } = contributions;
    assert.ok(Math.abs(standard_error! - Math.hypot(committee!, statistical!)) < 1e-12);
    assert.is(unit, 'g/cm³');
    assert.is(rest.quantity, 'density');
    assert.equal(conditions, {
      composition: { Fe: 1 },
      temperature: 2200,
      pressure: 0,
      phase: 'liquid',
      potential: { digest: 'test', spin: 'none', members: 2 },
    });

    const states = readStates(read(task, 'state.extxyz'), 'state.extxyz', ['Fe']);
    assert.is(states.length, 2);
    states.forEach(({ state, info }, k) => {
      assert.ok(Math.abs(cellVolume(state.cell) / 54 - volumes[k]!) < 1e-9);
      assert.ok(state.velocities.some((v) => v !== 0));
      assert.is(info.get('temperature'), '2200');
      assert.is(info.get('composition'), 'Fe1');
      assert.is(info.get('potential'), 'p');
    });
    assert.ok(read(task, 'trajectory.extxyz').includes('member=2'));
    assert.equal(
      outcome.figures!.map(({ id }) => id),
      ['density', 'temperature', 'members', 'deviation', 'distances', 'melting'],
    );
  },
);

density('a crystal keeps its phase and needs no melting', async () => {
  const task = taskContext();
  const outcome = await measureDensity(
    one(),
    { ...inputs, phase: 'bcc', temperature: 300, length: 8 },
    task,
  );
  assert.is(reasonOf(outcome), 'done');
  const { value, contributions, conditions } = measured(outcome, 'density');
  // a = 2.8665 Å at 0 K is 7.87 g/cm³.
  assert.ok(Math.abs(value - 7.87) < 0.08, `${value}`);
  assert.equal(Object.keys(contributions), ['statistical']);
  assert.is(conditions.phase, 'bcc');
  assert.not(read(task, 'thermo.csv').includes('melting'));
});

density('marks what the training frames did not have, and says why', async () => {
  const task = taskContext();
  const alloy = stretched(iron(), 1, ['Fe', 'Cr']);
  const outcome = await measureDensity(
    testPotential([alloy], {
      volume: [10, 12.5],
      fractions: [
        [0.95, 1],
        [0, 0.05],
      ],
    }),
    { ...inputs, composition: { Fe: 0.8, Cr: 0.2 }, length: 1.2 },
    task,
  );
  assert.is(reasonOf(outcome), 'done');
  const { marks, conditions } = measured(outcome, 'density');
  assert.equal(conditions.composition, { Fe: 0.8, Cr: 0.2 });
  assert.equal(marks.slice(0, 2), ['outside training', 'few samples']);
  assert.match(task.warnings[0]!, /^the mean volume per metal atom, 1[34]\.\d\d Å³, lies outside/);
  assert.equal(task.warnings.slice(1), [
    "79.6 at% Fe lies outside the training frames' 95.0 to 100.0 at%",
    "20.4 at% Cr lies outside the training frames' 0.0 to 5.0 at%",
  ]);
});

density('a production that drifts to its end is marked', async () => {
  // A world that grows by 5 % in length while the crystal is watched.
  const field = iron();
  let factor = 1;
  const growing: ForceField = {
    ...field,
    compute: (x, cell) => {
      factor += 5e-5;
      return stretched(field, factor).compute(x, cell);
    },
  };
  const outcome = await measureDensity(
    testPotential([growing], { volume }),
    { ...inputs, phase: 'bcc', temperature: 300, length: 3 },
    taskContext(),
  );
  assert.is(reasonOf(outcome), 'done');
  assert.ok(measured(outcome, 'density').marks.includes('not equilibrated'));
});

density('a committee that no longer agrees ends the run with its frame', async () => {
  const task = taskContext();
  const outcome = await measureDensity(
    testPotential([iron(), iron()], { volume, deviation: (state) => (state.step < 300 ? 0.2 : 3) }),
    inputs,
    task,
  );
  assert.is(
    reasonOf(outcome),
    'the simulation ran away: melting 1, step 300: the members of the committee differ by 3.00 eV/Å (rms over atoms), above 2 eV/Å',
  );
  assert.not('density' in outcome.outputs!);
  assert.equal(outcome.outputs!.runaway, { file: 'runaway.extxyz' });
  const [frame] = readStates(read(task, 'runaway.extxyz'), 'runaway.extxyz', ['Fe']);
  assert.is(frame!.state.step, 300);
  assert.match(frame!.info.get('reason')!, 'differ by 3.00');
  assert.equal(
    outcome.figures!.map(({ id }) => id),
    ['melting', 'deviation'],
  );
});

density('a potential that gives up in the middle is a runaway too', async () => {
  let calls = 0;
  const field = iron();
  const outcome = await measureDensity(
    testPotential(
      [
        {
          ...field,
          compute: (x, cell) => {
            calls += 1;
            if (calls === 3000) throw new PotentialError('atom 3 (Fe) has too many neighbours');
            return field.compute(x, cell);
          },
        },
      ],
      { volume },
    ),
    inputs,
    taskContext(),
  );
  assert.match(
    reasonOf(outcome),
    /^the simulation ran away: production 1, step \d+: atom 3 \(Fe\) has too many neighbours$/,
  );
  assert.ok('runaway' in outcome.outputs!);
});

density('a crystal that does not melt, or does not stay, is no density of its phase', async () => {
  const cold = await measureDensity(one(), { ...inputs, temperature: 600 }, taskContext());
  assert.is(
    reasonOf(cold),
    'the crystal did not melt in 6 ps at up to 900 K: 100 % of its atoms are in crystalline surroundings, a liquid has less than 5 %',
  );
  const hot = await measureDensity(
    one(),
    { ...inputs, phase: 'bcc', temperature: 3600, length: 2 },
    taskContext(),
  );
  assert.match(
    reasonOf(hot),
    /^production 1: the crystal was lost, \d+ % of its atoms are left in crystalline surroundings$/,
  );
  assert.not('density' in hot.outputs!);
  assert.ok('state' in hot.outputs!);
});

density('productions too short to be judged hand on a state, but no value', async () => {
  const task = taskContext();
  const outcome = await measureDensity(
    testPotential([iron(), iron()], { volume }),
    { ...inputs, length: 0.4 },
    task,
  );
  assert.is(
    reasonOf(outcome),
    'a production of 0.2 ps for each of 2 members is too short to be judged: ask for at least 1.6 ps in all',
  );
  assert.is(readStates(read(task, 'state.extxyz'), 'state.extxyz', ['Fe']).length, 2);
});

density('a training range without the crystal’s minimum is no obstacle, but said', async () => {
  const task = taskContext();
  const outcome = await measureDensity(
    testPotential([iron()], { volume: [14.5, 16] }),
    inputs,
    task,
  );
  assert.is(reasonOf(outcome), 'done');
  assert.is(measured(outcome, 'density').marks[0], 'outside training');
  assert.match(task.warnings[0]!, "outside the training frames' 14.50 to 16.00 Å³");
});

density('compositions that cannot be had are mistakes', async () => {
  const alloy = testPotential([stretched(iron(), 1, ['Fe', 'C'])], { volume });
  const ask = (composition: { readonly [element: string]: number }) =>
    messageOf(measureDensity(alloy, { ...inputs, composition }, taskContext()));
  assert.is(
    await ask({ Fe: 0.987, C: 0.013 }),
    'StepError: a cell with 54 lattice sites cannot hold Fe98.7C1.3 within 0.5 at%; the nearest it holds is Fe98.18C1.82 (1 C + 54 Fe): use more atoms or that composition',
  );
  assert.is(
    await ask({ Fe: 0.9, Ni: 0.1 }),
    'StepError: the potential does not know Ni; it knows Fe, C',
  );
});

density('a run stopped again and again ends with the bytes of one that never was', async () => {
  const short = { ...inputs, length: 4 };
  const pair = () =>
    testPotential([iron(), iron()], { volume, deviation: committeeDeviation([iron(), iron()]) });
  const whole = taskContext();
  const outcome = await measureDensity(pair(), short, whole);
  assert.is(reasonOf(outcome), 'done');

  let saved: Uint8Array | undefined;
  let stops = 0;
  for (;;) {
    const task = taskContext({ stopAfterSaves: 11, ...(saved ? { resume: saved } : {}) });
    try {
      assert.equal(await measureDensity(pair(), short, task), outcome);
      assert.equal(filesOf(task), filesOf(whole));
      break;
    } catch (error) {
      if (!(error instanceof Error) || error.message !== 'stopped') throw error;
      saved = task.saved;
      stops += 1;
    }
  }
  assert.ok(stops >= 3, `${stops}`);
});
density.run();
