/**
 * Writes `workflows/data/iron-eam/Fe.eam.fs` from the closed form; the file in the repository is held
 * to it by `test/potentials/setfl.test.ts`.
 *
 *   node test/oracle/iron-eam.ts
 */
import { writeFileSync } from 'node:fs';
import { writeSetfl } from './setfl.ts';
import { virtualTables } from './virtual-dft.ts';

export const IRON_FILE = new URL('../../workflows/data/iron-eam/Fe.eam.fs', import.meta.url);

export function ironFile(): string {
  const tables = virtualTables({
    elements: [0],
    magnetic: true,
    rhoPoints: 5001,
    rhoMost: 10,
    radialPoints: 4101,
  });
  const comment = [
    'Iron with magnetism inside the embedding: Dudarev, Derlet, J. Phys.: Condens. Matter 17, 7097 (2005), case II',
    'Tables of the published closed form, made by test/oracle/iron-eam.ts; ZBL below 1.8 A, joined by a quintic to 2 A',
    'Density in units of its own; F(rho) in eV, r V(r) in eV A',
  ].join('\n');
  return writeSetfl({ ...tables, comment }, '2.8665 bcc', 10);
}

if (import.meta.main) writeFileSync(IRON_FILE, ironFile());
