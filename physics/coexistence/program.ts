/**
 * The simulations behind a melting temperature: which crystal is stable, its lattice at each
 * temperature, a melt, and one run with both phases at each temperature.
 *
 * One member of the committee (the first) drives everything: three temperatures by three members
 * would mix what the members differ by with what the temperatures do. What the others would have
 * given follows by perturbation (`committee.ts`).
 */
import type { Limits } from '../dynamics/driver.ts';
import { heatingTemperature, meltingStage, meltOf, QUICK_BAROSTAT } from '../dynamics/melting.ts';
import { monitorRecorder } from '../dynamics/monitor.ts';
import type { Finished, Program, Recorder, Segment } from '../dynamics/program.ts';
import { cloneState, restExtendedVariables, type State, volumeOf } from '../dynamics/state.ts';
import { thermoRecorder } from '../dynamics/thermo.ts';
import { maxwellBoltzmann } from '../dynamics/velocities.ts';
import type { CrystalKind } from '../structure/order.ts';
import { assemble, liquidHalf } from './assemble.ts';
import { orderRecorder } from './phases.ts';
import {
  type Candidate,
  type CoexistencePlan,
  closingName,
  closingOf,
  closingSteps,
  isComplete,
  LOG_INTERVAL,
  PIECES,
  pieceName,
  pieceSteps,
  piecesOf,
  stepsBetween,
} from './plan.ts';
import { runTemperatures } from './runs.ts';
import {
  chosenSolid,
  competitions,
  fates,
  SOLID,
  solidName,
  solidStart,
  solidTests,
  solidVolume,
} from './solid.ts';

/** fs between two looks at the order */
const ORDER_INTERVAL = 100;

/** Crystals, melt, and both phases at each temperature. */
export function coexistenceProgram(plan: CoexistencePlan): Program {
  const { candidates, temperatures, pressure, timestep, seed } = plan;
  const steps = (time: number): number => Math.max(1, Math.ceil(time / timestep));
  const thermo = thermoRecorder(timestep, stepsBetween(LOG_INTERVAL, timestep));
  const order = orderRecorder(Math.min(stepsBetween(ORDER_INTERVAL, timestep), pieceSteps(plan)));
  const between = competitions(temperatures)[0]!;
  const hottest = temperatures.at(-1)!;
  const segment = (
    name: string,
    time: number,
    recorders: readonly Recorder[],
    ensemble: Segment['ensemble'],
    start: () => State,
  ): Segment => ({
    name,
    member: 0,
    timestep,
    steps: steps(time),
    recorders,
    ensemble,
    start,
    limits: limitsOf(start(), hottest),
  });

  /** A small crystal at a temperature. */
  const solidTest = (candidate: Candidate, temperature: number): Segment =>
    segment(
      solidName(candidate.kind, temperature),
      SOLID,
      [thermo, order],
      { kind: 'npt', temperature, pressure, coupling: 'iso', barostatPeriod: QUICK_BAROSTAT },
      () => solidStart(candidate, temperature, seed, temperatures.indexOf(temperature)),
    );

  return (done) => {
    const tests = solidTests(plan, done);
    const tried = (kind: CrystalKind, temperature: number): boolean =>
      tests.some((test) => test.kind === kind && test.temperature === temperature);
    for (const temperature of competitions(temperatures)) {
      if (chosenSolid(plan, tests)) break;
      const next = candidates.find(({ kind }) => !tried(kind, temperature));
      if (next) return solidTest(next, temperature);
    }
    const solid = chosenSolid(plan, tests);
    if (!solid)
      return {
        stop: `no crystal survived ${SOLID / 1000} ps: ${fates(tests)}; choose lower temperatures`,
      };
    const untried = temperatures.find((temperature) => !tried(solid.kind, temperature));
    if (untried !== undefined) return solidTest(solid, untried);

    const melt = meltOf(done);
    if (!melt) {
      const stage = meltingStage(done, { hottest, to: between, timestep });
      if ('stop' in stage) return stage;
      const { temperature } = stage;
      return segment(
        stage.name,
        stage.time,
        [thermo],
        { kind: 'npt', temperature, pressure, coupling: 'z', barostatPeriod: QUICK_BAROSTAT },
        () => {
          if (stage.from) return cloneState(stage.from);
          const state = liquidHalf(solid.halves, solidVolume(tests, solid.kind, between));
          maxwellBoltzmann(state, heatingTemperature(stage), seed, temperatures.length);
          return state;
        },
      );
    }

    const wanted = runTemperatures(plan, done);
    const open = wanted.findIndex((temperature) => !isComplete(done, temperature));
    if (open < 0) return null;
    const temperature = wanted[open]!;
    const constant = { kind: 'npt', temperature, pressure, coupling: 'z' } as const;
    const closing = closingOf(done, temperature);
    if (!closing)
      return segment(
        closingName(temperature),
        closingSteps(plan) * timestep,
        [thermo, order],
        { ...constant, barostatPeriod: QUICK_BAROSTAT },
        () => {
          const volume = solidVolume(tests, solid.kind, temperature);
          return assemble(solid.halves, melt, volume, temperature, seed, open);
        },
      );
    const pieces = piecesOf(done, temperature);
    return segment(
      pieceName(temperature, pieces.length),
      pieceSteps(plan) * timestep,
      [thermo, order, monitorRecorder(plan.watch)],
      constant,
      () => {
        if (pieces.length > 0) return cloneState(pieces.at(-1)!.state);
        const state = cloneState(closing.state);
        restExtendedVariables(state);
        return state;
      },
    );
  };
}

/** Share of the work done, 0 to 1, as well as it can be told. */
export function shareDone(plan: CoexistencePlan, done: readonly Finished[]): number {
  const { candidates } = plan;
  const temperatures = runTemperatures(plan, done);
  const preparations = candidates.length + temperatures.length + 1;
  const both = temperatures.reduce((sum, temperature) => {
    const pieces = isComplete(done, temperature) ? PIECES : piecesOf(done, temperature).length;
    return sum + pieces / PIECES;
  }, 0);
  const prepared = Math.min(1, done.length / preparations);
  return 0.1 * prepared + (0.9 * both) / temperatures.length;
}

function limitsOf(start: State, hottest: number): Limits {
  const volume = volumeOf(start.cell);
  return { temperature: 6 * hottest, volume: [volume / 2, 2.5 * volume] };
}
