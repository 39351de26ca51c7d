/** The viscosity step on Lennard-Jones liquids whose viscosity is known. */
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Artifact, Inputs, Measured, Outcome } from '../../engine/step.ts';
import { BOLTZMANN } from '../../physics/constants.ts';
import type { MeanState } from '../../physics/dynamics/density.ts';
import { simulateNow } from '../../physics/dynamics/driver.ts';
import { committeeDeviation } from '../../physics/dynamics/monitor.ts';
import { createState, type State } from '../../physics/dynamics/state.ts';
import { readStates } from '../../physics/dynamics/state-xyz.ts';
import { maxwellBoltzmann } from '../../physics/dynamics/velocities.ts';
import { mean } from '../../physics/statistics/series.ts';
import { supercell } from '../../physics/structure/crystal.ts';
import { writeStates } from '../../steps/state.ts';
import type { viscosity } from '../../steps/viscosity/interface.ts';
import { measureViscosity } from '../../steps/viscosity/run.ts';
import { broughtonGilmer } from '../oracle/listed.ts';
import { type TestContext, taskContext } from './context.ts';
import { testPotential } from './potential.ts';

/** Of iron's size and strength, so that times and temperatures are iron's too. */
const [epsilon, sigma] = [0.25, 2.4];
const field = (strength = 1) => broughtonGilmer({ epsilon: strength * epsilon, sigma });
/** Near the triple point: ρ* = 0.8442, T* = 0.7224. */
const temperature = Math.round((0.7224 * epsilon) / BOLTZMANN);
const crystal = (): State => {
  const { positions, cell } = supercell('bcc', [4, 4, 4], sigma ** 3 / 0.8442);
  return createState({
    elements: ['Fe'],
    types: new Uint8Array(positions.length / 3),
    positions,
    cell,
  });
};
/** The crystal above, molten, with its mean potential energy. */
function liquid(): MeanState {
  const state = crystal();
  maxwellBoltzmann(state, 6 * temperature, 3);
  const energies: number[] = [];
  for (const [times, steps] of [
    [3, 600],
    [1, 400],
    [1, 1500],
  ] as const)
    simulateNow(
      state,
      field(),
      { kind: 'nvt', temperature: times * temperature },
      {
        steps,
        timestep: 3,
        every: 5,
        observe: (sample) => steps === 1500 && energies.push(sample.potential),
      },
    );
  return { state, potential: mean(energies) };
}

const folder = mkdtempSync(join(tmpdir(), 'curie-viscosity-'));
let files = 0;
function artifact(text: string): Artifact {
  files += 1;
  const path = join(folder, `state-${files}.extxyz`);
  writeFileSync(path, text);
  return { path, digest: `s${files}`, size: text.length };
}
const conditions = { composition: { Fe: 1 }, temperature, pressure: 0, potential: 'p' };
const melt = liquid();
const start = artifact(writeStates([melt], conditions));
const inputs: Inputs<typeof viscosity> = {
  potential: { path: '', digest: 'p', size: 0 },
  start,
  temperature: undefined,
  replicas: 5,
  length: 12,
  timestep: 3,
  seed: 1,
};
const quick = { ...inputs, replicas: 2, length: 0.6 };

const one = () => testPotential([field()]);
const measured = (outcome: Outcome) => outcome.outputs!.viscosity as Measured;
/** Each replica's mean. */
function temperaturesOf({ figures }: Outcome): number[] {
  const table = figures!.find(({ id }) => id === 'replica-table')!;
  if (table.kind !== 'table') throw new Error('no table');
  return table.rows.map((row) => (row[2] as { value: number }).value);
}
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

const step = suite('viscosity');

step('gives the Lennard-Jones liquid’s viscosity near its triple point', async () => {
  const task = taskContext();
  const outcome = await measureViscosity(one(), inputs, task);
  assert.is(reasonOf(outcome), 'done');
  const { value, unit, quantity, standard_error, contributions, marks, ...rest } =
    measured(outcome);
  // sqrt(m ε)/σ² is 1.058 mPa·s here; LAMMPS gives 3.34 ± 0.06 of it (bench/viscosity-lj.ts).
  assert.ok(Math.abs(value / 1.058 - 3.34) < 2 * (standard_error! / 1.058), `${value}`);
  assert.ok(standard_error! < 0.2 * value && standard_error! > 0.04 * value, `${standard_error}`);
  assert.equal([quantity, unit, marks], ['viscosity', 'mPa·s', []]);
  assert.equal(Object.keys(contributions), ['statistical']);
  // Replicas have the energy of their temperature, so the mean is within 1 % of it.
  const temperatures = temperaturesOf(outcome);
  assert.ok(Math.abs(mean(temperatures) - temperature) < 0.01 * temperature, `${temperatures}`);
  assert.equal(rest.conditions, {
    composition: { Fe: 1 },
    temperature,
    pressure: 0,
    phase: 'liquid',
    potential: { digest: 'test', spin: 'none', members: 1 },
  });
  assert.ok(rest.effective_samples! > 100);

  // The value is the integral's at the cut, and never more certain than noise allows.
  const rows = read(task, 'integral.csv')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(',').map(Number));
  const at = rows.findIndex(([time, modulus, integral]) => {
    const first = rows[0]![1]!;
    return time! > 0 && modulus !== undefined && time! * first * 1e-3 >= 10 * integral!;
  });
  assert.is(rows[at]![2], value);
  const cut = rows[at]![0]!;
  assert.ok(6 * cut <= 12_000);
  assert.ok(standard_error! >= 2 * value * Math.sqrt(cut / (5 * 5 * 12_000)) * (1 - 1e-9));
  assert.equal(
    outcome.figures!.map(({ id }) => id),
    ['integral', 'correlation', 'replicas', 'replica-table', 'distances'],
  );
});

step('replica k is driven by member k mod members, whose scatter is the committee’s', async () => {
  const driven: number[] = [];
  const fields = [1, 0.7].map((strength, member) => {
    const own = field(strength);
    return {
      ...own,
      setAtoms: (types: Uint8Array) => {
        driven.push(member);
        own.setAtoms(types);
      },
    };
  });
  const outcome = await measureViscosity(
    testPotential(fields, { deviation: committeeDeviation([field(), field(0.7)]) }),
    { ...quick, replicas: 3 },
    taskContext(),
  );
  assert.equal(driven, [0, 0, 1, 1, 0, 0]);
  const table = outcome.figures!.find(({ id }) => id === 'replica-table')!;
  assert.ok(outcome.figures!.some(({ id }) => id === 'deviation'));
  assert.equal(table.kind === 'table' && table.rows.map((row) => row[1]), [
    'member 1',
    'member 2',
    'member 1',
  ]);
});

step('runs too short for their correlation give no value, but their figures', async () => {
  const task = taskContext();
  const outcome = await measureViscosity(one(), quick, task);
  assert.match(
    reasonOf(outcome),
    'the stress correlation has not decayed within a 6th of a replica (0.10 ps); use longer replicas',
  );
  assert.not('viscosity' in outcome.outputs!);
  assert.ok('integral' in outcome.outputs!);
  assert.ok(outcome.figures!.some(({ id }) => id === 'integral'));
});

step('what flows is measured, what is crystalline is not', async () => {
  const frozen = artifact(writeStates([{ ...melt, state: crystal() }], conditions));
  const outcome = await measureViscosity(one(), { ...quick, start: frozen }, taskContext());
  assert.is(
    reasonOf(outcome),
    'the start is no liquid: 100 % of its atoms are in crystalline surroundings, a liquid has less than 5 %',
  );
});

step('the volume of another potential or temperature is marked', async () => {
  const task = taskContext();
  const outcome = await measureViscosity(
    one(),
    {
      ...inputs,
      potential: { path: '', digest: 'q', size: 0 },
      temperature: temperature + 100,
      length: 8,
      replicas: 4,
    },
    task,
  );
  assert.is(reasonOf(outcome), 'done');
  assert.equal(measured(outcome).marks, ['other volume']);
  // Nothing is known of the energy at that temperature: what was measured is said.
  const own = mean(temperaturesOf(outcome));
  const close = Math.abs(own - temperature - 100) <= 0.01 * (temperature + 100);
  assert.is(measured(outcome).conditions.temperature, close ? temperature + 100 : own);
  assert.equal(task.warnings, [
    'the start has the volume of another potential',
    `the start has the volume of ${temperature} K, not ${temperature + 100} K`,
  ]);
});

step('a committee that no longer agrees ends the run with its frame', async () => {
  const task = taskContext();
  const outcome = await measureViscosity(
    testPotential([field(), field()], { deviation: ({ step: at }) => (at < 150 ? 0.2 : 2.1) }),
    quick,
    task,
  );
  assert.is(
    reasonOf(outcome),
    'the simulation ran away: equilibration 1, step 150: the members of the committee differ by 2.10 eV/Å (rms over atoms), above 2 eV/Å',
  );
  const [frame] = readStates(read(task, 'runaway.extxyz'), 'runaway.extxyz', ['Fe']);
  assert.is(frame!.state.step, 150);
});

step('a run stopped again and again ends with the bytes of one that never was', async () => {
  const whole = taskContext();
  const outcome = await measureViscosity(one(), quick, whole);
  let saved: Uint8Array | undefined;
  let stops = 0;
  for (;;) {
    const task = taskContext({ stopAfterSaves: 5, ...(saved ? { resume: saved } : {}) });
    try {
      assert.equal(await measureViscosity(one(), quick, task), outcome);
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

step('what cannot be run is said in words', async () => {
  const ask = (of: Partial<typeof inputs>) =>
    messageOf(measureViscosity(one(), { ...inputs, ...of }, taskContext()));
  assert.is(
    await ask({ length: 0.05 }),
    'StepError: length: a replica of 0.05 ps is too short for a stress correlation; give at least 0.075 ps',
  );
  const text = writeStates([melt], conditions);
  assert.is(
    await ask({ start: artifact(text.replace(/ temperature=\d+/, '')) }),
    `StepError: state-${files}.extxyz: no temperature in the header of the state; expected a state as npt hands it on`,
  );
  assert.is(
    await ask({ start: artifact(text.replace(/ pressure=0/, ' pressure=high')) }),
    `StepError: state-${files}.extxyz: the pressure in the header of the state is high, not a number`,
  );
  assert.is(
    await ask({ start: artifact(text.replace('composition=Fe1', 'composition=iron')) }),
    `StepError: state-${files}.extxyz: the composition in the header of the state is iron; expected atomic fractions such as Fe0.9C0.1`,
  );
  assert.is(
    await ask({ start: artifact(text.replace('\nFe ', '\nNi ')) }),
    `StepError: state-${files}.extxyz:3: Ni is not an element of the potential; expected one of Fe`,
  );
});
step.run();
