/** Which part of a cell is solid and which liquid, over time and along the normal. */
import { orderOf } from '../dynamics/phase.ts';
import type { Finished, Recorder } from '../dynamics/program.ts';
import type { State } from '../dynamics/state.ts';

/** Columns of `orderRecorder`'s rows. */
const COLUMNS = ['step', 'crystalline', 'bcc', 'fcc', 'hcp'] as const;

/** Rows of step, crystalline share of the metal atoms, and shares of each crystal. */
export function orderRecorder(every: number): Recorder {
  return {
    name: 'order',
    every,
    columns: COLUMNS.length,
    row: ({ state, step }, into) => {
      const { fraction, kinds, crystalline } = orderOf(state);
      const atoms = Math.max(1, crystalline.length);
      into.set([step, fraction, kinds.bcc / atoms, kinds.fcc / atoms, kinds.hcp / atoms]);
      return null;
    },
  };
}

export function orderColumn({ rows }: Finished, name: (typeof COLUMNS)[number]): Float64Array {
  const values = rows.order ?? new Float64Array(0);
  const at = COLUMNS.indexOf(name);
  return Float64Array.from(
    { length: values.length / COLUMNS.length },
    (_, k) => values[k * COLUMNS.length + at],
  );
}

/** Å: about two layers of atoms. */
const BIN = 4;
/** Share of crystalline atoms in a bin and both its neighbours, for it to be bulk. */
const BULK = 0.1;

/**
 * Metal atoms well inside each phase: in bins along z whose own and neighbouring bins are all
 * crystalline (or all liquid) but for a tenth. Atoms near a front belong to neither.
 */
export function bulkAtoms(state: State): {
  readonly solid: readonly number[];
  readonly liquid: readonly number[];
} {
  const { crystalline } = orderOf(state);
  const metals = Array.from(state.types.keys()).filter(
    (i) => state.elements[state.types[i]!] !== 'C',
  );
  const height = state.cell[8]!;
  const bins = Math.max(3, Math.floor(height / BIN));
  const binOf = (i: number): number => {
    const f = state.positions[3 * i + 2]! / height;
    return Math.min(bins - 1, Math.floor((f - Math.floor(f)) * bins));
  };
  const total = new Float64Array(bins);
  const ordered = new Float64Array(bins);
  metals.forEach((i, k) => {
    total[binOf(i)] += 1;
    ordered[binOf(i)] += crystalline[k]!;
  });
  const share = (bin: number): number => {
    const b = (bin + bins) % bins;
    return ordered[b]! / Math.max(1, total[b]!);
  };
  const all = (bin: number, is: (value: number) => boolean): boolean =>
    [bin - 1, bin, bin + 1].every((b) => is(share(b)));
  return {
    solid: metals.filter((i) => all(binOf(i), (value) => value > 1 - BULK)),
    liquid: metals.filter((i) => all(binOf(i), (value) => value < BULK)),
  };
}
