import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Inputs,
  type Measured,
  type Outcome,
  type OutputValue,
  StepError,
  type TaskContext,
} from '../../engine/step.ts';
import {
  type DensityPlan,
  type DensityResult,
  densityProgram,
  ENOUGH_SAMPLES,
  evaluateDensity,
  type MeanState,
  productionsOf,
  roughStates,
  SHORTEST_PRODUCTION,
  shareDone,
} from '../../physics/dynamics/density.ts';
import type { Combined } from '../../physics/dynamics/members.ts';
import { contentsOf, type RangeReport, reportRange } from '../../physics/dynamics/monitor.ts';
import { type Finished, runProgram } from '../../physics/dynamics/program.ts';
import { snapshots } from '../../physics/dynamics/snapshots.ts';
import type { State } from '../../physics/dynamics/state.ts';
import { writeState } from '../../physics/dynamics/state-xyz.ts';
import { writeThermo } from '../../physics/dynamics/thermo.ts';
import { CompositionError } from '../../physics/structure/alloy.ts';
import type { CrystalKind } from '../../physics/structure/order.ts';
import { openPotential, type Potential } from '../potential.ts';
import { errorsOf, explained, pauses, simulationHooks, timestepFor } from '../simulation.ts';
import { startingCrystal } from '../starting-crystal.ts';
import { writeStates } from '../state.ts';
import { densityFigures, unfinishedFigures } from './figures.ts';
import type { npt } from './interface.ts';

type NptInputs = Inputs<typeof npt>;

/** What a phase starts from: itself, or a crystal that can be melted. */
const CRYSTALS: { readonly [P in NptInputs['phase']]: CrystalKind } = {
  liquid: 'bcc',
  bcc: 'bcc',
  fcc: 'fcc',
};

export async function run(inputs: NptInputs, task: TaskContext): Promise<Outcome> {
  const potential = await openPotential(inputs.potential);
  try {
    return await measureDensity(potential, inputs, task);
  } catch (error) {
    throw explained(error);
  } finally {
    potential.close();
  }
}

/** The step with a potential at hand. */
export async function measureDensity(
  potential: Potential,
  inputs: NptInputs,
  task: TaskContext,
): Promise<Outcome> {
  const { composition, temperature, pressure, phase } = inputs;
  potential.setThreads(task.threads());
  const plan: DensityPlan = {
    crystal: await crystalOf(potential, inputs, task),
    phase,
    members: potential.members,
    temperature,
    pressure,
    length: inputs.length * 1000,
    timestep: timestepFor(inputs.timestep, (composition.C ?? 0) > 0),
    seed: inputs.seed,
    watch: potential.watch,
  };
  const ending = await runProgram(
    densityProgram(plan),
    simulationHooks(potential, task, (progress) => shareDone(plan, progress)),
  );
  const { done } = ending;
  const runs = ending.kind === 'runaway' ? [...done, ending.last] : done;
  const outputs: Record<string, OutputValue> = {};
  const save = (name: string, file: string, text: string): void => {
    writeFileSync(join(task.folder, file), text);
    outputs[name] = { file };
  };
  const inconclusive = (reason: string, figures = unfinishedFigures(plan, runs)): Outcome => ({
    kind: 'inconclusive',
    reason,
    outputs,
    figures,
  });
  const saveStates = (states: readonly MeanState[]): void =>
    save(
      'state',
      'state.extxyz',
      writeStates(states, {
        composition,
        temperature,
        pressure,
        potential: inputs.potential.digest,
      }),
    );
  save('thermo', 'thermo.csv', writeThermo(runs));
  save('trajectory', 'trajectory.extxyz', writeTrajectory(productionsOf(runs)));
  if (ending.kind === 'runaway') {
    save('runaway', 'runaway.extxyz', writeState(ending.last.state, { reason: ending.reason }));
    return inconclusive(`the simulation ran away: ${ending.reason}`);
  }
  if (ending.kind === 'stopped') return inconclusive(ending.reason);
  if (plan.length < SHORTEST_PRODUCTION * plan.members) {
    saveStates(roughStates(done));
    return inconclusive(tooShort(plan));
  }

  const result = evaluateDensity(plan, done);
  saveStates(result.states);
  const range = rangeOf(plan, result);
  for (const reason of range.reasons) task.warn(reason);
  const figures = densityFigures(plan, done, result, range);
  if (result.objections.length > 0) return inconclusive(result.objections.join('; '), figures);
  const measured = (quantity: string, unit: string, of: Combined): Measured => ({
    quantity,
    value: of.value,
    unit,
    ...errorsOf(of),
    effective_samples: result.effectiveSamples,
    conditions: { composition, temperature, pressure, phase, potential: potential.condition },
    marks: marksOf(range, result),
  });
  outputs.density = measured('density', 'g/cm³', result.density);
  outputs.volume = measured('volume_per_atom', 'Å³', result.volume);
  return { kind: 'done', outputs, figures };
}

async function crystalOf(
  potential: Potential,
  inputs: NptInputs,
  task: TaskContext,
): Promise<State> {
  const { composition, atoms, seed, phase } = inputs;
  try {
    const range = potential.volumes(composition);
    const wanted = { kind: CRYSTALS[phase], composition, atoms, seed, range };
    return await startingCrystal(potential.fields[0]!, wanted, pauses(potential, task));
  } catch (error) {
    if (error instanceof CompositionError) throw new StepError(error.message);
    throw error;
  }
}

function tooShort({ length, members }: DensityPlan): string {
  const each = (fs: number): string => `${Number((fs / 1000).toPrecision(3))} ps`;
  return `a production of ${each(length / members)} for each of ${members} members is too short to be judged: ask for at least ${each(SHORTEST_PRODUCTION * members)} in all`;
}

/** What the productions have to say about the training range. */
function rangeOf({ crystal, watch }: DensityPlan, result: DensityResult): RangeReport {
  const { metals, fractions } = contentsOf(crystal);
  const volume = (result.volume.value * crystal.types.length) / metals;
  return reportRange(result.productions, watch, volume, fractions);
}

function marksOf(range: RangeReport, { effectiveSamples, analyses }: DensityResult): string[] {
  const marks = [...range.marks];
  if (effectiveSamples < ENOUGH_SAMPLES) marks.push('few samples');
  if (analyses.some(({ settled }) => !settled)) marks.push('not equilibrated');
  return marks;
}

function writeTrajectory(productions: readonly Finished[]): string {
  return productions
    .flatMap((run, k) =>
      snapshots(run).map((state) =>
        writeState(
          state,
          { member: k + 1, time: (state.step * run.timestep) / 1000 },
          { velocities: false },
        ),
      ),
    )
    .join('');
}
