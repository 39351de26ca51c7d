import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Inputs,
  type Json,
  type Measured,
  type Outcome,
  type OutputValue,
  StepError,
  type TaskContext,
} from '../../engine/step.ts';
import { candidate, ENOUGH_ATOMS, LEAST_LENGTH } from '../../physics/coexistence/candidates.ts';
import {
  type CommitteeMelting,
  committeeMelting,
  phaseEnergies,
} from '../../physics/coexistence/committee.ts';
import type { Candidate, CoexistencePlan } from '../../physics/coexistence/plan.ts';
import { coexistenceProgram, shareDone } from '../../physics/coexistence/program.ts';
import { type CoexistenceResult, evaluateCoexistence } from '../../physics/coexistence/result.ts';
import { beganWithBoth } from '../../physics/coexistence/runs.ts';
import { solidTests } from '../../physics/coexistence/solid.ts';
import { reportRange } from '../../physics/dynamics/monitor.ts';
import { type Finished, runProgram } from '../../physics/dynamics/program.ts';
import { writeState } from '../../physics/dynamics/state-xyz.ts';
import { writeThermo } from '../../physics/dynamics/thermo.ts';
import { PotentialError } from '../../physics/potentials/force-field.ts';
import { CompositionError } from '../../physics/structure/alloy.ts';
import type { CrystalKind } from '../../physics/structure/order.ts';
import { openPotential, type Potential } from '../potential.ts';
import { explained, pauses, simulationHooks, timestepFor } from '../simulation.ts';
import { coexistenceFigures, solidTable } from './figures.ts';
import type { coexistence } from './interface.ts';

type CoexistenceInputs = Inputs<typeof coexistence>;

/** Which crystals compete. */
const SOLIDS: { readonly [S in CoexistenceInputs['solid']]: readonly CrystalKind[] } = {
  auto: ['bcc', 'fcc', 'hcp'],
  bcc: ['bcc'],
  fcc: ['fcc'],
  hcp: ['hcp'],
};

export async function run(inputs: CoexistenceInputs, task: TaskContext): Promise<Outcome> {
  const potential = await openPotential(inputs.potential);
  try {
    return await measureMelting(potential, inputs, task);
  } catch (error) {
    throw explained(error);
  } finally {
    potential.close();
  }
}

/** The step with a potential at hand. */
export async function measureMelting(
  potential: Potential,
  inputs: CoexistenceInputs,
  task: TaskContext,
): Promise<Outcome> {
  const temperatures = [...inputs.temperatures].sort((a, b) => a - b);
  const twice = temperatures.find((temperature, k) => temperature === temperatures[k + 1]);
  if (twice !== undefined)
    throw new StepError(`temperatures: ${twice} K is given twice; each must be another one`);
  const candidates = await candidatesOf(potential, inputs, task);
  if (candidates.length === 0) {
    const [low, high] = potential.volumes(inputs.composition);
    return {
      kind: 'inconclusive',
      reason: `the energy of ${SOLIDS[inputs.solid].join(', ')} has no minimum between ${low.toFixed(1)} and ${high.toFixed(1)} Å³ per metal atom: no crystal to melt`,
    };
  }
  const plan: CoexistencePlan = {
    candidates,
    temperatures,
    pressure: inputs.pressure,
    length: inputs.length * 1000,
    timestep: timestepFor(inputs.timestep, (inputs.composition.C ?? 0) > 0),
    seed: inputs.seed,
    watch: potential.watch,
  };
  const ending = await runProgram(
    coexistenceProgram(plan),
    simulationHooks(potential, task, ({ done }) => shareDone(plan, done)),
  );
  const { done } = ending;
  const outputs: Record<string, OutputValue> = {};
  const save = (name: string, file: string, text: string): void => {
    writeFileSync(join(task.folder, file), text);
    outputs[name] = { file };
  };
  save('traces', 'traces.csv', writeThermo(done));
  if (ending.kind !== 'finished') {
    if (ending.kind === 'runaway')
      save('runaway', 'runaway.extxyz', writeState(ending.last.state, { reason: ending.reason }));
    const ran = ending.kind === 'runaway' ? 'the simulation ran away: ' : '';
    return {
      kind: 'inconclusive',
      reason: `${ran}${ending.reason}`,
      outputs,
      figures: [solidTable(solidTests(plan, done), null)],
    };
  }

  const result = evaluateCoexistence(plan, done);
  const { verdict, runs, solid } = result;
  for (const run of runs)
    if (!beganWithBoth(run))
      task.warn(
        `at ${run.temperature} K ${(100 * run.beginning).toFixed(0)} % of the atoms were crystalline once both phases had met: that run has no slope`,
      );
  save('frames', 'frames.extxyz', writeFrames(runs.map(({ pieces }) => pieces.at(-1)!)));
  const committee = await committeeOf(potential, result, task);
  outputs.solid = solid.kind;
  outputs.analysis = summary(result, committee);
  if (committee !== null) outputs.latent_heat = committee.latentHeat;
  if (verdict.low !== null) outputs.bracket_low = verdict.low;
  if (verdict.high !== null) outputs.bracket_high = verdict.high;
  const figures = coexistenceFigures(plan, result, committee);
  const reasons = [verdict.reason, ...result.objections].filter((reason) => reason !== null);
  if (verdict.melting === null || reasons.length > 0)
    return { kind: 'inconclusive', reason: reasons.join('; '), outputs, figures };
  outputs.melting_temperature = {
    quantity: 'melting_temperature',
    value: verdict.melting.value,
    unit: 'K',
    ...errors(verdict.melting.error, committee?.scatter ?? null),
    effective_samples: null,
    conditions: {
      composition: inputs.composition,
      pressure: inputs.pressure,
      potential: potential.condition,
    },
    marks: marksOf(potential, result, task),
  };
  return { kind: 'done', outputs, figures };
}

async function candidatesOf(
  potential: Potential,
  inputs: CoexistenceInputs,
  task: TaskContext,
): Promise<Candidate[]> {
  const { composition, atoms, seed } = inputs;
  try {
    const range = potential.volumes(composition);
    const wanted = { composition, atoms, seed, range };
    const found: Candidate[] = [];
    for (const kind of SOLIDS[inputs.solid]) {
      const each = await candidate(potential.fields[0]!, kind, wanted, pauses(potential, task));
      if (each !== null) found.push(each);
    }
    return found;
  } catch (error) {
    if (error instanceof CompositionError) throw new StepError(error.message);
    throw error;
  }
}

/** Null where it cannot be had: an alloy, whose phases differ in composition, or too few atoms. */
async function committeeOf(
  potential: Potential,
  { runs, verdict, solid }: CoexistenceResult,
  task: TaskContext,
): Promise<CommitteeMelting | null> {
  const { types } = solid.halves.whole;
  if (types.some((type) => type !== types[0])) return null;
  const near = verdict.melting?.value ?? (runs[0]!.temperature + runs.at(-1)!.temperature) / 2;
  const states = runs.flatMap(({ pieces }) => pieces.map(({ state }) => state));
  try {
    const energies = await phaseEnergies(states, potential.fields, pauses(potential, task));
    return committeeMelting(energies, near);
  } catch (error) {
    if (!(error instanceof PotentialError)) throw error;
    task.warn(`the committee's error of the melting temperature is not known: ${error.message}`);
    return null;
  }
}

function errors(
  regression: number,
  committee: number | null,
): Pick<Measured, 'standard_error' | 'contributions'> {
  return {
    standard_error: Math.sqrt(regression * regression + (committee ?? 0) * (committee ?? 0)),
    contributions: { regression, ...(committee === null ? {} : { committee }) },
  };
}

function marksOf(potential: Potential, result: CoexistenceResult, task: TaskContext): string[] {
  const { runs, solid, rivals, length } = result;
  const { types } = solid.halves.whole;
  const volume = runs.reduce((sum, run) => sum + run.volume, 0) / runs.length;
  const fractions = potential.elements.map(
    (_, element) => types.filter((type) => type === element).length / types.length,
  );
  const range = reportRange(
    runs.map(({ watched }) => watched),
    potential.watch,
    volume,
    fractions,
  );
  for (const reason of range.reasons) task.warn(reason);
  const marks = [...range.marks];
  if (solid.halves.metals < ENOUGH_ATOMS || length < LEAST_LENGTH) marks.push('small cell');
  if (rivals.length > 0) marks.push('rival crystal');
  if (types.some((type) => type !== types[0])) marks.push('no partition');
  return marks;
}

function writeFrames(pieces: readonly Finished[]): string {
  return pieces
    .map(({ state, name }) => writeState(state, { simulation: name }, { velocities: false }))
    .join('');
}

function summary(result: CoexistenceResult, committee: CommitteeMelting | null): Json {
  const { verdict, solid, tests, runs } = result;
  return {
    solid: solid.kind,
    crystals: tests.map((test) => ({ ...test })),
    runs: verdict.runs.map((run, k) => ({
      temperature_K: run.temperature,
      slope_eV_per_atom_ps: run.drift?.slope ?? null,
      error_eV_per_atom_ps: run.error,
      crystalline_slope_per_ps: runs[k]!.crystallineSlope,
      direction: run.direction,
      end: runs[k]!.end,
      used_ps: run.drift?.duration ?? null,
      volume_A3_per_metal_atom: runs[k]!.volume,
      pressure_GPa: runs[k]!.meanPressure,
    })),
    chi_square: verdict.line?.chiSquare ?? null,
    committee_shifts_K: committee === null ? null : [...committee.shifts],
  };
}
