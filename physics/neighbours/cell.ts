/** Geometry of a periodic cell whose vectors are the rows of a 3x3 matrix. */

/** Signed volume, Å³. */
export function cellVolume(c: Float64Array): number {
  return (
    c[0]! * (c[4]! * c[8]! - c[5]! * c[7]!) +
    c[1]! * (c[5]! * c[6]! - c[3]! * c[8]!) +
    c[2]! * (c[3]! * c[7]! - c[4]! * c[6]!)
  );
}

/** Inverse of the cell: x·inverse are the fractions of the cell vectors. [3][3], Å⁻¹ */
export function inverseCell(c: Float64Array): Float64Array {
  const volume = cellVolume(c);
  return Float64Array.of(
    c[4]! * c[8]! - c[5]! * c[7]!,
    c[2]! * c[7]! - c[1]! * c[8]!,
    c[1]! * c[5]! - c[2]! * c[4]!,
    c[5]! * c[6]! - c[3]! * c[8]!,
    c[0]! * c[8]! - c[2]! * c[6]!,
    c[2]! * c[3]! - c[0]! * c[5]!,
    c[3]! * c[7]! - c[4]! * c[6]!,
    c[1]! * c[6]! - c[0]! * c[7]!,
    c[0]! * c[4]! - c[1]! * c[3]!,
  ).map((value) => value / volume);
}

/** Distances between opposite faces, Å, [3]: those of the columns of the inverse. */
export function cellHeights(inverse: Float64Array): [number, number, number] {
  const height = (k: number) =>
    1 /
    Math.sqrt(
      inverse[k]! * inverse[k]! +
        inverse[3 + k]! * inverse[3 + k]! +
        inverse[6 + k]! * inverse[6 + k]!,
    );
  return [height(0), height(1), height(2)];
}

/** a·b of 3x3 matrices. */
export function multiply(a: Float64Array, b: Float64Array): Float64Array {
  return Float64Array.from({ length: 9 }, (_, k) => {
    const row = 3 * Math.floor(k / 3);
    const column = k % 3;
    return a[row]! * b[column]! + a[row + 1]! * b[3 + column]! + a[row + 2]! * b[6 + column]!;
  });
}
