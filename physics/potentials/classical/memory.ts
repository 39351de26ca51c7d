/** Lays a classical potential out in its kernel's memory, as `kernels/assembly/classical-layout.ts` says. */
import * as layout from '../../kernels/assembly/classical-layout.ts';
import type { Pool } from '../../kernels/pool.ts';
import { Writer } from '../../kernels/writer.ts';
import { type LennardJones, lennardJonesTerms, longestCutoff } from './lennard-jones.ts';
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

export function writeLennardJones(pool: Pool, potential: LennardJones): ClassicalMemory {
  const { elements, pairs, shifted } = potential;
  const writer = new Writer(pool, 'f64');
  const { record, words } = newRecord(pool, elements.length, longestCutoff(potential));
  words[layout.C_PAIRS] = writer.words(
    pairs.flat().map((pair) => {
      const { repulsion, attraction, shift } = lennardJonesTerms(pair, shifted);
      const values = new Array<number>(layout.LJ_VALUES).fill(0);
      values[layout.LJ_LIMIT] = pair.cutoff * pair.cutoff;
      values[layout.LJ_REPULSION] = repulsion;
      values[layout.LJ_ATTRACTION] = attraction;
      values[layout.LJ_SHIFT] = shift;
      return writer.reals(values);
    }),
  );
  return { record, words };
}
