/**
 * The simulations behind a melting temperature: which crystal is stable, its lattice at each
 * temperature, a melt, and one run with both phases at each temperature.
 *
 * One member of the committee (the first) drives everything: three temperatures by three members
 * would mix what the members differ by with what the temperatures do. What the others would have
 * given follows by perturbation (`committee.ts`).
 */
import type { Limits } from '../dynamics/driver.ts';
import { monitorRecorder } from '../dynamics/monitor.ts';
import type { Finished, Program, Recorder, Segment } from '../dynamics/program.ts';
import { cloneState, restExtendedVariables, type State, volumeOf } from '../dynamics/state.ts';
import { thermoRecorder } from '../dynamics/thermo.ts';
import { maxwellBoltzmann } from '../dynamics/velocities.ts';
import type { CrystalKind } from '../structure/order.ts';
import { assemble, liquidHalf } from './assemble.ts';
import { orderOf, orderRecorder } from './phases.ts';
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

/**
 * Melting temperatures tried one after another, in units of the highest temperature, until the
 * crystal has melted: no hotter than needed, for a superheated melt boils.
 */
export const MELTING_FACTORS: readonly number[] = [1.2, 1.2, 1.35, 1.35, 1.5, 1.5];
/** fs at each */
const MELTING = 1000;
/** fs from there to the middle temperature: half of it a ramp, half to find its density. */
const COOLING = 2000;
/** fs; the barostat's period meanwhile, for the fronts to close up */
const QUICK_BAROSTAT = 300;
/** fs between two looks at the order */
const ORDER_INTERVAL = 100;
/** A melt has a smaller share of crystalline atoms. */
const LIQUID_BELOW = 0.05;

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

    const melting = done.filter(({ name }) => name.startsWith('melting'));
    const cooled = done.find(({ name }) => name === 'cooling');
    if (!cooled) {
      const molten = melting.at(-1)?.state;
      const constant = {
        kind: 'npt',
        pressure,
        coupling: 'z',
        barostatPeriod: QUICK_BAROSTAT,
      } as const;
      const share = molten ? orderOf(molten).fraction : 1;
      if (molten && share < LIQUID_BELOW) {
        const from = MELTING_FACTORS[melting.length - 1]! * hottest;
        const ramp = { from, to: between, begin: 0, end: steps(COOLING / 2) };
        return segment('cooling', COOLING, [thermo], { ...constant, temperature: ramp }, () => {
          const state = cloneState(molten);
          restExtendedVariables(state);
          return state;
        });
      }
      if (melting.length === MELTING_FACTORS.length)
        return {
          stop: `the crystal did not melt in ${(MELTING_FACTORS.length * MELTING) / 1000} ps at up to ${(MELTING_FACTORS.at(-1)! * hottest).toFixed(0)} K: ${(100 * share).toFixed(0)} % of its atoms are in crystalline surroundings`,
        };
      const hot = MELTING_FACTORS[melting.length]! * hottest;
      return segment(
        `melting ${melting.length + 1}`,
        MELTING,
        [thermo],
        { ...constant, temperature: hot },
        () => {
          if (molten) return cloneState(molten);
          const state = liquidHalf(solid.halves, solidVolume(tests, solid.kind, between));
          maxwellBoltzmann(state, 2 * hot, seed, temperatures.length);
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
          return assemble(solid.halves, cooled.state, volume, temperature, seed, open);
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
