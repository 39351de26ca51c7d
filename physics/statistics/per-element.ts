/**
 * A number for each element, by least squares of totals on compositions.
 *
 * @param counts atoms of each element in each frame, [frames][elements]
 * @param totals what the elements' numbers add up to, [frames]
 * @param ridge  weight of Σ number² in the sum that is minimised; it decides what the compositions
 *   leave open
 */
export function perElement(
  counts: readonly (readonly number[])[],
  totals: readonly number[],
  ridge = 1e-6,
): number[] {
  const n = counts[0].length;
  const matrix = Array.from({ length: n }, (_, i) =>
    Array.from({ length: n + 1 }, (_, j) =>
      counts.reduce(
        (sum, count, k) => sum + count[i] * (j < n ? count[j] : totals[k]),
        i === j ? ridge : 0,
      ),
    ),
  );
  for (let i = 0; i < n; i++) {
    for (let row = i + 1; row < n; row++) {
      const factor = matrix[row][i] / matrix[i][i];
      for (let j = i; j <= n; j++) matrix[row][j] -= factor * matrix[i][j];
    }
  }
  const solution = new Array<number>(n).fill(0);
  for (let i = n - 1; i >= 0; i--) {
    const known = solution.reduce((sum, value, j) => (j > i ? sum + matrix[i][j] * value : sum), 0);
    solution[i] = (matrix[i][n] - known) / matrix[i][i];
  }
  return solution;
}
