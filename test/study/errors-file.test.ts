/** What is wrong with a file as a whole, with its keys and its names: exact messages. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { density, HEAD, messages, type Options } from './rig.ts';

const test = suite('a study file');

function refuses(title: string, study: string, message: string, options: Options = {}): void {
  test(title, () => assert.fixture(messages(study, options), message.trim()));
}

refuses(
  'is not YAML',
  `curie: v1
study: [a
steps: x
`,
  `
study.yaml:3:1: this is not YAML: flow sequence in block collection must be sufficiently indented and end with a ]
3 | steps: x
  | ^`,
);

refuses(
  'lacks a colon',
  `curie: v1
study x
steps: {}
`,
  `
study.yaml:2:1: this is not YAML: implicit keys need to be on a single line; is the colon after a key missing?
2 | study x
  | ^^^^^^^`,
);

refuses(
  'tries to steer the terminal',
  HEAD.replace('study: test', 'study: test\n"no\\e[31mte": \u001b[2J'),
  `
study.yaml:3:1: unknown key no␣[31mte in the study; known: curie, study, params, profiles, sets, steps
3 | "no\\e[31mte": ␣[2J
  | ^^^^^^^^^^^^`,
);

refuses(
  'is empty',
  '',
  `
study.yaml:1:1: the study lacks curie: v1, the version of the language

study.yaml:1:1: the study lacks study: a name of letters, digits, _, . and -

study.yaml:1:1: the study lacks steps: a mapping from steps to what they do`,
);

refuses(
  'is a list',
  '- 1',
  `
study.yaml:1:1: the study is a list; expected a mapping with curie, study and steps
1 | - 1
  | ^^^`,
);

refuses(
  'has a tab for indentation',
  'curie: v1\nsteps:\n\tdata: 1',
  `
study.yaml:3:1: this is not YAML: tabs are not allowed as indentation
3 | 	data: 1
  | ^`,
);

refuses(
  'is of a newer language; what else it holds is not looked at',
  `curie: v2
study: x
loops: 3
`,
  `
study.yaml:1:8: this file is written in version v2 of the language; this curie reads v1: use a newer curie
1 | curie: v2
  |        ^^`,
);

refuses(
  'names no version',
  'curie: 1.0',
  `
study.yaml:1:8: curie: 1.0 names no version; write curie: v1
1 | curie: 1.0
  |        ^^^`,
);

refuses(
  'lacks keys',
  `curie: v1
steps:
  a: { with: {} }
`,
  `
study.yaml:1:1: the study lacks study: a name of letters, digits, _, . and -
1 | curie: v1
  | ^

study.yaml:3:3: step a lacks uses: the name of a step type
3 |   a: { with: {} }
  |   ^`,
);

refuses(
  'has keys that do not exist, at the top and in a step',
  `${HEAD.replace('study: test', 'study: test\nparms: 1')}    wiht: {}\n`,
  `
study.yaml:3:1: unknown key parms in the study; did you mean params?
3 | parms: 1
  | ^^^^^

study.yaml:12:5: unknown key wiht in step model; did you mean with?
12 |     wiht: {}
   |     ^^^^`,
);

refuses(
  'has a key twice',
  `${HEAD}  data:
    uses: import
`,
  `
study.yaml:11:3: data is given twice
11 |   data:
   |   ^^^^
  study.yaml:5:3: data is given here first
  5 |   data:
    |   ^^^^`,
);

refuses(
  'has a key without a value',
  `${HEAD}  other:
    uses: import
    with:
`,
  `
study.yaml:13:5: with has no value; give one, or leave the line out
13 |     with:
   |     ^^^^`,
);

refuses(
  'repeats an anchor',
  `curie: v1
study: x
params: { a: &n 5, b: *n }
steps: { data: { uses: import, with: { files: frames.extxyz } } }
`,
  `
study.yaml:3:23: *n repeats an anchor, which studies do not use; share values through params or sets
3 | params: { a: &n 5, b: *n }
  |                       ^^`,
);

refuses(
  'has a tag',
  HEAD.replace('study: test', 'study: !!str test'),
  `
study.yaml:2:14: the tag tag:yaml.org,2002:str has no meaning in a study; leave it out
2 | study: !!str test
  |              ^^^^`,
);

refuses(
  'holds two documents',
  `${HEAD}---
curie: v1
`,
  `
study.yaml:11:1: a file holds one study
11 | ---
   | ^^^`,
);

refuses(
  'is nested without end',
  `curie: v1\nstudy: ${'['.repeat(5000)}`,
  `
study.yaml:2:72: nested more than 64 levels deep
2 | study: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[…
  |                                                                        ^`,
);

refuses(
  'names a study with a space',
  HEAD.replace('study: test', 'study: my study'),
  `
study.yaml:2:8: study is "my study"; expected a name of letters, digits, _, . and -
2 | study: my study
  |        ^^^^^^^^`,
);

refuses(
  'names a step as expressions cannot',
  HEAD.replace('  model:', '  Model-1:'),
  `
study.yaml:8:3: "Model-1" cannot be a name here; expected lower-case letters, digits and _, a letter first
8 |   Model-1:
  |   ^^^^^^^`,
);

refuses(
  'names a step with a word of the language',
  HEAD.replace('  model:', '  params:'),
  `
study.yaml:8:3: params means something in expressions; call the step otherwise
8 |   params:
  |   ^^^^^^`,
);

refuses(
  'gives steps as a list',
  'curie: v1\nstudy: x\nsteps: [a, b]',
  `
study.yaml:3:8: steps is a list; expected a mapping from steps to what they do
3 | steps: [a, b]
  |        ^^^^^^`,
);

refuses(
  'has no steps',
  'curie: v1\nstudy: x\nsteps: {}',
  `
study.yaml:3:8: steps is empty; expected a mapping from steps to what they do
3 | steps: {}
  |        ^^`,
);

refuses(
  'waits for steps that do not exist',
  `${HEAD}    after: [data, dta, $data]
`,
  `
study.yaml:11:19: there is no step dta; did you mean data?
11 |     after: [data, dta, $data]
   |                   ^^^

study.yaml:11:24: there is no step $data; write the name of a step, without $
11 |     after: [data, dta, $data]
   |                        ^^^^^`,
);

refuses(
  'asks for resources that make no sense',
  `${HEAD}    resources: { cpu: 0, memory: 4 gigs, gpus: 1, gpu: 2 }
`,
  `
study.yaml:11:23: resources.cpu of step model is the number 0; expected a number of cores, such as 2
11 |     resources: { cpu: 0, memory: 4 gigs, gpus: 1, gpu: 2 }
   |                       ^

study.yaml:11:34: memory of step model is "4 gigs"; expected an amount such as 4 GB or 500 MB
11 |     resources: { cpu: 0, memory: 4 gigs, gpus: 1, gpu: 2 }
   |                                  ^^^^^^

study.yaml:11:42: unknown key gpus in resources of step model; did you mean gpu?
11 |     resources: { cpu: 0, memory: 4 gigs, gpus: 1, gpu: 2 }
   |                                          ^^^^

study.yaml:11:56: resources.gpu of step model is the number 2; expected a share of one GPU, such as 1 or 0.5
11 |     resources: { cpu: 0, memory: 4 gigs, gpus: 1, gpu: 2 }
   |                                                        ^`,
);

refuses(
  'asks for further attempts that make no sense',
  `${HEAD}    retry: { times: 11, wait: 5 fs }
  more: { uses: train, with: { frames: $data.frames, updates: 1 }, retry: often }
  once: { uses: train, with: { frames: $data.frames, updates: 1 }, retry: { wait: 5 s } }
`,
  `
study.yaml:11:12: retry of step model is a mapping; expected 1 to 10 further attempts, such as 2, or { times: 2, wait: 30 s }
11 |     retry: { times: 11, wait: 5 fs }
   |            ^^^^^^^^^^^^^^^^^^^^^^^^^

study.yaml:11:31: wait is "5 fs"; expected a time such as 30 min or 12 h (s, min, h, d)
11 |     retry: { times: 11, wait: 5 fs }
   |                               ^^^^

study.yaml:12:75: retry of step more is "often"; expected 1 to 10 further attempts, such as 2, or { times: 2, wait: 30 s }
12 |   more: { uses: train, with: { frames: $data.frames, updates: 1 }, retry: often }
   |                                                                           ^^^^^

study.yaml:13:75: retry of step once is a mapping; expected 1 to 10 further attempts, such as 2, or { times: 2, wait: 30 s }
13 |   once: { uses: train, with: { frames: $data.frames, updates: 1 }, retry: { wait: 5 s } }
   |                                                                           ^^^^^^^^^^^^^`,
);

refuses(
  'gives a time limit to a step that is no program',
  `${HEAD}    timeout: 5 h
    partial: maybe
`,
  `
study.yaml:11:5: only steps that run a command have timeout; leave it out
11 |     timeout: 5 h
   |     ^^^^^^^

study.yaml:12:14: partial of step model is "maybe"; expected true or false
12 |     partial: maybe
   |              ^^^^^`,
);

refuses(
  'has a parameter that is an expression',
  HEAD.replace('length: 25 ps', 'length: $( 5 ps * 5 )'),
  `
study.yaml:3:54: parameter length is "$( 5 ps * 5 )"; a parameter is a plain value: write references and expressions where it is used
3 | params: { updates: 100, temperature: 2000 K, length: $( 5 ps * 5 ), steps: [1500 K, 1800 K] }
  |                                                      ^^^^^^^^^^^^^`,
);

refuses(
  'has a parameter that is a mapping',
  HEAD.replace('length: 25 ps', 'length: { a: 1 }'),
  `
study.yaml:3:54: parameter length is a mapping; expected a value such as 128 or 25 ps, or a list of values
3 | params: { updates: 100, temperature: 2000 K, length: { a: 1 }, steps: [1500 K, 1800 K] }
  |                                                      ^^^^^^^^`,
);

refuses(
  'is run with a profile that it lacks, and another is wrong',
  `${HEAD}profiles: { full: { updates: 1000, updats: 3 } }
`,
  `
study.yaml:11:1: there is no profile ful; did you mean full?
11 | profiles: { full: { updates: 1000, updats: 3 } }
   | ^^^^^^^^

study.yaml:11:36: there is no parameter updats; did you mean updates?
11 | profiles: { full: { updates: 1000, updats: 3 } }
   |                                    ^^^^^^`,
  { profile: 'ful' },
);

refuses(
  'is run with settings that do not fit',
  HEAD,
  `
--set length=$data.count: parameter length is "$data.count"; a parameter is a plain value: write references and expressions where it is used

--set nope=1: there is no parameter nope; parameters: updates, temperature, length, steps

--set temperature={a: 1}: a parameter is a value such as 128 or 25 ps, or a list of values

--set updates: write --set name=value`,
  { set: ['updates=200', 'nope=1', 'updates', 'temperature={a: 1}', 'length=$data.count'] },
);

refuses(
  'is run with a setting that its use refuses',
  density('composition: Fe\ntemperature: $params.temperature'),
  `
--set temperature=5 GPa: temperature is given as a pressure; expected a temperature, such as 2000 K
  study.yaml:16:20: used here as temperature of density
  16 |       temperature: $params.temperature
     |                    ^^^^^^^^^^^^^^^^^^^`,
  { set: ['temperature=5 GPa'] },
);

test.run();
