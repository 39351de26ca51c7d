/** The neighbours of a frame's atoms, found once: the frames of a training do not move. */
import type { Frame } from '../structure/frame.ts';
import { neighbourTable } from '../structure/neighbours.ts';
import { TrainingError } from './training-error.ts';

/** All pairs within the cut-off, by atom and then by the neighbour's type. */
export interface Surroundings {
  /** [atoms] */
  readonly types: Uint8Array;
  /** [atoms · elements + 1]: first pair of each atom with neighbours of each type. */
  readonly start: Uint32Array;
  /** Neighbour's atom, [pairs] */
  readonly neighbour: Uint32Array;
  /** Å, [pairs] */
  readonly distance: Float64Array;
  /** From the atom to its neighbour, [pairs][3] */
  readonly unit: Float64Array;
}

/** @throws TrainingError naming the frame that holds an element which is not among `elements` */
export function typesOf(frame: Frame, elements: readonly string[]): Uint8Array {
  return Uint8Array.from(frame.species, (symbol) => {
    const type = elements.indexOf(symbol);
    if (type < 0) {
      throw new TrainingError(
        `frame ${frame.id} (${frame.group}) holds ${symbol}, which the model does not know; it knows ${elements.join(', ')}`,
      );
    }
    return type;
  });
}

/**
 * @param cutoff Å; may exceed the cell
 * @throws TrainingError as `typesOf`, and for atoms on top of each other
 */
export function surroundings(
  frame: Frame,
  elements: readonly string[],
  cutoff: number,
): Surroundings {
  const types = typesOf(frame, elements);
  const table = neighbourTable(frame.positions, frame.cell, cutoff);
  const pairs = table.atom.length;
  const start = new Uint32Array(types.length * elements.length + 1);
  const neighbour = new Uint32Array(pairs);
  const distance = new Float64Array(pairs);
  const unit = new Float64Array(3 * pairs);
  let at = 0;
  types.forEach((_, atom) => {
    for (let type = 0; type < elements.length; type++) {
      start[atom * elements.length + type] = at;
      for (let k = table.start[atom]; k < table.start[atom + 1]; k++) {
        if (types[table.atom[k]] !== type) continue;
        const [x, y, z] = table.vector.subarray(3 * k, 3 * k + 3);
        const r = Math.sqrt(x * x + y * y + z * z);
        if (r < 0.01) {
          throw new TrainingError(
            `frame ${frame.id} (${frame.group}): atoms ${atom} and ${table.atom[k]} lie on top of each other`,
          );
        }
        neighbour[at] = table.atom[k];
        distance[at] = r;
        unit.set([x / r, y / r, z / r], 3 * at);
        at += 1;
      }
    }
  });
  start[start.length - 1] = at;
  return { types, start, neighbour, distance, unit };
}

/** How many neighbours of each type each atom has: calls `see` for every atom and type. */
export function eachCount(
  { types, start }: Surroundings,
  elements: number,
  see: (count: number, type: number, atom: number) => void,
): void {
  for (let atom = 0; atom < types.length; atom++) {
    for (let type = 0; type < elements; type++) {
      const k = atom * elements + type;
      see(start[k + 1] - start[k], type, atom);
    }
  }
}
