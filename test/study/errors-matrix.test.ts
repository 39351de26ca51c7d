/** Axes, labels and gathers that are wrong: exact messages. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { HEAD, messages, type Options } from './rig.ts';

/** A study with a step over melts and temperatures, and a table with the given inputs. */
const matrix = (inputs: string) => `${HEAD}  liquid:
    uses: npt
    matrix: { melt: [Fe, Fe90C10], t: [2000 K, 2100 K] }
    with: { potential: $model.model, composition: $matrix.melt, temperature: $matrix.t }
  table:
    uses: compare
    with:
      ${inputs}
`;

/** Two axes of 600 elements each. */
function huge(): string {
  const axis = (unit: string) =>
    Array.from({ length: 600 }, (_, k) => `${k + 1} ${unit}`).join(', ');
  return `${HEAD}  d:
    uses: npt
    matrix:
      t: [${axis('K')}]
      p: [${axis('GPa')}]
    with: { potential: $model.model, composition: Fe, temperature: $matrix.t, pressure: $matrix.p }
`;
}

const test = suite('a matrix');

function refuses(title: string, study: string, message: string, options: Options = {}): void {
  test(title, () => assert.fixture(messages(study, options), message.trim()));
}

refuses(
  'with labels that cannot be told apart',
  `${HEAD}  d:
    uses: npt
    matrix: { t: [1 K, 1  K] }
    with: { potential: $model.model, composition: Fe, temperature: $matrix.t }
`,
  `
study.yaml:13:24: two elements of t have the label 1K; use a mapping from labels to values
13 |     matrix: { t: [1 K, 1  K] }
   |                        ^^^^`,
);

refuses(
  'with axes that are none',
  `${HEAD}  d:
    uses: npt
    matrix: { u: { a/b: 1 }, v: hello, w: $sets.x, x: [[1]], y: $data.frames, z: [] }
    with: { potential: $model.model, composition: Fe, temperature: $matrix.tt }
`,
  `
study.yaml:13:20: "a/b" cannot be a label, because labels name tasks and folders; use letters, digits and _ + - . = @ %
13 |     matrix: { u: { a/b: 1 }, v: hello, w: $sets.x, x: [[1]], y: $data.frames, z: [] }
   |                    ^^^

study.yaml:13:33: matrix.v of step d is "hello"; expected a mapping from labels to values, a list of values, or $sets.NAME
13 |     matrix: { u: { a/b: 1 }, v: hello, w: $sets.x, x: [[1]], y: $data.frames, z: [] }
   |                                 ^^^^^

study.yaml:13:43: there is no set x
13 |     matrix: { u: { a/b: 1 }, v: hello, w: $sets.x, x: [[1]], y: $data.frames, z: [] }
   |                                           ^^^^^^^

study.yaml:13:56: an element of x is a list; give it a label: { label: value }
13 |     matrix: { u: { a/b: 1 }, v: hello, w: $sets.x, x: [[1]], y: $data.frames, z: [] }
   |                                                        ^^^

study.yaml:13:65: the values of y are "$data.frames"; expected a mapping from labels to values, a list, $sets.NAME or $params.NAME
13 |     matrix: { u: { a/b: 1 }, v: hello, w: $sets.x, x: [[1]], y: $data.frames, z: [] }
   |                                                                 ^^^^^^^^^^^^

study.yaml:14:68: step d has no axis tt; axes: u, v, w, x, y, z
14 |     with: { potential: $model.model, composition: Fe, temperature: $matrix.tt }
   |                                                                    ^^^^^^^^^^`,
);

refuses(
  'whose elements are of the wrong dimension',
  `${HEAD}  d:
    uses: npt
    matrix: { t: [1 K, 1 fs] }
    with: { potential: $model.model, composition: Fe, temperature: $matrix.t }
`,
  `
study.yaml:13:24: temperature is given as a time; expected a temperature, such as 2000 K
13 |     matrix: { t: [1 K, 1 fs] }
   |                        ^^^^
  study.yaml:14:68: used here as temperature of d
  14 |     with: { potential: $model.model, composition: Fe, temperature: $matrix.t }
     |                                                                    ^^^^^^^^^`,
);

refuses(
  'whose element lacks a part',
  `${HEAD}  d:
    uses: npt
    matrix: { melt: { a: { T: 5 K }, b: { t: 6 K } } }
    with: { potential: $model.model, composition: Fe, temperature: $matrix.melt.T }
`,
  `
study.yaml:14:68: matrix.melt.T: there is no T; did you mean t?
14 |     with: { potential: $model.model, composition: Fe, temperature: $matrix.melt.T }
   |                                                                    ^^^^^^^^^^^^^^`,
);

refuses(
  'that is used without choosing',
  matrix(`measured: $liquid.density`),
  `
study.yaml:18:17: liquid is a matrix over melt (Fe, Fe90C10) and t (2000K, 2100K), which this step does not share; choose by label, such as $liquid.Fe.2000K.density, or gather all with $liquid.*.density
18 |       measured: $liquid.density
   |                 ^^^^^^^^^^^^^^^`,
);

refuses(
  'that is used with too little chosen',
  matrix(`measured: $liquid.Fe.density`),
  `
study.yaml:18:17: liquid is a matrix over t (2000K, 2100K), which this step does not share; choose by label, such as $liquid.Fe.2000K.density, or gather all with $liquid.Fe.*.density
18 |       measured: $liquid.Fe.density
   |                 ^^^^^^^^^^^^^^^^^^`,
);

refuses(
  'that is used with an unknown label',
  matrix(`measured: $liquid.Fe.2001K.density`),
  `
study.yaml:18:17: 2001K is no label of liquid; did you mean 2000K?
18 |       measured: $liquid.Fe.2001K.density
   |                 ^^^^^^^^^^^^^^^^^^^^^^^^`,
);

refuses(
  'that is used with an unknown axis',
  matrix(`measured: $liquid.melts=Fe.t=2000K.density`),
  `
study.yaml:18:17: melts=Fe is no label of liquid; it is a matrix over melt (Fe, Fe90C10) and t (2000K, 2100K)
18 |       measured: $liquid.melts=Fe.t=2000K.density
   |                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^`,
);

refuses(
  'that is used without an output',
  matrix(`measured: $liquid.Fe.2000K`),
  `
study.yaml:18:17: name an output of liquid after 2000K: density, melting_temperature, energy, state
18 |       measured: $liquid.Fe.2000K
   |                 ^^^^^^^^^^^^^^^^`,
);

refuses(
  'that is used with a label of two axes',
  `${HEAD}  d:
    uses: npt
    matrix: { a: { x: 1 K }, b: { x: 1 GPa } }
    with: { potential: $model.model, composition: Fe, temperature: $matrix.a, pressure: $matrix.b }
  table: { uses: compare, with: { measured: $d.x.x.density } }
`,
  `
study.yaml:15:45: x is a label of a and of b; write a=x or b=x
15 |   table: { uses: compare, with: { measured: $d.x.x.density } }
   |                                             ^^^^^^^^^^^^^^`,
);

refuses(
  'that is gathered into a single value',
  matrix(`measured: $liquid.*.density
  again:
    uses: npt
    with: { potential: $model.model, composition: Fe, temperature: 1 K, start: $liquid.*.state }`),
  `
study.yaml:21:80: start takes one value, and .*. gathers many; choose one by label
21 |     with: { potential: $model.model, composition: Fe, temperature: 1 K, start: $liquid.*.state }
   |                                                                                ^^^^^^^^^^^^^^^`,
);

refuses(
  'whose value has a unit that expressions do not know',
  matrix(`measured: $liquid.*.density
      temperatures: [1 K, $( liquid.Fe.2000K.energy )]`),
  `
study.yaml:19:30: liquid.Fe.2000K.energy is in eV/atom, which expressions do not know
19 |       temperatures: [1 K, $( liquid.Fe.2000K.energy )]
   |                              ^^^^^^^^^^^^^^^^^^^^^^`,
);

refuses(
  'that is gathered in an expression',
  matrix(`measured: $liquid.*.density
      temperatures: [1 K, $( liquid.melting_temperature )]`),
  `
study.yaml:19:30: liquid is a matrix over melt (Fe, Fe90C10) and t (2000K, 2100K), which this step does not share; choose by label, such as $liquid.Fe.2000K.melting_temperature, or gather all with $liquid.*.melting_temperature
19 |       temperatures: [1 K, $( liquid.melting_temperature )]
   |                              ^^^^^^^^^^^^^^^^^^^^^^^^^^`,
);

/** A step over three axes with the given `zip`, `include` or `exclude`. */
const rows = (more: string) => `${HEAD}  d:
    uses: npt
    matrix: { t: [1 K, 2 K], p: [0 GPa, 1 GPa], ${more} }
    with: { potential: $model.model, composition: Fe, temperature: $matrix.t, pressure: $matrix.p }
`;

refuses(
  'whose axes under zip do not run in step',
  rows('zip: { a: [1, 2, 3], b: [1, 2], c: [1, 2, 3] }'),
  `
study.yaml:13:49: axes under zip run in step, and a has 3 values where b has 2
13 |     matrix: { t: [1 K, 2 K], p: [0 GPa, 1 GPa], zip: { a: [1, 2, 3], b: [1, 2], c: [1, 2, 3] } }
   |                                                 ^^^`,
);

refuses(
  'whose axes under zip have an element twice',
  rows('zip: { a: [1, 2, 1], b: [x, x, x] }'),
  `
study.yaml:13:49: zip has the element 1/x twice
13 |     matrix: { t: [1 K, 2 K], p: [0 GPa, 1 GPa], zip: { a: [1, 2, 1], b: [x, x, x] } }
   |                                                 ^^^`,
);

refuses(
  'whose rows are none',
  rows('zip: [1], include: { t: 1 K }, exclude: [1 K, {}]'),
  `
study.yaml:13:54: matrix.zip of step d is a list; expected a mapping from axes that run in step to their values
13 |     matrix: { t: [1 K, 2 K], p: [0 GPa, 1 GPa], zip: [1], include: { t: 1 K }, exclude: [1 K, {}] }
   |                                                      ^^^

study.yaml:13:68: matrix.include of step d is a mapping; expected a list of elements to add, each a mapping from axes to values
13 |     matrix: { t: [1 K, 2 K], p: [0 GPa, 1 GPa], zip: [1], include: { t: 1 K }, exclude: [1 K, {}] }
   |                                                                    ^^^^^^^^^^

study.yaml:13:90: matrix.exclude.0 of step d is "1 K"; expected a list of elements to leave out, each a mapping from axes to labels
13 |     matrix: { t: [1 K, 2 K], p: [0 GPa, 1 GPa], zip: [1], include: { t: 1 K }, exclude: [1 K, {}] }
   |                                                                                          ^^^

study.yaml:13:95: matrix.exclude.1 of step d is empty; expected a list of elements to leave out, each a mapping from axes to labels
13 |     matrix: { t: [1 K, 2 K], p: [0 GPa, 1 GPa], zip: [1], include: { t: 1 K }, exclude: [1 K, {}] }
   |                                                                                               ^^`,
);

refuses(
  'that leaves out what is not there',
  rows('exclude: [{ t: cold }, { T: 1 K }, { t: 1 K, p: 0 GPa }, { p: 0 GPa, t: 1 K }]'),
  `
study.yaml:13:64: exclude names elements by label, and cold is no label of t; labels: 1K, 2K
13 |     matrix: { t: [1 K, 2 K], p: [0 GPa, 1 GPa], exclude: [{ t: cold }, { T: 1 K }, { t: 1 K, p: 0 GPa }, { p: 0 GPa, t: 1 K }] }
   |                                                                ^^^^

study.yaml:13:74: the matrix has no axis T; did you mean t?
13 |     matrix: { t: [1 K, 2 K], p: [0 GPa, 1 GPa], exclude: [{ t: cold }, { T: 1 K }, { t: 1 K, p: 0 GPa }, { p: 0 GPa, t: 1 K }] }
   |                                                                          ^

study.yaml:13:106: no element is left out by this
13 |     matrix: { t: [1 K, 2 K], p: [0 GPa, 1 GPa], exclude: [{ t: cold }, { T: 1 K }, { t: 1 K, p: 0 GPa }, { p: 0 GPa, t: 1 K }] }
   |                                                                                                          ^^^^^^^^^^^^^^^^^^^^`,
);

refuses(
  'that adds what is there or lacks an axis',
  rows('include: [{ t: 1 K, p: 1 GPa }, { t: 3 K }, { t: 1 K, p: [1] }, { q: 1 }]'),
  `
study.yaml:13:59: the element 1K/1GPa is there already
13 |     matrix: { t: [1 K, 2 K], p: [0 GPa, 1 GPa], include: [{ t: 1 K, p: 1 GPa }, { t: 3 K }, { t: 1 K, p: [1] }, { q: 1 }] }
   |                                                           ^^^^^^^^^^^^^^^^^^^^

study.yaml:13:81: an element under include gives a value for every axis; this one lacks p
13 |     matrix: { t: [1 K, 2 K], p: [0 GPa, 1 GPa], include: [{ t: 1 K, p: 1 GPa }, { t: 3 K }, { t: 1 K, p: [1] }, { q: 1 }] }
   |                                                                                 ^^^^^^^^^^

study.yaml:13:106: an element of p is a list; give it a label: { label: value }
13 |     matrix: { t: [1 K, 2 K], p: [0 GPa, 1 GPa], include: [{ t: 1 K, p: 1 GPa }, { t: 3 K }, { t: 1 K, p: [1] }, { q: 1 }] }
   |                                                                                                          ^^^

study.yaml:13:115: the matrix has no axis q; axes: t, p
13 |     matrix: { t: [1 K, 2 K], p: [0 GPa, 1 GPa], include: [{ t: 1 K, p: 1 GPa }, { t: 3 K }, { t: 1 K, p: [1] }, { q: 1 }] }
   |                                                                                                                   ^`,
);

refuses(
  'that another step does not leave out likewise',
  `${HEAD}  d:
    uses: npt
    matrix: { t: [1 K, 2 K], p: [0 GPa, 1 GPa], exclude: [{ t: 1 K, p: 0 GPa }] }
    with: { potential: $model.model, composition: Fe, temperature: $matrix.t, pressure: $matrix.p }
  again:
    uses: npt
    matrix: { t: [1 K, 2 K], p: [0 GPa, 1 GPa] }
    with: { potential: $model.model, composition: Fe, temperature: 1 K, start: $d.state }
  table: { uses: compare, with: { measured: $d.1K.0GPa.density, temperatures: [1 K, $( d.'1K'.'0GPa'.melting_temperature )] } }
`,
  `
study.yaml:18:80: d has no element 1K/0GPa; leave out here too what its matrix leaves out
18 |     with: { potential: $model.model, composition: Fe, temperature: 1 K, start: $d.state }
   |                                                                                ^^^^^^^^

study.yaml:19:45: d has no element 1K/0GPa; leave out here too what its matrix leaves out
19 |   table: { uses: compare, with: { measured: $d.1K.0GPa.density, temperatures: [1 K, $( d.'1K'.'0GPa'.melting_temperature )] } }
   |                                             ^^^^^^^^^^^^^^^^^^

study.yaml:19:88: d has no element 1K/0GPa; leave out here too what its matrix leaves out
19 |   table: { uses: compare, with: { measured: $d.1K.0GPa.density, temperatures: [1 K, $( d.'1K'.'0GPa'.melting_temperature )] } }
   |                                                                                        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^`,
);

refuses(
  'that is empty, where an element is needed',
  `${HEAD}  d:
    uses: npt
    matrix: { t: [] }
    with: { potential: $model.model, composition: Fe, temperature: $matrix.t }
  table: { uses: compare, with: { measured: $d.*.density } }
  one: { uses: compare, with: { measured: $d.density } }
`,
  `
study.yaml:15:45: measured has 0 elements; it needs at least 1
15 |   table: { uses: compare, with: { measured: $d.*.density } }
   |                                             ^^^^^^^^^^^^

study.yaml:16:43: d is a matrix over t (), which this step does not share; choose by label, such as $d.LABEL.density, or gather all with $d.*.density
16 |   one: { uses: compare, with: { measured: $d.density } }
   |                                           ^^^^^^^^^^`,
);

refuses(
  'whose label is too long for a folder',
  `${HEAD}  d:
    uses: npt
    matrix: { t: { ${'x'.repeat(101)}: 1 K } }
    with: { potential: $model.model, composition: Fe, temperature: $matrix.t }
`,
  `
study.yaml:13:20: "${'x'.repeat(30)}..." has 101 characters, and a label at most 100, because it names a folder; use a mapping from labels to values
13 |     matrix: { t: { ${'x'.repeat(101)}: 1 K } }
   |                    ${'^'.repeat(101)}`,
);

refuses(
  'that is far too large',
  huge(),
  `
study.yaml:11:3: with step d, which has 360000 tasks, the study has more than 200000
11 |   d:
   |   ^`,
);

test.run();
