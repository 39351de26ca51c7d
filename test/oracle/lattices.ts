/** Small cubic crystals for tests of dynamics. */
import { createState, type State } from '../../physics/dynamics/state.ts';

/** 4n³ atoms of fcc with lattice parameter `a` (Å), at rest. */
export function fcc(n: number, a: number, elements: readonly string[] = ['Fe']): State {
  const positions: number[] = [];
  for (let x = 0; x < n; x++)
    for (let y = 0; y < n; y++)
      for (let z = 0; z < n; z++)
        for (const [p, q, r] of [
          [0, 0, 0],
          [0.5, 0.5, 0],
          [0.5, 0, 0.5],
          [0, 0.5, 0.5],
        ] as const)
          positions.push((x + p) * a, (y + q) * a, (z + r) * a);
  return createState({
    elements,
    types: new Uint8Array(positions.length / 3),
    positions: Float64Array.from(positions),
    cell: Float64Array.of(n * a, 0, 0, 0, n * a, 0, 0, 0, n * a),
  });
}
