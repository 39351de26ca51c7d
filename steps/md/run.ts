import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Inputs,
  type Json,
  type Outcome,
  type OutputValue,
  StepError,
  type TaskContext,
} from '../../engine/step.ts';
import type { Ensemble } from '../../physics/dynamics/ensemble.ts';
import type { Coupling } from '../../physics/dynamics/martyna-tobias-klein.ts';
import { contentsOf, monitorRecorder, reportRange } from '../../physics/dynamics/monitor.ts';
import { type Finished, runProgram, type Segment } from '../../physics/dynamics/program.ts';
import { cloneState, type State } from '../../physics/dynamics/state.ts';
import { writeState } from '../../physics/dynamics/state-xyz.ts';
import {
  invariantDrift,
  type ThermoColumn,
  thermoColumn,
  thermoRecorder,
  writeThermo,
} from '../../physics/dynamics/thermo.ts';
import { maxwellBoltzmann } from '../../physics/dynamics/velocities.ts';
import { meanWithError } from '../../physics/statistics/autocorrelation.ts';
import { mean } from '../../physics/statistics/series.ts';
import { type Composition, CompositionError } from '../../physics/structure/alloy.ts';
import { openPotential, type Potential } from '../potential.ts';
import { explained, pauses, simulationHooks, timestepFor } from '../simulation.ts';
import { startingCrystal } from '../starting-crystal.ts';
import { readStart, writeStates } from '../state.ts';
import { mdFigures } from './figures.ts';
import type { md } from './interface.ts';
import { TrajectoryFile } from './trajectory-file.ts';

type MdInputs = Inputs<typeof md>;

const COUPLINGS: { readonly [A in MdInputs['axes']]: Coupling } = {
  iso: 'iso',
  aniso: 'x,y,z',
  xy: 'xy,z',
  z: 'z',
};
/** fs between two rows of the log, and most rows. */
const LOG_INTERVAL = 20;
const MOST_ROWS = 50_000;

export async function run(inputs: MdInputs, task: TaskContext): Promise<Outcome> {
  const potential = await openPotential(inputs.potential);
  try {
    return await simulate(potential, inputs, task);
  } catch (error) {
    throw explained(error);
  } finally {
    potential.close();
  }
}

/** The step with a potential at hand. */
export async function simulate(
  potential: Potential,
  inputs: MdInputs,
  task: TaskContext,
): Promise<Outcome> {
  potential.setThreads(task.threads());
  const { state: start, composition } = await startOf(potential, inputs, task);
  const timestep = timestepFor(inputs.timestep, (composition.C ?? 0) > 0);
  const { format, velocities } = inputs;
  const every = Math.max(1, Math.round(inputs.every / timestep));
  const file = new TrajectoryFile(task.folder, start, { format, velocities, every, timestep });
  try {
    const segment = segmentOf(potential, inputs, { start, timestep, file });
    const kept = file.checkpointed(task);
    const ending = await runProgram(
      (done) => (done.length === 0 ? segment : null),
      simulationHooks(potential, kept, ({ step }) => step / segment.steps),
    );
    const run = ending.kind === 'runaway' ? ending.last : ending.done[0]!;
    return outcomeOf(potential, inputs, task, {
      run,
      composition,
      trajectory: file.name,
      runaway: ending.kind === 'runaway' ? ending.reason : null,
    });
  } finally {
    file.close();
  }
}

interface Begin {
  readonly start: State;
  /** fs */
  readonly timestep: number;
  readonly file: TrajectoryFile;
}

function segmentOf(
  potential: Potential,
  inputs: MdInputs,
  { start, timestep, file }: Begin,
): Segment {
  const steps = Math.ceil((1000 * inputs.length) / timestep);
  const rows = Math.max(LOG_INTERVAL / timestep, steps / MOST_ROWS);
  return {
    name: 'production',
    member: 0,
    ensemble: ensembleOf(inputs),
    steps,
    timestep,
    start: () => cloneState(start),
    recorders: [
      thermoRecorder(timestep, Math.max(1, Math.round(rows))),
      monitorRecorder(potential.watch),
      file.recorder,
    ],
  };
}

function ensembleOf(inputs: MdInputs): Ensemble {
  const { ensemble, temperature, pressure, thermostat_period: period, seed } = inputs;
  const bath = { temperature, period };
  const coupling = COUPLINGS[inputs.axes];
  const barostat = { pressure, coupling, barostatPeriod: inputs.barostat_period };
  switch (ensemble) {
    case 'nve':
      return { kind: 'nve' };
    case 'nvt':
      return { kind: 'nvt', ...bath };
    case 'langevin':
      return { kind: 'langevin', ...bath, seed };
    case 'npt':
      return { kind: 'npt', ...bath, ...barostat };
    case 'nph':
      return { kind: 'nph', temperature, ...barostat };
  }
}

/** The state given, or a crystal with as much heat as brings it to the temperature. */
async function startOf(
  potential: Potential,
  inputs: MdInputs,
  task: TaskContext,
): Promise<{ readonly state: State; readonly composition: Composition }> {
  const { start, structure, composition, atoms, seed, temperature } = inputs;
  if (start !== undefined) {
    if (composition !== undefined)
      throw new StepError('composition: the start has one of its own; give one of the two');
    const { states, conditions } = readStart(start, potential.elements);
    return { state: states[0]!.state, composition: conditions.composition };
  }
  if (composition === undefined)
    throw new StepError('composition is missing: give one, or a start');
  try {
    const range = potential.volumes(composition);
    const wanted = { kind: structure, composition, atoms, seed, range };
    const state = await startingCrystal(potential.fields[0]!, wanted, pauses(potential, task));
    // Half of a crystal's kinetic energy becomes potential.
    maxwellBoltzmann(state, 2 * temperature, seed);
    return { state, composition };
  } catch (error) {
    if (error instanceof CompositionError) throw new StepError(error.message);
    throw error;
  }
}

interface Ended {
  readonly run: Finished;
  readonly composition: Composition;
  /** Name of the file. */
  readonly trajectory: string;
  /** Why the simulation ran away, if it did. */
  readonly runaway: string | null;
}

function outcomeOf(
  potential: Potential,
  inputs: MdInputs,
  task: TaskContext,
  { run, composition, trajectory, runaway }: Ended,
): Outcome {
  const save = (name: string, text: string): { file: string } => {
    writeFileSync(join(task.folder, name), text);
    return { file: name };
  };
  const outputs: Record<string, OutputValue> = {
    [inputs.format === 'extxyz' ? 'trajectory' : 'binary']: { file: trajectory },
    thermo: save('thermo.csv', writeThermo([run])),
  };
  const { metals, fractions } = contentsOf(run.state);
  const volume = mean(thermoColumn(run, 'volume_A3')) / metals;
  const range = reportRange([run], potential.watch, volume, fractions);
  for (const reason of range.reasons) task.warn(reason);
  const figures = mdFigures(run, potential.watch, range);
  if (runaway !== null)
    return {
      kind: 'inconclusive',
      reason: `the simulation ran away: ${runaway}`,
      outputs: {
        ...outputs,
        runaway: save('runaway.extxyz', writeState(run.state, { reason: runaway })),
      },
      figures,
    };
  const energy = mean(thermoColumn(run, 'potential_eV'));
  const { temperature, pressure } = inputs;
  const conditions = { composition, temperature, pressure, potential: inputs.potential.digest };
  outputs.state = save(
    'state.extxyz',
    writeStates([{ state: run.state, potential: energy }], conditions),
  );
  outputs.summary = summaryOf(run, range.marks);
  return { kind: 'done', outputs, figures };
}

/** Means over the whole run; the beginning is not left out. */
function summaryOf(run: Finished, marks: readonly string[]): Json {
  const atoms = run.state.types.length;
  const of = (name: ThermoColumn, scale = 1): Json => {
    const values = thermoColumn(run, name).map((value) => value * scale);
    if (values.length < 4) return null;
    const { mean: value, standardError: standard_error } = meanWithError(values);
    return { value, standard_error };
  };
  return {
    temperature_K: of('temperature_K'),
    pressure_GPa: of('pressure_GPa'),
    volume_A3_per_atom: of('volume_A3', 1 / atoms),
    potential_eV_per_atom: of('potential_eV', 1 / atoms),
    invariant_drift_meV_per_atom_ps: invariantDrift(run),
    marks,
  };
}
