import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Inputs,
  type Outcome,
  type OutputValue,
  StepError,
  type TaskContext,
} from '../../engine/step.ts';
import { contentsOf, type RangeReport, reportRange } from '../../physics/dynamics/monitor.ts';
import { LIQUID_BELOW, orderOf, percent } from '../../physics/dynamics/phase.ts';
import { runProgram } from '../../physics/dynamics/program.ts';
import { volumeOf } from '../../physics/dynamics/state.ts';
import { writeState } from '../../physics/dynamics/state-xyz.ts';
import { writeThermo } from '../../physics/dynamics/thermo.ts';
import {
  evaluateViscosity,
  MPAS_PER_GPA_FS,
  shareDone,
  shortestReplica,
  type ViscosityPlan,
  type ViscosityResult,
  viscosityProgram,
} from '../../physics/dynamics/viscosity.ts';
import type { GreenKubo } from '../../physics/statistics/green-kubo.ts';
import { mean } from '../../physics/statistics/series.ts';
import { openPotential, type Potential } from '../potential.ts';
import { errorsOf, explained, simulationHooks, timestepFor } from '../simulation.ts';
import { readStart, type StateConditions } from '../state.ts';
import { unfinishedFigures, viscosityFigures } from './figures.ts';
import type { viscosity } from './interface.ts';

type ViscosityInputs = Inputs<typeof viscosity>;

/** K: a state of another temperature has another volume. */
const SAME_TEMPERATURE = 1;
/**
 * Relative difference of temperatures that changes a viscosity by less than its error: 1 % is 3 %
 * of liquid iron's.
 */
const AS_GOOD_AS = 0.01;
/** The mark of a value at a volume that is not the potential's own at its temperature. */
const OTHER_VOLUME = 'other volume';

export async function run(inputs: ViscosityInputs, task: TaskContext): Promise<Outcome> {
  const potential = await openPotential(inputs.potential);
  try {
    return await measureViscosity(potential, inputs, task);
  } catch (error) {
    throw explained(error);
  } finally {
    potential.close();
  }
}

/** The step with a potential at hand. */
export async function measureViscosity(
  potential: Potential,
  inputs: ViscosityInputs,
  task: TaskContext,
): Promise<Outcome> {
  const { states, conditions } = readStart(inputs.start, potential.elements);
  const temperature = inputs.temperature ?? conditions.temperature;
  const foreign = foreignVolume(temperature, inputs, conditions);
  for (const reason of foreign) task.warn(reason);
  const plan: ViscosityPlan = {
    starts: states.map(({ state }) => state),
    potentials: foreign.length > 0 ? null : states.map((each) => each.potential),
    members: potential.members,
    replicas: inputs.replicas,
    temperature,
    length: inputs.length * 1000,
    timestep: timestepFor(inputs.timestep, (conditions.composition.C ?? 0) > 0),
    seed: inputs.seed,
    watch: potential.watch,
  };
  const shortest = shortestReplica(plan.timestep);
  if (plan.length < shortest)
    throw new StepError(
      `length: a replica of ${inputs.length} ps is too short for a stress correlation; give at least ${shortest / 1000} ps`,
    );
  const frozen = states
    .map(({ state }) => orderOf(state).fraction)
    .find((of) => of >= LIQUID_BELOW);
  if (frozen !== undefined)
    return {
      kind: 'inconclusive',
      reason: `the start is no liquid: ${percent(frozen)} of its atoms are in crystalline surroundings, a liquid has less than ${percent(LIQUID_BELOW)}`,
    };
  const ending = await runProgram(
    viscosityProgram(plan),
    simulationHooks(potential, task, (progress) => shareDone(plan, progress)),
  );
  const runs = ending.kind === 'runaway' ? [...ending.done, ending.last] : ending.done;
  const outputs: Record<string, OutputValue> = {};
  const save = (name: string, file: string, text: string): void => {
    writeFileSync(join(task.folder, file), text);
    outputs[name] = { file };
  };
  save('thermo', 'thermo.csv', writeThermo(runs));
  if (ending.kind !== 'finished') {
    if (ending.kind === 'runaway')
      save('runaway', 'runaway.extxyz', writeState(ending.last.state, { reason: ending.reason }));
    return {
      kind: 'inconclusive',
      reason: `the simulation ran away: ${ending.reason}`,
      outputs,
      figures: unfinishedFigures(runs, plan.watch),
    };
  }

  const result = evaluateViscosity(plan, ending.done);
  save('integral', 'integral.csv', writeIntegral(result.integral));
  const range = rangeOf(plan, result);
  for (const reason of range.reasons) task.warn(reason);
  const figures = viscosityFigures(plan, result, range);
  if (result.objections.length > 0)
    return { kind: 'inconclusive', reason: result.objections.join('; '), outputs, figures };
  outputs.viscosity = {
    quantity: 'viscosity',
    value: result.value,
    unit: 'mPa·s',
    ...errorsOf(result),
    effective_samples: result.effectiveSamples,
    conditions: {
      composition: conditions.composition,
      temperature: statedTemperature(result, temperature),
      pressure: conditions.pressure,
      phase: 'liquid',
      potential: potential.condition,
    },
    marks: [...range.marks, ...(foreign.length > 0 ? [OTHER_VOLUME] : [])],
  };
  return { kind: 'done', outputs, figures };
}

/** What the replicas have to say about the training range. */
function rangeOf({ starts, watch }: ViscosityPlan, { productions }: ViscosityResult): RangeReport {
  const { metals, fractions } = contentsOf(starts[0]!);
  const volume = mean(starts.map(({ cell }) => volumeOf(cell)));
  return reportRange(productions, watch, volume / metals, fractions);
}

/** Why the start's volume is not the potential's own at the temperature; empty where it is. */
function foreignVolume(
  temperature: number,
  { potential }: ViscosityInputs,
  conditions: StateConditions,
): string[] {
  const reasons: string[] = [];
  if (conditions.potential !== potential.digest)
    reasons.push('the start has the volume of another potential');
  if (Math.abs(temperature - conditions.temperature) > SAME_TEMPERATURE)
    reasons.push(`the start has the volume of ${conditions.temperature} K, not ${temperature} K`);
  return reasons;
}

/** The temperature asked for where the replicas' mean is as good as that, else the mean. */
function statedTemperature({ temperature }: ViscosityResult, asked: number): number {
  return Math.abs(temperature - asked) <= AS_GOOD_AS * asked ? asked : temperature;
}

function writeIntegral({ times, correlation, integral, error }: GreenKubo): string {
  const rows = Array.from(
    times,
    (time, k) => `${time},${correlation[k]! / MPAS_PER_GPA_FS},${integral[k]},${error[k]}`,
  );
  return `${['time_fs,modulus_GPa,integral_mPa_s,error_mPa_s', ...rows].join('\n')}\n`;
}
