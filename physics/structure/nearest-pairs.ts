/** How close the atoms of each pair of elements come. */
import { cbrt } from '../elementary.ts';
import { cellVolume, inverseCell, minimumImage } from './cells.ts';
import { neighbourTable } from './neighbours.ts';

/** In units of the cube root of the volume per atom; crystals' neighbours are 1.1 apart. */
const SEARCHED = 1.3;

/** Index of a pair of types in the upper triangle, row by row. */
export function pairIndex(a: number, b: number, types: number): number {
  const low = Math.min(a, b);
  const high = Math.max(a, b);
  return low * types - (low * (low - 1)) / 2 + high - low;
}

/**
 * Smallest distance between two atoms of each pair of types, Å (upper triangle of `count` types);
 * Infinity without a pair. Linear in the atoms but for pairs of rare types that are far apart.
 */
export function nearestPairs(
  atoms: {
    readonly types: Uint8Array;
    readonly positions: Float64Array;
    readonly cell: Float64Array;
  },
  count: number,
  into: Float64Array,
): void {
  const { types, positions, cell } = atoms;
  const reach = SEARCHED * cbrt(cellVolume(cell) / types.length);
  const { start, atom, vector } = neighbourTable(positions, cell, reach);
  into.fill(Number.POSITIVE_INFINITY);
  for (let i = 0; i < types.length; i++) {
    for (let k = start[i]!; k < start[i + 1]!; k++) {
      const j = atom[k]!;
      if (j <= i) continue;
      const [x, y, z] = [vector[3 * k]!, vector[3 * k + 1]!, vector[3 * k + 2]!];
      const pair = pairIndex(types[i]!, types[j]!, count);
      into[pair] = Math.min(into[pair]!, x * x + y * y + z * z);
    }
  }
  for (let a = 0; a < count; a++) {
    for (let b = a; b < count; b++) {
      const pair = pairIndex(a, b, count);
      if (into[pair] === Number.POSITIVE_INFINITY) into[pair] = farApart(atoms, a, b);
      into[pair] = Math.sqrt(into[pair]!);
    }
  }
}

/** Smallest r² between two types by trying all pairs. */
function farApart(
  { types, positions, cell }: Parameters<typeof nearestPairs>[0],
  a: number,
  b: number,
): number {
  const of = (type: number) => [...types.keys()].filter((i) => types[i] === type);
  const [first, second] = [of(a), of(b)];
  const inverse = inverseCell(cell);
  let least = Number.POSITIVE_INFINITY;
  for (const i of first) {
    for (const j of second) {
      if (i === j) continue;
      const [x, y, z] = minimumImage(
        [
          positions[3 * j]! - positions[3 * i]!,
          positions[3 * j + 1]! - positions[3 * i + 1]!,
          positions[3 * j + 2]! - positions[3 * i + 2]!,
        ],
        cell,
        inverse,
      );
      least = Math.min(least, x * x + y * y + z * z);
    }
  }
  return least;
}
