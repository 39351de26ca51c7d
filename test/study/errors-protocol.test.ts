/** Protocols, and uses of them, that are wrong: exact messages. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { use, write } from './protocol-rig.ts';
import { HEAD, messages } from './rig.ts';

const test = suite('a protocol');

function refuses(title: string, study: string, message: string): void {
  test(title, () => assert.fixture(messages(study), message.trim()));
}

refuses(
  'refuses inputs that are missing, unknown or wrong',
  `${HEAD}  melt:
    protocol: melt.yaml
    with: { potential: $data.frames, hihg: 2 K, composition: [Fe] }
`,
  `
study.yaml:11:3: step melt lacks the input low of its protocol; expected a temperature, such as 2000 K
11 |   melt:
   |   ^^^^

study.yaml:13:24: potential takes a file of type model; data.frames is a file of type frames
13 |     with: { potential: $data.frames, hihg: 2 K, composition: [Fe] }
   |                        ^^^^^^^^^^^^

study.yaml:13:38: the protocol has no input hihg; did you mean high?
13 |     with: { potential: $data.frames, hihg: 2 K, composition: [Fe] }
   |                                      ^^^^

study.yaml:13:62: composition is a list; expected a composition, such as Fe90C10
13 |     with: { potential: $data.frames, hihg: 2 K, composition: [Fe] }
   |                                                              ^^^^`,
);

refuses(
  'refuses outputs that it does not have, and those that do not fit',
  use(
    '',
    `  a: { uses: npt, with: { potential: $melt.stat, composition: Fe, temperature: $melt.density } }
  b: { uses: npt, with: { potential: $melt.hot.state, composition: Fe, temperature: $melt.densities } }
`,
  ),
  `
melt.yaml:29:12: temperature is a density; expected a temperature, such as 2000 K
29 |   density: $hot.density
   |            ^^^^^^^^^^^^
  study.yaml:14:80: used here as temperature of a
  14 |   a: { uses: npt, with: { potential: $melt.stat, composition: Fe, temperature: $melt.density } }
     |                                                                                ^^^^^^^^^^^^^

melt.yaml:30:14: temperature takes one value, and .*. gathers many; choose one by label
30 |   densities: $ends.*.density
   |              ^^^^^^^^^^^^^^^
  study.yaml:15:85: used here as temperature of b
  15 |   b: { uses: npt, with: { potential: $melt.hot.state, composition: Fe, temperature: $melt.densities } }
     |                                                                                     ^^^^^^^^^^^^^^^

study.yaml:14:38: melt has no output stat; did you mean state?
14 |   a: { uses: npt, with: { potential: $melt.stat, composition: Fe, temperature: $melt.density } }
   |                                      ^^^^^^^^^^

study.yaml:15:38: melt has no matrix, so hot chooses nothing; its outputs: state, density, densities, middle, low
15 |   b: { uses: npt, with: { potential: $melt.hot.state, composition: Fe, temperature: $melt.densities } }
   |                                      ^^^^^^^^^^^^^^^`,
);

refuses(
  'refuses values that cannot be gathered',
  use(
    '    matrix: { t: [1 K, 2 K] }\n',
    '  d: { uses: compare, with: { measured: $melt.*.density, temperatures: $melt.*.low } }\n',
  ),
  `
study.yaml:15:72: low of melt is no output of a step, so .*. cannot gather it
15 |   d: { uses: compare, with: { measured: $melt.*.density, temperatures: $melt.*.low } }
   |                                                                        ^^^^^^^^^^^`,
);

refuses(
  'refuses what only step types have',
  use('    uses: npt\n    resources: { cpu: 1 }\n    outputs: { a: { file: b } }\n'),
  `
study.yaml:14:5: step melt uses a protocol, whose steps have uses of their own; leave it out
14 |     uses: npt
   |     ^^^^

study.yaml:15:5: step melt uses a protocol, whose steps have resources of their own; leave it out
15 |     resources: { cpu: 1 }
   |     ^^^^^^^^^

study.yaml:16:5: step melt uses a protocol, whose steps have outputs of their own; leave it out
16 |     outputs: { a: { file: b } }
   |     ^^^^^^^`,
);

refuses(
  'refuses inputs outside of protocols',
  HEAD.replace('$params.updates', '$inputs.updates'),
  `
study.yaml:10:44: $inputs belong to protocols; a study has parameters: $params.name
10 |     with: { frames: $data.frames, updates: $inputs.updates }
   |                                            ^^^^^^^^^^^^^^^`,
);

write('study2.yaml', 'curie: v1\nstudy: other\nsteps: { a: { uses: import } }\n');
write('list.yaml', '- 1\n');
write('deep/data.extxyz', '');
refuses(
  'refuses files that are none',
  `${HEAD}  a: { protocol: nothing.yaml }
  b: { protocol: study2.yaml }
  c: { protocol: list.yaml }
  d: { protocol: deep }
`,
  `
list.yaml:1:1: the protocol is a list; expected a mapping with curie, protocol, inputs, steps and outputs
1 | - 1
  | ^^^

study.yaml:11:18: there is no file nothing.yaml
11 |   a: { protocol: nothing.yaml }
   |                  ^^^^^^^^^^^^

study.yaml:14:18: it is a folder; name the protocol file in it
14 |   d: { protocol: deep }
   |                  ^^^^

study2.yaml:2:1: this is a study, which no step can use; a protocol begins with protocol: NAME
2 | study: other
  | ^^^^^`,
);

write(
  'loop.yaml',
  `curie: v1
protocol: loop
steps: { again: { protocol: ./loop.yaml } }
outputs: { x: $again.x }
`,
);
refuses(
  'refuses protocols that use themselves',
  `${HEAD}  a: { protocol: loop.yaml }\n`,
  `
loop.yaml:3:29: protocol ./loop.yaml uses itself: loop.yaml -> loop.yaml
3 | steps: { again: { protocol: ./loop.yaml } }
  |                             ^^^^^^^^^^^`,
);

write(
  'bad.yaml',
  `curie: v1
protocol: bad
inputs:
  a: { type: quantity }
  b: { type: choice }
  c: { dimension: lenght }
  d: { type: quantity, unit: parsec }
  e: { type: model, optional: true }
  f: { type: model }
params: { x: $inputs.f }
steps:
  hot: { uses: npt, with: { potential: $inputs.g, composition: Fe, temperature: 5 GPa } }
outputs: { x: $hto.density, y: $hot.nothing, z: $( hot.density + 1 K ) }
`,
);
refuses(
  'reports all that is wrong with a protocol at its place, however often it is used',
  `${HEAD}  a: { protocol: bad.yaml, with: { f: $model.model } }
  b: { protocol: bad.yaml, with: { f: $model.model } }
`,
  `
bad.yaml:4:6: input a is a quantity of no dimension; add dimension: temperature, or whatever it is
4 |   a: { type: quantity }
  |      ^^^^^^^^^^^^^^^^^^

bad.yaml:5:6: input b is a choice of nothing; add values: [one, another]
5 |   b: { type: choice }
  |      ^^^^^^^^^^^^^^^^

bad.yaml:6:3: input c lacks type: one of quantity, number, integer, text, boolean, choice, composition, measured, file, json, or what a file holds, such as model
6 |   c: { dimension: lenght }
  |   ^

bad.yaml:6:19: dimension of input c is "lenght"; expected one of temperature, pressure, length, time, energy, force, volume, density, viscosity, mass, fraction, dimensionless
6 |   c: { dimension: lenght }
  |                   ^^^^^^

bad.yaml:7:30: parsec is not a unit that curie knows
7 |   d: { type: quantity, unit: parsec }
  |                              ^^^^^^

bad.yaml:8:21: unknown key optional in input e; known: type, dimension, unit, values, list, default, min, max, about
8 |   e: { type: model, optional: true }
  |                     ^^^^^^^^

bad.yaml:10:14: parameter x is "$inputs.f"; a parameter is a plain value: write references and expressions where it is used
10 | params: { x: $inputs.f }
   |              ^^^^^^^^^

bad.yaml:12:40: protocol bad has no input g; its inputs: e, f
12 |   hot: { uses: npt, with: { potential: $inputs.g, composition: Fe, temperature: 5 GPa } }
   |                                        ^^^^^^^^^

bad.yaml:12:81: temperature is given as a pressure; expected a temperature, such as 2000 K
12 |   hot: { uses: npt, with: { potential: $inputs.g, composition: Fe, temperature: 5 GPa } }
   |                                                                                 ^^^^^

bad.yaml:13:15: there is no step hto; did you mean hot?
13 | outputs: { x: $hto.density, y: $hot.nothing, z: $( hot.density + 1 K ) }
   |               ^^^^^^^^^^^^

bad.yaml:13:32: hot has no output nothing; its outputs: density, melting_temperature, energy, state
13 | outputs: { x: $hto.density, y: $hot.nothing, z: $( hot.density + 1 K ) }
   |                                ^^^^^^^^^^^^

bad.yaml:13:52: + has a density on one side and a temperature on the other
13 | outputs: { x: $hto.density, y: $hot.nothing, z: $( hot.density + 1 K ) }
   |                                                    ^^^^^^^^^^^^^^^^^

study.yaml:11:3: step a lacks the input e of its protocol; expected model of another step, or { file: path }
11 |   a: { protocol: bad.yaml, with: { f: $model.model } }
   |   ^

study.yaml:12:3: step b lacks the input e of its protocol; expected model of another step, or { file: path }
12 |   b: { protocol: bad.yaml, with: { f: $model.model } }
   |   ^`,
);

test('a protocol that is run by itself says what it is', () => {
  assert.is(
    messages('curie: v1\nprotocol: melt\nsteps: {}\n').split('\n')[0],
    'study.yaml:2:1: this is a protocol, which runs as a step of a study: step: { protocol: FILE, with: ... }',
  );
});

refuses(
  'names the steps of a cycle through a protocol',
  use('').replace('low: 1500 K', 'low: $melt.middle'),
  `
melt.yaml:31:15: melt/ends needs itself
31 |   middle: $( (ends.low.melting_temperature + inputs.high) / 2 )
   |               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^`,
);

refuses(
  'refuses an input that is an output of itself',
  use('').replace('low: 1500 K', 'low: $melt.low'),
  `
melt.yaml:32:8: this leads back to itself
32 |   low: $inputs.low
   |        ^^^^^^^^^^^`,
);

refuses(
  'refuses an input that is computed from itself',
  use('').replace('low: 1500 K', 'low: $( melt.low + 1 K )'),
  `
study.yaml:13:43: this expression needs its own value
13 |     with: { potential: $model.model, low: $( melt.low + 1 K ) }
   |                                           ^^^^^^^^^^^^^^^^^^^`,
);

test.run();
