/** Writes setfl files, the mirror of `physics/potentials/classical/setfl.ts`. */
import { ATOMIC_NUMBERS, MASSES } from '../../physics/constants.ts';
import type { EmbeddedAtom } from '../../physics/potentials/classical/setfl.ts';

/** The file's text; numbers with as many digits as asked for, by default all of them. */
export function writeSetfl(potential: EmbeddedAtom, lattice = '0 none', digits = 17): string {
  const { elements, embedding, density, pair, style } = potential;
  const number = (value: number) => String(Number(value.toPrecision(digits)));
  const lines = [...potential.comment.split('\n'), '', ''].slice(0, 3);
  const table = (values: Float64Array) => {
    for (let k = 0; k < values.length; k += 5)
      lines.push(Array.from(values.subarray(k, k + 5), number).join(' '));
  };
  lines.push(`${elements.length} ${elements.join(' ')}`);
  const { rhoStep, radialStep, cutoff } = potential;
  lines.push(`${embedding[0]!.length} ${rhoStep} ${pair[0]![0]!.length} ${radialStep} ${cutoff}`);
  elements.forEach((element, k) => {
    lines.push(`${ATOMIC_NUMBERS[element]} ${MASSES[element]} ${lattice}`);
    table(embedding[k]!);
    for (const values of style === 'eam/alloy' ? [density[k]![0]!] : density[k]!) table(values);
  });
  for (const [i, row] of pair.entries()) for (const values of row.slice(0, i + 1)) table(values);
  return `${lines.join('\n')}\n`;
}
