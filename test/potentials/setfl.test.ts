/** Files of embedded-atom potentials: read as published, refused with the line that does not fit. */
import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  type EmbeddedAtom,
  PotentialFileError,
  parseSetfl,
} from '../../physics/potentials/classical/setfl.ts';
import { spline } from '../../physics/potentials/classical/spline.ts';
import { IRON_FILE, ironFile } from '../oracle/iron-eam.ts';
import { writeSetfl } from '../oracle/setfl.ts';
import { virtualTables } from '../oracle/virtual-dft.ts';

const setfl = suite('setfl files');

const tables: EmbeddedAtom = {
  ...virtualTables({
    elements: [0, 1, 2],
    magnetic: true,
    rhoPoints: 12,
    rhoMost: 40,
    radialPoints: 9,
  }),
  comment: 'Fe-Cr-C\nin closed form\nas tables',
};
const alloy: EmbeddedAtom = {
  ...tables,
  style: 'eam/alloy',
  density: tables.density.map((row) => row.map(() => row[0]!)),
};

setfl('give back every table of every element and pair', () => {
  for (const written of [tables, alloy]) {
    const read = parseSetfl(writeSetfl(written), 'x.eam');
    assert.equal(read, written);
  }
});

setfl('may come with other line ends, indents and numbers a line', () => {
  const text = writeSetfl(tables);
  const [head, body] = [text.split('\n').slice(0, 5), text.split('\n').slice(5)];
  const one = body.flatMap((line) => (line.endsWith('none') ? [line] : line.split(' ')));
  const other = [...head, ...one].map((line) => `  ${line}\r\n`).join('');
  assert.equal(parseSetfl(other, 'x.eam').pair, tables.pair);
});

const refused = (edit: (lines: string[]) => void): string => {
  const lines = writeSetfl(tables).split('\n');
  edit(lines);
  try {
    parseSetfl(lines.join('\n'), 'Fe.eam.fs');
  } catch (error) {
    assert.instance(error, PotentialFileError);
    return (error as PotentialFileError).message;
  }
  throw new Error('nothing was refused');
};

setfl('are refused at the line that does not fit', () => {
  assert.is(
    refused((lines) => {
      lines.length = 3;
    }),
    'Fe.eam.fs:3: the file ends here; expected the number of elements and their symbols next',
  );
  assert.is(
    refused((lines) => {
      lines[3] = '2 Fe Cr C';
    }),
    'Fe.eam.fs:4: expected the number of elements and as many symbols, such as "2 Fe Cr", found "2 Fe Cr C"',
  );
  assert.is(
    refused((lines) => {
      lines[3] = '3 Fe iron C';
    }),
    'Fe.eam.fs:4: "iron" is no symbol of an element',
  );
  assert.is(
    refused((lines) => {
      lines[3] = '3 Fe Cr Fe';
    }),
    'Fe.eam.fs:4: an element is named twice',
  );
  assert.is(
    refused((lines) => {
      lines[4] = '12 0.1 4 0.5 4.1';
    }),
    'Fe.eam.fs:5: expected n_rho d_rho n_r d_r cut-off, all above zero with at least 5 points, found "12 0.1 4 0.5 4.1"',
  );
  assert.is(
    refused((lines) => {
      lines[5] = '26 55.845';
    }),
    'Fe.eam.fs:6: expected the line of Fe, atomic number, mass, lattice constant and lattice, such as "26 55.845 2.855 bcc"; found "26 55.845"; do n_rho and n_r in line 5 fit the tables above?',
  );
  assert.is(
    refused((lines) => {
      lines[7] = lines[7]!.replace(/^\S+/, '0.1D+01');
    }),
    'Fe.eam.fs:8: "0.1D+01" stands where value 6 of 12 of F(ρ) of Fe should: expected a number',
  );
  assert.is(
    refused((lines) => {
      lines[8] += ' 1 2';
    }),
    'Fe.eam.fs:9: F(ρ) of Fe has more than its 12 values; do n_rho and n_r in line 5 fit the tables?',
  );
  assert.is(
    refused((lines) => {
      lines.splice(-3);
    }),
    'Fe.eam.fs:45: the file ends here; expected value 1 of 9 of r·V(r) of C-C next',
  );
  assert.is(
    refused((lines) => {
      lines.splice(-1, 1, '1 2 3');
    }),
    'Fe.eam.fs:48: the last table is complete before this line; do lines 4 and 5 fit the tables?',
  );
});

setfl('the iron that comes with curie is the table of its closed form', () => {
  const text = readFileSync(IRON_FILE, 'utf8');
  assert.ok(text === ironFile(), 'run "node test/oracle/iron-eam.ts"');
  const { elements, cutoff, style } = parseSetfl(text, 'Fe.eam.fs');
  assert.equal([elements, cutoff, style], [['Fe'], 4.1, 'eam/fs']);
});

setfl('are interpolated by cubics through every value, with slopes that meet', () => {
  const table = Float64Array.of(1, 3, 2, 5, 4, 4, 7, 1);
  const rows = spline(table);
  assert.is(rows.length, 4 * 7);
  const slopes: number[][] = [];
  for (let k = 0; k < 7; k++) {
    const [c0, c1, c2, c3] = rows.subarray(4 * k) as unknown as [number, number, number, number];
    assert.is(c3, table[k]);
    assert.ok(Math.abs(c0 + c1 + c2 + c3 - table[k + 1]!) < 1e-14);
    slopes.push([c2, 3 * c0 + 2 * c1 + c2]);
  }
  for (let k = 1; k < 7; k++) assert.ok(Math.abs(slopes[k]![0]! - slopes[k - 1]![1]!) < 1e-13);
  // Differences of two points at the ends, of three next to them, of five inside.
  assert.is(slopes[0]![0], 2);
  assert.is(slopes[1]![0], 0.5);
  assert.ok(Math.abs(slopes[3]![0]! - (3 - 4 + 8 * (4 - 2)) / 12) < 1e-15);
  assert.ok(Math.abs(slopes[6]![1]! - (1 - 7)) < 1e-14);
});

setfl.run();
