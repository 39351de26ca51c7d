/** Frames kept on the way, for trajectories that users look at. */
import type { Finished, Recorder } from './program.ts';
import { cloneState, type State } from './state.ts';

/** A row of step, cell and positions every `every` steps. */
export function snapshotRecorder(atoms: number, every: number): Recorder {
  return {
    name: 'snapshots',
    every,
    columns: 10 + 3 * atoms,
    row: ({ state, step }, into) => {
      into[0] = step;
      into.set(state.cell, 1);
      into.set(state.positions, 10);
      return null;
    },
  };
}

/** The kept frames; their velocities are not known and stand at zero. */
export function snapshots(segment: Finished): State[] {
  const rows = segment.rows.snapshots ?? new Float64Array(0);
  const width = 10 + segment.state.positions.length;
  return Array.from({ length: rows.length / width }, (_, k) => {
    const row = rows.subarray(k * width, (k + 1) * width);
    const state = cloneState(segment.state);
    state.step = row[0];
    state.cell.set(row.subarray(1, 10));
    state.positions.set(row.subarray(10));
    state.velocities.fill(0);
    return state;
  });
}
