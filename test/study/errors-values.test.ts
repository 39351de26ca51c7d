/** Values of the wrong kind, dimension or size: exact messages. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { density, HEAD, messages, type Options } from './rig.ts';

const test = suite('a value');

function refuses(title: string, study: string, message: string, options: Options = {}): void {
  test(title, () => assert.fixture(messages(study, options), message.trim()));
}

refuses(
  'of another dimension',
  density(`composition: Fe
temperature: 10 GPa`),
  `
study.yaml:16:20: temperature is given as a pressure; expected a temperature, such as 2000 K
16 |       temperature: 10 GPa
   |                    ^^^^^^`,
);

refuses(
  'of another dimension, from a parameter',
  density(`composition: Fe
temperature: $params.length`),
  `
study.yaml:3:54: temperature is given as a time; expected a temperature, such as 2000 K
3 | params: { updates: 100, temperature: 2000 K, length: 25 ps, steps: [1500 K, 1800 K] }
  |                                                      ^^^^^
  study.yaml:16:20: used here as temperature of density
  16 |       temperature: $params.length
     |                    ^^^^^^^^^^^^^^`,
);

refuses(
  'without a unit',
  density(`composition: Fe
temperature: 2000`),
  `
study.yaml:16:20: temperature has no unit; expected a temperature, such as 2000 K
16 |       temperature: 2000
   |                    ^^^^`,
);

refuses(
  'in an unknown unit',
  density(`composition: Fe
temperature: 2000 k
pressure: 1 atm`),
  `
study.yaml:16:20: temperature has the unknown unit k; did you mean K?
16 |       temperature: 2000 k
   |                    ^^^^^^

study.yaml:17:17: pressure has the unknown unit atm; expected a pressure, such as 1 GPa (units: Pa, kPa, MPa, GPa, bar, kbar)
17 |       pressure: 1 atm
   |                 ^^^^^`,
);

refuses(
  'that is no quantity',
  density(`composition: Fe
temperature: hot`),
  `
study.yaml:16:20: temperature is "hot"; expected a temperature, such as 2000 K
16 |       temperature: hot
   |                    ^^^`,
);

refuses(
  'out of range',
  density(`composition: Fe
temperature: -5 K
atoms: 2
vacancies: 150 %`),
  `
study.yaml:16:20: temperature is -5 K; it must be above 0 K
16 |       temperature: -5 K
   |                    ^^^^

study.yaml:17:14: atoms is 2; it must be at least 16
17 |       atoms: 2
   |              ^

study.yaml:18:18: vacancies is 1.5; it must be at most 1
18 |       vacancies: 150 %
   |                  ^^^^^`,
);

refuses(
  'too large for a number',
  density(`composition: Fe
temperature: 1e500 K`),
  `
study.yaml:16:20: temperature is too large or too small a number
16 |       temperature: 1e500 K
   |                    ^^^^^^^`,
);

refuses(
  'that is a fraction of an atom',
  density(`composition: Fe
temperature: 1 K
atoms: 128.5`),
  `
study.yaml:17:14: atoms is 128.5; expected a whole number
17 |       atoms: 128.5
   |              ^^^^^`,
);

refuses(
  'that comes out as a fraction of an atom',
  density(`composition: Fe
temperature: 1 K
atoms: $( params.updates / 3 )`),
  `
study.yaml:17:14: atoms is 33.333333333333336, a fraction where a whole number is needed; use round( ), floor( ) or ceil( )
17 |       atoms: $( params.updates / 3 )
   |              ^^^^^^^^^^^^^^^^^^^^^^^`,
);

refuses(
  'that is a number in quotes',
  density(`composition: Fe
temperature: 1 K
atoms: '128'`),
  `
study.yaml:17:14: atoms is text, because it is in quotes; write 128 without them
17 |       atoms: '128'
   |              ^^^^^`,
);

refuses(
  'that is a list',
  density(`composition: Fe
temperature: [1 K, 2 K]
atoms: { a: 1 }`),
  `
study.yaml:16:20: temperature is a list; expected a temperature, such as 2000 K
16 |       temperature: [1 K, 2 K]
   |                    ^^^^^^^^^^

study.yaml:17:14: atoms is a mapping; expected a whole number
17 |       atoms: { a: 1 }
   |              ^^^^^^^^`,
);

refuses(
  'with an unknown element',
  density(`temperature: 2000 K
composition: Fe90X10`),
  `
study.yaml:16:20: composition cannot be read: X is not an element
16 |       composition: Fe90X10
   |                    ^^^^^^^`,
);

refuses(
  'with an element in the wrong case',
  density(`temperature: 2000 K
composition: { Fe: 0.9, c: 0.1 }`),
  `
study.yaml:16:20: composition cannot be read: c is not an element; did you mean C?
16 |       composition: { Fe: 0.9, c: 0.1 }
   |                    ^^^^^^^^^^^^^^^^^^^`,
);

refuses(
  'with fractions that do not add up',
  density(`temperature: 2000 K
composition: Fe0.9C0.2`),
  `
study.yaml:16:20: composition cannot be read: its fractions add up to 1.1, not to 1
16 |       composition: Fe0.9C0.2
   |                    ^^^^^^^^^`,
);

refuses(
  'with a negative fraction',
  density(`temperature: 2000 K
composition: { Fe: 1.1, C: -0.1 }`),
  `
study.yaml:16:34: C in composition is -0.1; it must be at least 0
16 |       composition: { Fe: 1.1, C: -0.1 }
   |                                  ^^^^`,
);

refuses(
  'that is no formula',
  density(`temperature: 2000 K
composition: iron`),
  `
study.yaml:16:20: composition cannot be read: "iron" is not a formula; write elements and amounts, such as Fe90C10
16 |       composition: iron
   |                    ^^^^`,
);

refuses(
  'for an unknown input',
  density(`composition: Fe
temperature: 1 K
temprature: 5 K`),
  `
study.yaml:17:7: npt has no input temprature; did you mean temperature?
17 |       temprature: 5 K
   |       ^^^^^^^^^^`,
);

refuses(
  'that is missing',
  density('temperature: 5 K'),
  `
study.yaml:11:3: step density lacks the input composition of npt; expected a composition, such as Fe90C10
11 |   density:
   |   ^^^^^^^`,
);

refuses(
  'that YAML reads as another number',
  HEAD.replace('files: frames.extxyz', 'files: frames.extxyz, note: 1.10'),
  `
study.yaml:7:41: note is read by YAML as the number 1.1; quote it: '1.10'
7 |     with: { files: frames.extxyz, note: 1.10 }
  |                                         ^^^^`,
);

refuses(
  'that YAML reads as true or false',
  HEAD.replace('files: frames.extxyz', 'files: frames.extxyz, note: no, shuffle: no'),
  `
study.yaml:7:41: note is read as true or false by older YAML; quote it: 'no'
7 |     with: { files: frames.extxyz, note: no, shuffle: no }
  |                                         ^^

study.yaml:7:54: shuffle is "no"; write true or false
7 |     with: { files: frames.extxyz, note: no, shuffle: no }
  |                                                      ^^`,
);

refuses(
  'that is no choice',
  HEAD.replace('files: frames.extxyz', 'files: frames.extxyz, spin: collinaer'),
  `
study.yaml:7:41: spin is "collinaer"; did you mean collinear?
7 |     with: { files: frames.extxyz, spin: collinaer }
  |                                         ^^^^^^^^^`,
);

refuses(
  'that is too few',
  `${HEAD}  table:
    uses: compare
    with: { measured: [], temperatures: [5 K] }
`,
  `
study.yaml:13:23: measured has 0 elements; it needs at least 1
13 |     with: { measured: [], temperatures: [5 K] }
   |                       ^^

study.yaml:13:41: temperatures has 1 element; it needs at least 2
13 |     with: { measured: [], temperatures: [5 K] }
   |                                         ^^^^^`,
);

refuses(
  'in a map',
  HEAD.replace('updates: $params.updates', 'updates: 1, weights: { energy: 1, force: high }'),
  `
study.yaml:10:76: weights.force is "high"; expected a plain number
10 |     with: { frames: $data.frames, updates: 1, weights: { energy: 1, force: high } }
   |                                                                            ^^^^`,
);

test.run();
