/**
 * All pairs closer than a cut-off, for analysis: linked cells where the box has room for them,
 * images of its own where the box is smaller than the cut-off. Force fields have lists of their
 * own.
 */
import { cartesian, cellHeights, fractional } from './cells.ts';

/** Every neighbour of every atom; entry k of atom i runs from `start[i]` to `start[i + 1]`. */
export interface NeighbourTable {
  readonly start: Uint32Array;
  readonly atom: Uint32Array;
  /** r_j - r_i, Å, [entries][3] */
  readonly vector: Float64Array;
}

/** @param cutoff Å; may exceed the cell */
export function neighbourTable(
  positions: Float64Array,
  cell: Float64Array,
  cutoff: number,
): NeighbourTable {
  const fractions = fractional(positions, cell);
  const inside = cartesian(fractions, cell);
  const atoms = positions.length / 3;
  const heights = cellHeights(cell);
  // Boxes at least a cut-off high, so that neighbours are in adjacent ones; a single box where
  // the cell is lower, with as many images as the cut-off reaches.
  const boxes = heights.map((height) => Math.max(1, Math.floor(height / cutoff)));
  const reach = heights.map((height, axis) => Math.ceil((cutoff * boxes[axis]!) / height));
  const boxOf = (i: number, axis: number): number =>
    Math.min(boxes[axis]! - 1, Math.floor(fractions[3 * i + axis]! * boxes[axis]!));
  const total = boxes[0]! * boxes[1]! * boxes[2]!;
  const first = new Int32Array(total).fill(-1);
  const next = new Int32Array(atoms);
  // Backwards, so that a box lists its atoms in rising order.
  for (let i = atoms - 1; i >= 0; i--) {
    const box = (boxOf(i, 0) * boxes[1]! + boxOf(i, 1)) * boxes[2]! + boxOf(i, 2);
    next[i] = first[box]!;
    first[box] = i;
  }

  const start = new Uint32Array(atoms + 1);
  const found: number[] = [];
  const vectors: number[] = [];
  const limit = cutoff * cutoff;
  const shiftOf = (index: number, count: number): number => Math.floor(index / count);
  for (let i = 0; i < atoms; i++) {
    start[i] = found.length;
    const home = [boxOf(i, 0), boxOf(i, 1), boxOf(i, 2)];
    for (let p = home[0]! - reach[0]!; p <= home[0]! + reach[0]!; p++)
      for (let q = home[1]! - reach[1]!; q <= home[1]! + reach[1]!; q++)
        for (let r = home[2]! - reach[2]!; r <= home[2]! + reach[2]!; r++) {
          const u = shiftOf(p, boxes[0]!);
          const v = shiftOf(q, boxes[1]!);
          const w = shiftOf(r, boxes[2]!);
          const box =
            ((p - u * boxes[0]!) * boxes[1]! + (q - v * boxes[1]!)) * boxes[2]! +
            (r - w * boxes[2]!);
          const sx = u * cell[0]! + v * cell[3]! + w * cell[6]! - inside[3 * i]!;
          const sy = u * cell[1]! + v * cell[4]! + w * cell[7]! - inside[3 * i + 1]!;
          const sz = u * cell[2]! + v * cell[5]! + w * cell[8]! - inside[3 * i + 2]!;
          for (let j = first[box]!; j >= 0; j = next[j]!) {
            const x = inside[3 * j]! + sx;
            const y = inside[3 * j + 1]! + sy;
            const z = inside[3 * j + 2]! + sz;
            if (x * x + y * y + z * z >= limit) continue;
            if (i === j && u === 0 && v === 0 && w === 0) continue;
            found.push(j);
            vectors.push(x, y, z);
          }
        }
  }
  start[atoms] = found.length;
  return { start, atom: Uint32Array.from(found), vector: Float64Array.from(vectors) };
}
