/**
 * Piecewise cubic interpolation of a table with LAMMPS's slopes (`PairEAM::interpolate`): a
 * five-point difference inside, one- and three-point differences at the ends. A value at a
 * point is the table's own; slopes are continuous, curvatures are not.
 *
 * @param table  at least 5 values, evenly spaced
 * @returns      [intervals][4]: value = ((c0·p + c1)·p + c2)·p + c3, p from 0 to 1 in the interval
 */
export function spline(table: Float64Array): Float64Array {
  const n = table.length;
  const at = (k: number): number => table[k]!;
  const slopes = table.map((_, k) => {
    if (k === 0) return at(1) - at(0);
    if (k === n - 1) return at(n - 1) - at(n - 2);
    if (k === 1 || k === n - 2) return 0.5 * (at(k + 1) - at(k - 1));
    return (at(k - 2) - at(k + 2) + 8 * (at(k + 1) - at(k - 1))) / 12;
  });
  const coefficients = new Float64Array(4 * (n - 1));
  for (let k = 0; k < n - 1; k++) {
    const rise = at(k + 1) - at(k);
    const [slope, next] = [slopes[k]!, slopes[k + 1]!];
    coefficients.set([slope + next - 2 * rise, 3 * rise - 2 * slope - next, slope, at(k)], 4 * k);
  }
  return coefficients;
}
