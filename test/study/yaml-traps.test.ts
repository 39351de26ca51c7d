/** What readers of YAML disagree about is refused, with what to write instead. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { density, HEAD, inputOf, load, messages } from './rig.ts';

const test = suite('YAML traps');

const first = (text: string): string => messages(text).split('\n')[0]!;
const note = (text: string): string =>
  HEAD.replace('files: frames.extxyz', `files: frames.extxyz, note: ${text}`);

const texts: readonly (readonly [written: string, message: string])[] = [
  ['1.10', "is read by YAML as the number 1.1; quote it: '1.10'"],
  ['1e3', "is read by YAML as the number 1000; quote it: '1e3'"],
  ['0x10', "is read by YAML as the number 16; quote it: '0x10'"],
  [
    '010',
    "begins with 0, which makes a number octal for some readers of YAML; write 10, or quote it: '010'",
  ],
  ['true', "is read by YAML as true; quote it: 'true'"],
  ['~', "is read by YAML as null; quote it: '~'"],
  ['no', "is read as true or false by older YAML; quote it: 'no'"],
  ['Off', "is read as true or false by older YAML; quote it: 'Off'"],
  ['2026-11-25', "is read as a date by older YAML; quote it: '2026-11-25'"],
  ['2026-11-25T10:00:00Z', "is read as a date by older YAML; quote it: '2026-11-25T10:00:00Z'"],
  ['12:30', "is read as a number in base 60 by older YAML; quote it: '12:30'"],
  ['1_000', "is a number for older YAML and text for newer; write 1000, or quote it: '1_000'"],
];

for (const [written, message] of texts) {
  test(`${written} as text`, () => {
    assert.is(first(note(written)), `study.yaml:7:41: note ${message}`);
    assert.is(inputOf(load(note(`'${written}'`)), 'data', 'note'), written);
  });
}

test('as any value, where a number may be meant as it is', () => {
  const options = (text: string) =>
    first(HEAD.replace('files: frames.extxyz', `files: frames.extxyz, options: { a: [${text}] }`));
  assert.is(options('1.10, true, 0x10, 0.5, 0, -0, 00:x, 1e3'), '');
  for (const written of ['no', '010', '-07.5', '2026-11-25', '12:30', '1_000'])
    assert.match(options(written), /^study.yaml:7:50: options (is|begins)/);
});

test('in numbers', () => {
  const atoms = (text: string) =>
    first(density(`composition: Fe\ntemperature: 1 K\natoms: ${text}`));
  assert.match(atoms('0100'), 'atoms begins with 0, which makes a number octal');
  assert.match(atoms('1_000'), 'atoms is "1_000"; expected a whole number');
  assert.is(atoms('1e3'), '');
});

test('in parameters, even where they are not used', () => {
  const params = (text: string) => first(HEAD.replace('updates: 100', `updates: 100, x: ${text}`));
  assert.match(params('no'), 'study.yaml:3:28: parameter x is read as true or false by older YAML');
  assert.match(params('[1, 010]'), 'study.yaml:3:32: parameter x begins with 0');
  assert.is(params("['no', 1.10]"), '');
  assert.match(messages(HEAD, { set: ['updates=010'] }), 'parameter updates begins with 0');
});

test('in a version that is no text', () => {
  assert.is(
    first(HEAD.replace('curie: v1', 'curie: 1.0')),
    'study.yaml:1:8: curie: 1.0 names no version; write curie: v1',
  );
});

test('elements and signs of the periodic table are no truth', () => {
  for (const written of ['No', 'Y', 'N'])
    assert.is(first(density(`composition: ${written}\ntemperature: 1 K`)), '');
});

test.run();
