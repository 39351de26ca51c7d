/** Periodic cells: rows are the cell vectors, [3][3], Å. */

/** Signed volume, Å³; negative for a left-handed cell. */
export function determinant(c: Float64Array): number {
  return (
    c[0]! * (c[4]! * c[8]! - c[5]! * c[7]!) -
    c[1]! * (c[3]! * c[8]! - c[5]! * c[6]!) +
    c[2]! * (c[3]! * c[7]! - c[4]! * c[6]!)
  );
}

/** Å³ */
export function cellVolume(cell: Float64Array): number {
  return Math.abs(determinant(cell));
}

/** Inverse matrix: fractional = Cartesian (a row) times it. */
export function inverseCell(c: Float64Array): Float64Array {
  const d = determinant(c);
  return Float64Array.of(
    (c[4]! * c[8]! - c[5]! * c[7]!) / d,
    (c[2]! * c[7]! - c[1]! * c[8]!) / d,
    (c[1]! * c[5]! - c[2]! * c[4]!) / d,
    (c[5]! * c[6]! - c[3]! * c[8]!) / d,
    (c[0]! * c[8]! - c[2]! * c[6]!) / d,
    (c[2]! * c[3]! - c[0]! * c[5]!) / d,
    (c[3]! * c[7]! - c[4]! * c[6]!) / d,
    (c[1]! * c[6]! - c[0]! * c[7]!) / d,
    (c[0]! * c[4]! - c[1]! * c[3]!) / d,
  );
}

/** Distances between opposite faces, Å, [3]: how many images a cut-off reaches. */
export function cellHeights(cell: Float64Array): [number, number, number] {
  const n = inverseCell(cell);
  const height = (axis: number): number =>
    1 / Math.sqrt(n[axis]! * n[axis]! + n[axis + 3]! * n[axis + 3]! + n[axis + 6]! * n[axis + 6]!);
  return [height(0), height(1), height(2)];
}

/** Fractional coordinates, [atoms][3], each in [0, 1). */
export function fractional(positions: Float64Array, cell: Float64Array): Float64Array {
  const n = inverseCell(cell);
  const into = new Float64Array(positions.length);
  for (let k = 0; k < positions.length; k += 3) {
    for (let axis = 0; axis < 3; axis++) {
      const f =
        positions[k]! * n[axis]! +
        positions[k + 1]! * n[axis + 3]! +
        positions[k + 2]! * n[axis + 6]!;
      const inside = f - Math.floor(f);
      // A tiny negative number rounds up to 1.
      into[k + axis] = inside < 1 ? inside : 0;
    }
  }
  return into;
}

/** Cartesian coordinates of fractional ones. */
export function cartesian(fractions: Float64Array, c: Float64Array): Float64Array {
  const into = new Float64Array(fractions.length);
  for (let k = 0; k < into.length; k += 3) {
    const [p, q, r] = [fractions[k]!, fractions[k + 1]!, fractions[k + 2]!];
    for (let axis = 0; axis < 3; axis++)
      into[k + axis] = p * c[axis]! + q * c[3 + axis]! + r * c[6 + axis]!;
  }
  return into;
}

/** The same atoms moved by whole cell vectors into the cell. */
export function wrap(positions: Float64Array, cell: Float64Array): Float64Array {
  return cartesian(fractional(positions, cell), cell);
}

/** The shortest of a difference's images, for cells that are not strongly skewed. */
export function minimumImage(
  difference: readonly [number, number, number],
  c: Float64Array,
  inverse: Float64Array,
): [number, number, number] {
  const [x, y, z] = difference;
  const whole = [0, 1, 2].map((axis) =>
    Math.round(x * inverse[axis]! + y * inverse[axis + 3]! + z * inverse[axis + 6]!),
  );
  const along = (axis: number): number =>
    difference[axis]! - whole[0]! * c[axis]! - whole[1]! * c[3 + axis]! - whole[2]! * c[6 + axis]!;
  return [along(0), along(1), along(2)];
}
