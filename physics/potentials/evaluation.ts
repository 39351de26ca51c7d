/** A committee's predictions on labelled frames, and its errors in the units users read. */
import { EV_PER_A3_TO_GPA } from '../constants.ts';
import { determinant } from '../dft/frames.ts';
import { uniform } from '../random.ts';
import { perElement } from '../statistics/per-element.ts';
import type { Frame } from '../structure/frame.ts';
import { type ForceField, type Forces, PotentialError } from './force-field.ts';

/** What every member says of one frame. */
export interface Prediction {
  readonly frame: Frame;
  /** eV, one a member */
  readonly energies: readonly number[];
  /** eV/Å, [atoms][3], one a member */
  readonly forces: readonly Float64Array[];
  /** eV, [3][3], one a member */
  readonly virials: readonly Float64Array[];
}

/**
 * Evaluates frames with every member.
 *
 * @throws PotentialError naming the frame: an element that the potential does not know, or what
 *   the force field itself refuses
 */
export function predict(
  members: readonly ForceField[],
  frames: readonly Frame[],
  between: (done: number) => void = () => {},
): Prediction[] {
  const index = new Map(members[0]!.elements.map((element, type) => [element, type]));
  return frames.map((frame, n) => {
    between(n / frames.length);
    const types = Uint8Array.from(frame.species, (element) => {
      const type = index.get(element);
      if (type === undefined) {
        throw new PotentialError(
          `frame ${frame.id} (${frame.group}) holds ${element}, which the potential does not know; it knows ${members[0]!.elements.join(', ')}`,
        );
      }
      return type;
    });
    const energies: number[] = [];
    const forces: Float64Array[] = [];
    const virials: Float64Array[] = [];
    for (const member of members) {
      member.setAtoms(types);
      const found = computed(member, frame);
      energies.push(found.energy);
      forces.push(found.forces.slice());
      virials.push(found.virial.slice());
    }
    return { frame, energies, forces, virials };
  });
}

/** The force field's answer; its refusal names the frame. */
function computed(member: ForceField, frame: Frame): Forces {
  try {
    return member.compute(frame.positions, frame.cell);
  } catch (error) {
    if (!(error instanceof PotentialError)) throw error;
    throw new PotentialError(`frame ${frame.id} (${frame.group}): ${error.message}`);
  }
}

/** A root mean square error beside the labels' own root mean square. */
export interface Rmse {
  readonly value: number;
  /** Standard error by bootstrap over frames; null below five frames. */
  readonly error: number | null;
  /** Root mean square of the labels (energies: after the same shift), the scale of the error. */
  readonly labels: number;
  readonly frames: number;
}

/** Sums of squares of one frame: of the errors, of the labels, and how many numbers they hold. */
interface Squares {
  readonly error: number;
  readonly label: number;
  readonly count: number;
}

const BOOTSTRAPS = 400;

/** Root of the pooled mean square, its error from resampling whole frames. */
function pooled(squares: readonly Squares[]): Rmse | null {
  const used = squares.filter((square) => square.count > 0);
  const root = (of: (square: Squares) => number, picked: readonly Squares[]) =>
    Math.sqrt(
      picked.reduce((sum, s) => sum + of(s), 0) / picked.reduce((sum, s) => sum + s.count, 0),
    );
  if (used.length === 0) return null;
  let error: number | null = null;
  if (used.length >= 5) {
    const values = Array.from({ length: BOOTSTRAPS }, (_, draw) =>
      root(
        (s) => s.error,
        used.map((_, k) => used[Math.floor(uniform(1, 'bootstrap', draw, k) * used.length)]!),
      ),
    );
    const mean = values.reduce((sum, value) => sum + value, 0) / BOOTSTRAPS;
    error = Math.sqrt(
      values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0) / (BOOTSTRAPS - 1),
    );
  }
  return {
    value: root((s) => s.error, used),
    error,
    labels: root((s) => s.label, used),
    frames: used.length,
  };
}

/**
 * Root mean square force error, eV/Å per component, of a typical member: squares are averaged
 * over members before the root, since members drive dynamics one at a time.
 *
 * @param element restricts to atoms of one element
 */
export function forceError(predictions: readonly Prediction[], element?: string): Rmse | null {
  return pooled(
    predictions.map(({ frame, forces }) => {
      let [error, label, count] = [0, 0, 0];
      for (let atom = 0; atom < frame.species.length; atom++) {
        if (element !== undefined && frame.species[atom] !== element) continue;
        for (let k = 3 * atom; k < 3 * atom + 3; k++) {
          const exact = frame.labels.forces[k]!;
          for (const force of forces)
            error += ((force[k]! - exact) * (force[k]! - exact)) / forces.length;
          label += exact * exact;
          count += 1;
        }
      }
      return { error, label, count };
    }),
  );
}

/** Pressure from a virial without kinetic part, tr W / 3V, GPa. */
export function staticPressure(virial: Float64Array, cell: Float64Array): number {
  return (
    ((virial[0]! + virial[4]! + virial[8]!) / (3 * Math.abs(determinant(cell)))) * EV_PER_A3_TO_GPA
  );
}

/** Root mean square error of the static pressure, GPa, of a typical member. */
export function pressureError(predictions: readonly Prediction[]): Rmse | null {
  return pooled(
    predictions
      .filter(({ frame }) => frame.labels.virial !== null)
      .map(({ frame, virials }) => {
        const exact = staticPressure(frame.labels.virial!, frame.cell);
        const error = virials.reduce((sum, virial) => {
          const off = staticPressure(virial, frame.cell) - exact;
          return sum + (off * off) / virials.length;
        }, 0);
        return { error, label: exact * exact, count: 1 };
      }),
  );
}

/**
 * Energy per atom of each frame (mean of members) and of its label, eV, both after taking away
 * what a least-squares energy per element explains of the labels. With `shift` the model's
 * remaining mean offset per element is taken away too: what is left after two levels of theory
 * are aligned.
 */
export function alignedEnergies(
  predictions: readonly Prediction[],
  shift: boolean,
): { readonly labels: readonly number[]; readonly members: readonly (readonly number[])[] } {
  const elements = [...new Set(predictions.flatMap(({ frame }) => frame.species))].sort();
  const counts = predictions.map(({ frame }) =>
    elements.map((element) => frame.species.filter((symbol) => symbol === element).length),
  );
  const reference = perElement(
    counts,
    predictions.map(({ frame }) => frame.labels.energy),
  );
  const offset = shift
    ? perElement(
        counts,
        predictions.map(({ frame, energies }) => mean(energies) - frame.labels.energy),
      )
    : elements.map(() => 0);
  const explained = counts.map((count) => count.reduce((sum, n, k) => sum + n * reference[k]!, 0));
  const shifted = counts.map((count) => count.reduce((sum, n, k) => sum + n * offset[k]!, 0));
  return {
    labels: predictions.map(
      ({ frame }, n) => (frame.labels.energy - explained[n]!) / frame.species.length,
    ),
    members: predictions.map(({ frame, energies }, n) =>
      energies.map((energy) => (energy - explained[n]! - shifted[n]!) / frame.species.length),
    ),
  };
}

/** Root mean square error of the energy per atom, eV, of a typical member; see `alignedEnergies`. */
export function energyError(predictions: readonly Prediction[], shift: boolean): Rmse | null {
  if (predictions.length === 0) return null;
  const { labels, members } = alignedEnergies(predictions, shift);
  return pooled(
    labels.map((label, n) => ({
      error: members[n]!.reduce(
        (sum, energy) => sum + ((energy - label) * (energy - label)) / members[n]!.length,
        0,
      ),
      label: label * label,
      count: 1,
    })),
  );
}

/**
 * Root mean square over atoms of the members' force spread, and of the true error of their mean,
 * eV/Å, for one frame: what a committee claims beside what it gets wrong.
 */
export function deviationAndError({ frame, forces }: Prediction): {
  readonly deviation: number;
  readonly error: number;
} {
  let [spread, error] = [0, 0];
  for (let k = 0; k < 3 * frame.species.length; k++) {
    const center = mean(forces.map((force) => force[k]!));
    for (const force of forces)
      spread += ((force[k]! - center) * (force[k]! - center)) / forces.length;
    error += (center - frame.labels.forces[k]!) * (center - frame.labels.forces[k]!);
  }
  return {
    deviation: Math.sqrt(spread / frame.species.length),
    error: Math.sqrt(error / frame.species.length),
  };
}

/** Spearman's rank correlation of two lists without ties in mind; NaN below three entries. */
export function rankCorrelation(a: readonly number[], b: readonly number[]): number {
  if (a.length < 3) return Number.NaN;
  const ranks = (values: readonly number[]) => {
    const order = values.map((_, k) => k).sort((i, j) => values[i]! - values[j]! || i - j);
    const rank = new Array<number>(values.length);
    for (const [position, k] of order.entries()) rank[k] = position;
    return rank;
  };
  const [ra, rb] = [ranks(a), ranks(b)];
  const squares = ra.reduce((sum, rank, k) => sum + (rank - rb[k]!) * (rank - rb[k]!), 0);
  return 1 - (6 * squares) / (a.length * (a.length * a.length - 1));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
