/** Lays a classical potential out in its kernel's memory, as `kernels/assembly/classical-layout.ts` says. */
import * as layout from '../../kernels/assembly/classical-layout.ts';
import type { Pool } from '../../kernels/pool.ts';
import { Writer } from '../../kernels/writer.ts';
import type { LennardJones } from './lennard-jones.ts';
import type { EmbeddedAtom } from './setfl.ts';
import { spline } from './spline.ts';

/** A potential in memory; the fields that go with atoms are left to the caller. */
export interface ClassicalMemory {
  /** Address of the record. */
  readonly record: number;
  readonly words: Int32Array;
}

function newRecord(
  pool: Pool,
  types: number,
  cutoff: number,
): ClassicalMemory & { reals: Float64Array } {
  const record = pool.allocate(layout.CLASSICAL_BYTES);
  const { buffer } = pool.memory;
  const words = new Int32Array(buffer, record, layout.CLASSICAL_BYTES / 4);
  const reals = new Float64Array(buffer, record, layout.CLASSICAL_BYTES / 8);
  words[layout.C_TYPES] = types;
  words[layout.C_COUNTERS] = pool.allocate(8);
  words[layout.C_BARRIER] = pool.allocate(8);
  reals[layout.CX_CUTOFF] = cutoff;
  return { record, words, reals };
}

/** Coefficients of splines side by side: [intervals][4][splines]. */
function sideBySide(splines: readonly Float64Array[]): Float64Array {
  const values = new Float64Array(splines.length * splines[0]!.length);
  splines.forEach((coefficients, which) => {
    coefficients.forEach((value, k) => {
      values[splines.length * k + which] = value;
    });
  });
  return values;
}

export function writeEmbeddedAtom(pool: Pool, potential: EmbeddedAtom): ClassicalMemory {
  const { elements, cutoff, rhoStep, radialStep, embedding, density, pair } = potential;
  const writer = new Writer(pool, 'f64');
  const { record, words, reals } = newRecord(pool, elements.length, cutoff);
  words[layout.C_PAIRS] = writer.words(
    elements.flatMap((_, centre) =>
      elements.map((_, neighbour) =>
        writer.reals(
          sideBySide([spline(density[neighbour]![centre]!), spline(pair[centre]![neighbour]!)]),
        ),
      ),
    ),
  );
  words[layout.C_EMBEDDING] = writer.words(embedding.map((table) => writer.reals(spline(table))));
  const [radialPoints, rhoPoints] = [pair[0]![0]!.length, embedding[0]!.length];
  words[layout.C_RADIAL_LAST] = radialPoints - 2;
  words[layout.C_RHO_LAST] = rhoPoints - 2;
  reals[layout.CX_PER_RADIAL] = 1 / radialStep;
  reals[layout.CX_PER_RHO] = 1 / rhoStep;
  reals[layout.CX_RHO_MOST] = (rhoPoints - 1) * rhoStep;
  return { record, words };
}

export function writeLennardJones(
  pool: Pool,
  { elements, pairs, shifted }: LennardJones,
): ClassicalMemory {
  const writer = new Writer(pool, 'f64');
  const { record, words } = newRecord(pool, elements.length, longest(pairs));
  words[layout.C_PAIRS] = writer.words(
    pairs.flat().map(({ epsilon, sigma, cutoff }) => {
      const sixth = (x: number): number => x * x * x * x * x * x;
      const values = new Array<number>(layout.LJ_VALUES).fill(0);
      values[layout.LJ_LIMIT] = cutoff * cutoff;
      values[layout.LJ_REPULSION] = 4 * epsilon * sixth(sigma) * sixth(sigma);
      values[layout.LJ_ATTRACTION] = 4 * epsilon * sixth(sigma);
      const ratio = sixth(sigma / cutoff);
      values[layout.LJ_SHIFT] = shifted ? -4 * epsilon * ratio * (ratio - 1) : 0;
      return writer.reals(values);
    }),
  );
  return { record, words };
}

/** The longest cut-off of all pairs. */
export function longest(pairs: LennardJones['pairs']): number {
  return Math.max(...pairs.flat().map(({ cutoff }) => cutoff));
}
