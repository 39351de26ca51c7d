/** What LAMMPS needs beside an exported model: the short-range repulsion, which DeePMD-kit lacks. */
import { ATOMIC_NUMBERS } from '../../constants.ts';
import type { ShortRange } from '../deep/model.ts';

/**
 * A piece of LAMMPS input that overlays the Deep Potential in `stem`.pb with the repulsion: one
 * instance of `pair_style zbl` for each outer cut-off, atom types in the order of the elements.
 * Source: LAMMPS manual, pair_style hybrid/overlay and zbl.
 *
 * @param stem name of the exported file without its ending
 */
export function lammpsPotential(
  elements: readonly string[],
  { inner, outer }: ShortRange,
  stem: string,
): string {
  const cutoffs = [...new Set(outer.flat())].sort((a, b) => b - a);
  const styles = cutoffs.map((cutoff) => `zbl ${inner} ${cutoff}`);
  const pairs = elements.flatMap((a, i) =>
    elements.slice(i).map((b, k) => {
      const j = i + k;
      // LAMMPS numbers the instances of a style only where there are several.
      const instance = cutoffs.length > 1 ? ` ${cutoffs.indexOf(outer[i][j]) + 1}` : '';
      return `pair_coeff ${i + 1} ${j + 1} zbl${instance} ${ATOMIC_NUMBERS[a]} ${ATOMIC_NUMBERS[b]}`;
    }),
  );
  return [
    `# units metal; atom types: ${elements.map((symbol, k) => `${k + 1} ${symbol}`).join(', ')}`,
    `# ${stem}.pb is the exported model as LAMMPS reads it, made by dp convert-backend`,
    `pair_style hybrid/overlay deepmd ${stem}.pb ${styles.join(' ')}`,
    `pair_coeff * * deepmd ${elements.join(' ')}`,
    ...pairs,
    '',
  ].join('\n');
}
