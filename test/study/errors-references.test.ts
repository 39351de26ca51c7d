/** References that lead nowhere, to the wrong thing or in a circle: exact messages. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { density, HEAD, messages, type Options } from './rig.ts';

const test = suite('a reference');

function refuses(title: string, study: string, message: string, options: Options = {}): void {
  test(title, () => assert.fixture(messages(study, options), message.trim()));
}

refuses(
  'to an unknown step type',
  HEAD.replace('uses: train', 'uses: trian'),
  `
study.yaml:9:11: there is no step type trian; did you mean train?
9 |     uses: trian
  |           ^^^^^`,
);

refuses(
  'to an unknown parameter',
  HEAD.replace('$params.updates', '$params.update'),
  `
study.yaml:10:44: there is no parameter update; did you mean updates?
10 |     with: { frames: $data.frames, updates: $params.update }
   |                                            ^^^^^^^^^^^^^^`,
);

refuses(
  'to a part of a parameter',
  HEAD.replace('$params.updates', '$params.updates.a'),
  `
study.yaml:10:44: a parameter has no parts; write $params.updates
10 |     with: { frames: $data.frames, updates: $params.updates.a }
   |                                            ^^^^^^^^^^^^^^^^^`,
);

refuses(
  'to an unknown step',
  HEAD.replace('$data.frames', '$dta.frames'),
  `
study.yaml:10:21: there is no step dta; did you mean data?
10 |     with: { frames: $dta.frames, updates: $params.updates }
   |                     ^^^^^^^^^^^`,
);

refuses(
  'to an unknown output',
  HEAD.replace('$data.frames', '$data.frame'),
  `
study.yaml:10:21: data has no output frame; did you mean frames?
10 |     with: { frames: $data.frame, updates: $params.updates }
   |                     ^^^^^^^^^^^`,
);

refuses(
  'to no output',
  HEAD.replace('$data.frames', '$data'),
  `
study.yaml:10:21: name an output of data: frames, count, label, pressure, summary
10 |     with: { frames: $data, updates: $params.updates }
   |                     ^^^^^`,
);

refuses(
  'to a label of a step without matrix',
  HEAD.replace('$data.frames', '$data.Fe.frames'),
  `
study.yaml:10:21: data has no matrix, so Fe chooses nothing; its outputs: frames, count, label, pressure, summary
10 |     with: { frames: $data.Fe.frames, updates: $params.updates }
   |                     ^^^^^^^^^^^^^^^`,
);

refuses(
  'to all of a step without matrix',
  HEAD.replace('$data.frames', '$data.*.frames'),
  `
study.yaml:10:21: data has no matrix; leave out .*
10 |     with: { frames: $data.*.frames, updates: $params.updates }
   |                     ^^^^^^^^^^^^^^`,
);

refuses(
  'to an output of another type',
  HEAD.replace('$data.frames, updates', '$data.frames, from: $data.frames, updates'),
  `
study.yaml:10:41: from takes a file of type model; data.frames is a file of type frames
10 |     with: { frames: $data.frames, from: $data.frames, updates: $params.updates }
   |                                         ^^^^^^^^^^^^`,
);

refuses(
  'to a number where a file is wanted',
  HEAD.replace('$data.frames', '$data.count'),
  `
study.yaml:10:21: frames takes a file of type frames; data.count is a whole number
10 |     with: { frames: $data.count, updates: $params.updates }
   |                     ^^^^^^^^^^^`,
);

refuses(
  'to a file where a number is wanted',
  HEAD.replace('$params.updates', '$data.frames'),
  `
study.yaml:10:44: updates takes a whole number; data.frames is a file of type frames
10 |     with: { frames: $data.frames, updates: $data.frames }
   |                                            ^^^^^^^^^^^^`,
);

refuses(
  'to a value of another dimension',
  density(`composition: Fe
temperature: $data.pressure`),
  `
study.yaml:16:20: temperature is a pressure; expected a temperature, such as 2000 K
16 |       temperature: $data.pressure
   |                    ^^^^^^^^^^^^^^`,
);

refuses(
  'to text where a number is wanted',
  HEAD.replace('$params.updates', '$data.label'),
  `
study.yaml:10:44: updates is text; expected a plain number
10 |     with: { frames: $data.frames, updates: $data.label }
   |                                            ^^^^^^^^^^^`,
);

refuses(
  'to no more than a dollar',
  HEAD.replace('$params.updates', '$ 5'),
  `
study.yaml:10:44: $ 5 is no reference; write $step.output or $params.name, or $$ for text that begins with $
10 |     with: { frames: $data.frames, updates: $ 5 }
   |                                            ^^^`,
);

refuses(
  'to an unknown set and axis',
  `${HEAD}  more:
    uses: train
    with: { frames: $sets.frames, updates: $matrix.updates }
`,
  `
study.yaml:13:21: there is no set frames
13 |     with: { frames: $sets.frames, updates: $matrix.updates }
   |                     ^^^^^^^^^^^^

study.yaml:13:44: step more has no matrix
13 |     with: { frames: $sets.frames, updates: $matrix.updates }
   |                                            ^^^^^^^^^^^^^^^`,
);

refuses(
  'to the step itself',
  HEAD.replace('$data.frames, updates', '$data.frames, from: $model.model, updates'),
  `
study.yaml:10:41: model needs itself
10 |     with: { frames: $data.frames, from: $model.model, updates: $params.updates }
   |                                         ^^^^^^^^^^^^`,
);

refuses(
  'in a cycle of three',
  `${HEAD}  a:
    uses: train
    with: { frames: $data.frames, from: $c.model, updates: 1 }
  b:
    uses: train
    with: { frames: $data.frames, from: $a.model, updates: 1 }
  c:
    uses: train
    with: { frames: $data.frames, from: $b.model, updates: 1 }
`,
  `
study.yaml:13:41: steps need each other in a cycle: a -> c -> b -> a
13 |     with: { frames: $data.frames, from: $c.model, updates: 1 }
   |                                         ^^^^^^^^
  study.yaml:13:41: a needs c
  13 |     with: { frames: $data.frames, from: $c.model, updates: 1 }
     |                                         ^^^^^^^^
  study.yaml:19:41: c needs b
  19 |     with: { frames: $data.frames, from: $b.model, updates: 1 }
     |                                         ^^^^^^^^
  study.yaml:16:41: b needs a
  16 |     with: { frames: $data.frames, from: $a.model, updates: 1 }
     |                                         ^^^^^^^^`,
);

refuses(
  'in a cycle through an expression and after',
  `${HEAD}  a:
    uses: import
    with: { files: frames.extxyz }
    after: b
  b:
    uses: train
    with: { frames: $data.frames, updates: $( a.count * 2 ) }
`,
  `
study.yaml:14:12: steps need each other in a cycle: a -> b -> a
14 |     after: b
   |            ^
  study.yaml:14:12: a needs b
  14 |     after: b
     |            ^
  study.yaml:17:47: b needs a
  17 |     with: { frames: $data.frames, updates: $( a.count * 2 ) }
     |                                               ^^^^^^^`,
);

refuses(
  'to a file that is misspelled',
  HEAD.replace('frames.extxyz', 'frame.extxyz'),
  `
study.yaml:7:20: files: there is no file frame.extxyz; did you mean frames.extxyz?
7 |     with: { files: frame.extxyz }
  |                    ^^^^^^^^^^^^`,
);

refuses(
  'to a file in a missing folder',
  HEAD.replace('frames.extxyz', 'data/frames.extxyz'),
  `
study.yaml:7:20: files: there is no file data/frames.extxyz; paths start from the folder of the study
7 |     with: { files: data/frames.extxyz }
  |                    ^^^^^^^^^^^^^^^^^^`,
);

refuses(
  'to a folder',
  HEAD.replace('frames.extxyz', '.'),
  `
study.yaml:7:20: files: . is a folder; name a file in it
7 |     with: { files: . }
  |                    ^`,
);

refuses(
  'as a path where an output is wanted',
  HEAD.replace('$data.frames', 'frames.extxyz'),
  `
study.yaml:10:21: frames is "frames.extxyz"; expected frames of another step, or { file: path }, such as $data.frames
10 |     with: { frames: frames.extxyz, updates: $params.updates }
   |                     ^^^^^^^^^^^^^`,
);

refuses(
  'to a set from a set',
  HEAD.replace('steps:\n  data', 'sets: { a: [1, 2], b: { x: $sets.a } }\nsteps:\n  data'),
  `
study.yaml:4:28: set b refers to sets.a; sets hold values, $params and outputs of steps
4 | sets: { a: [1, 2], b: { x: $sets.a } }
  |                            ^^^^^^^`,
);

test.run();
