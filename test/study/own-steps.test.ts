/** Folders that are no steps, and step files that are wrong: exact messages. */
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { folderPath, inputOf, load, messages, taskNamed } from './rig.ts';

const test = suite('a step of your own');

function put(name: string, text: string): void {
  const path = join(folderPath, 'steps', name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

const OUTPUTS = 'outputs: { n: { kind: integer } }\n';
const HEAD = 'curie: v1\nstep: mine\nabout: Mine.\n';
const RUN = 'export async function run() {}\n';

test.before.each(() => rmSync(join(folderPath, 'steps'), { recursive: true, force: true }));

const study = (uses = './steps/mine', more = '') => `curie: v1
study: test
steps:
  a: { uses: ${uses}${more} }
`;

/** What is said of a folder with these files. */
function said(files: { readonly [name: string]: string }): string {
  for (const [name, text] of Object.entries(files)) put(`mine/${name}`, text);
  return messages(study());
}

function refuses(
  title: string,
  files: { readonly [name: string]: string },
  ...expected: readonly string[]
): void {
  test(`refuses ${title}`, () => assert.equal(heads(said(files)), expected));
}

/** The first line of each message. */
function heads(text: string): string[] {
  return text.split('\n').filter((line) => /^\S+:\d+:\d+: /.test(line));
}

test('refuses a folder that is not there, a file, and a path that does not begin with ./', () => {
  put('mane/step.yaml', HEAD);
  assert.fixture(
    messages(study()),
    `study.yaml:4:14: there is no folder steps/mine; did you mean mane?
4 |   a: { uses: ./steps/mine }
  |              ^^^^^^^^^^^^`,
  );
  assert.match(
    messages(study('./steps/mane/step.yaml')),
    /steps\/mane\/step\.yaml is a file; name the folder that holds step\.yaml/,
  );
  assert.match(
    messages(study('steps/mine')),
    /there is no step type steps\/mine; the folder of a step of your own begins with \.\/ or \.\.\/, such as \.\/steps\/mine/,
  );
});

refuses(
  'a folder without step.yaml',
  { 'run.ts': RUN },
  'study.yaml:4:14: there is no step.yaml in steps/mine; it says what the step takes and gives',
);

refuses(
  'a step without code',
  { 'step.yaml': HEAD + OUTPUTS },
  'steps/mine/step.yaml:2:7: the step has neither run.ts nor a command; add one of them',
);

refuses(
  'a step with a command and run.ts',
  {
    'step.yaml': `${HEAD}outputs: { n: { kind: integer, file: n } }\ncommand: [sh]\n`,
    'run.ts': RUN,
  },
  'steps/mine/step.yaml:5:1: the step has a command and run.ts; remove one of them',
);

refuses(
  'run.ts without run',
  { 'step.yaml': HEAD + OUTPUTS, 'run.ts': 'export default async function () {}\n' },
  'steps/mine/run.ts:1:1: steps/mine/run.ts exports no function run; write export async function run(inputs, task) { ... }',
);

refuses(
  'kinds that there are not, and fields without one',
  {
    'step.yaml': `${HEAD}inputs:
  a: { kind: quantiy }
  b: { min: 1 }
  c: { kind: list, of: { kind: list } }
outputs: { n: { kind: file } }
`,
    'run.ts': RUN,
  },
  'steps/mine/step.yaml:5:14: input a: kind is "quantiy"; expected one of quantity, integer, number, boolean, text, choice, composition, artifact, file, measured, json, list, map',
  'steps/mine/step.yaml:6:3: input b lacks kind: one of quantity, integer, number, boolean, text, choice, composition, artifact, file, measured, json, list, map',
  'steps/mine/step.yaml:7:32: of of input c: kind is "list"; expected one of quantity, integer, number, boolean, text, choice, composition, artifact, file, measured, json',
  'steps/mine/step.yaml:8:23: output n: kind is "file"; expected one of artifact, measured, quantity, number, integer, text, boolean, json',
);

refuses(
  'keys that a kind does not have, or that it lacks',
  {
    'step.yaml': `${HEAD}inputs:
  a: { kind: text, min: 1 }
  b: { kind: choice }
  c: { kind: artifact }
outputs: { n: { kind: measured }, m: { kind: integer, unti: K } }
revison: 2
`,
    'run.ts': RUN,
  },
  'steps/mine/step.yaml:5:20: unknown key min in input a; known: kind, pattern, default, about, optional',
  'steps/mine/step.yaml:6:3: input b lacks values: a list of the words to choose from',
  'steps/mine/step.yaml:7:3: input c lacks type: what the file holds, such as frames',
  'steps/mine/step.yaml:8:12: output n lacks unit: a unit, such as K',
  'steps/mine/step.yaml:8:55: unknown key unti in output m; known: kind, about, file',
  'steps/mine/step.yaml:9:1: unknown key revison in the step; did you mean revision?',
);

refuses(
  'dimensions, units, defaults and patterns that are wrong',
  {
    'step.yaml': `${HEAD}inputs:
  a: { kind: quantity }
  b: { kind: quantity, unit: furlong }
  c: { kind: quantity, unit: K, dimension: pressure }
  d: { kind: quantity, unit: K, default: 3 GPa }
  e: { kind: integer, min: 3, default: 2 }
  f: { kind: choice, values: [x, y], default: z }
  g: { kind: text, pattern: '(' }
  h: { kind: list, of: { kind: number }, default: [1, one] }
${OUTPUTS}resources: { cpu: { min: 4, max: 2 }, memory: much }
`,
    'run.ts': RUN,
  },
  'steps/mine/step.yaml:5:6: input a is a quantity of no dimension; add dimension: temperature, or whatever it is',
  'steps/mine/step.yaml:6:30: furlong is not a unit that curie knows',
  'steps/mine/step.yaml:7:30: K is not a unit of pressure',
  'steps/mine/step.yaml:8:42: default of input d is given as a pressure; expected a temperature, such as 2000 K',
  'steps/mine/step.yaml:9:40: default of input e is 2; it must be at least 3',
  'steps/mine/step.yaml:10:47: default of input f is "z"; expected one of: x, y',
  'steps/mine/step.yaml:11:29: pattern of input g is no regular expression',
  'steps/mine/step.yaml:12:55: default of input h is "one"; expected a plain number',
  'steps/mine/step.yaml:14:19: cpu: min is above max; swap them',
  'steps/mine/step.yaml:14:47: memory of the step is "much"; expected an amount such as 4 GB or 500 MB',
);

refuses(
  'another kind of file, and a newer version',
  { 'step.yaml': 'curie: v1\nprotocol: mine\n', 'run.ts': RUN },
  'steps/mine/step.yaml:2:1: this is a protocol, which runs as a step of a study: step: { protocol: FILE, with: ... }; the interface of a step begins with step: NAME',
);

refuses(
  'the name of a step type of curie',
  { 'step.yaml': `curie: v1\nstep: npt\nabout: Mine.\n${OUTPUTS}`, 'run.ts': RUN },
  'steps/mine/step.yaml:2:7: npt is a step type of curie; call the step otherwise',
);

refuses(
  'what belongs to a command where there is none',
  {
    'step.yaml': `${HEAD}inputs: { f: { kind: file, file: x } }
outputs: { n: { kind: integer, file: n } }
env: { A: b }
`,
    'run.ts': RUN,
  },
  'steps/mine/step.yaml:4:28: input f: only steps with a command have file; leave it out',
  'steps/mine/step.yaml:5:32: output n: only steps with a command have file; leave it out',
  'steps/mine/step.yaml:6:1: only steps with a command have env; leave it out',
);

refuses(
  'commands with wrong placeholders, places and variables',
  {
    'step.yaml': `${HEAD}inputs:
  f: { kind: file, file: go.sh }
  g: { kind: file, file: ../g }
  many: { kind: list, of: { kind: number } }
  some: { kind: number, optional: true }
outputs: { n: { kind: integer }, m: { kind: integer, file: /m } }
command: [sh, '{inputs.x}', '{inputs.many}', '{inputs.some}', '{files.no.sh}']
env: { 2A: b }
`,
    'go.sh': '',
  },
  'steps/mine/step.yaml:5:26: input f: go.sh: a file of that name is in the working folder already',
  'steps/mine/step.yaml:6:26: input g: "../g" names no file in the working folder; write a name such as in.melt or data/in.melt',
  'steps/mine/step.yaml:9:12: output n lacks file: the name of the file that the command writes it to',
  'steps/mine/step.yaml:9:60: output m: "/m" names no file in the working folder; write a name such as in.melt or data/in.melt',
  'steps/mine/step.yaml:10:15: {inputs.x}: there is no input x; inputs: f, g, many, some',
  'steps/mine/step.yaml:10:29: {inputs.many}: a list fits into no argument; let the program read inputs.json, which holds all inputs',
  'steps/mine/step.yaml:10:46: {inputs.some}: some is optional, so there may be nothing to put here; give it a default, or let the program read inputs.json',
  'steps/mine/step.yaml:10:63: {files.no.sh}: there is no no.sh in files; did you mean go.sh?',
  'steps/mine/step.yaml:11:12: "2A" is no name of an environment variable; use letters, digits and _',
);

refuses(
  'a program that an input names, and a file called inputs.json',
  {
    'step.yaml': `${HEAD}inputs: { p: { kind: text } }
outputs: { n: { kind: integer, file: n } }
command: ['{inputs.p}']
`,
    'inputs.json': '{}',
  },
  'steps/mine/step.yaml:6:1: inputs.json in the folder of the step is what curie writes for the command; call the file otherwise',
  'steps/mine/step.yaml:6:11: a program is known before the study runs: write its name or its path here',
);

refuses(
  'imports that lead out of the folder, or to nothing',
  {
    'step.yaml': HEAD + OUTPUTS,
    'run.ts': `import type { A } from '../../types.ts';
import { b } from '../b.ts';
import {
  c,
} from './lib/d.ts';
import 'node:fs';
import './lib/c.ts';
${RUN}`,
    'lib/c.ts': '// import x from "../../x.ts"\nexport * from "../../../e.ts";\n',
  },
  'steps/mine/lib/c.ts:2:16: ../../../e.ts is outside the folder of the step, which has to hold all that decides its results; copy it there',
  'steps/mine/run.ts:2:20: ../b.ts is outside the folder of the step, which has to hold all that decides its results; copy it there',
  'steps/mine/run.ts:5:9: there is no file lib/d.ts in the folder of the step; did you mean lib/c.ts?',
);

test('refuses links that lead out of the folder, to nothing or to a folder', () => {
  put('mine/step.yaml', HEAD + OUTPUTS);
  put('mine/run.ts', RUN);
  put('mine/lib/a.ts', RUN);
  put('other.ts', RUN);
  const link = join(folderPath, 'steps/mine/link');
  for (const [target, why] of [
    [
      '../other.ts',
      'is a link out of the folder of the step, which has to hold all that decides its results; copy the file there',
    ],
    ['nowhere', 'is a link to nothing; remove it'],
    ['lib', 'is a link to a folder; name files in it directly'],
  ] as const) {
    symlinkSync(target, link);
    assert.equal(heads(messages(study())), [`study.yaml:4:14: steps/mine/link ${why}`]);
    rmSync(link);
  }
  symlinkSync('lib/a.ts', link);
  assert.is(messages(study()), '');
});

test('refuses two folders that declare one name, once each is used', () => {
  for (const name of ['mine', 'other']) {
    put(`${name}/step.yaml`, HEAD + OUTPUTS);
    put(`${name}/run.ts`, RUN);
  }
  const text = `${study()}  b: { uses: ./steps/other }\n  c: { uses: ./steps/mine }\n`;
  assert.fixture(
    messages(text),
    `study.yaml:5:14: steps/other declares a step called mine, and so does steps/mine; call one of them otherwise
5 |   b: { uses: ./steps/other }
  |              ^^^^^^^^^^^^^
  study.yaml:4:14: steps/mine is used here
  4 |   a: { uses: ./steps/mine }
    |              ^^^^^^^^^^^^`,
  );
});

test('its inputs are checked like those of any step; outputs are its own', () => {
  put(
    'mine/step.yaml',
    `${HEAD}inputs: { t: { kind: quantity, unit: K, max: 4000 }, s: { kind: text, default: x } }\n${OUTPUTS}`,
  );
  put('mine/run.ts', RUN);
  assert.equal(heads(messages(study('./steps/mine', ', with: { t: 5 GPa, u: 1 }, timeout: 1 s'))), [
    'study.yaml:4:39: t is given as a pressure; expected a temperature, such as 2000 K',
    'study.yaml:4:46: mine has no input u; its inputs: t, s',
    'study.yaml:4:54: only steps that run a command have timeout; leave it out',
  ]);
  const loaded = load(study('./steps/mine', ', with: { t: 2000 K }'));
  assert.is(inputOf(loaded, 'a', 't'), 2000);
  const { interface: type } = taskNamed(loaded, 'a');
  assert.equal(type.own?.files, ['run.ts', 'step.yaml']);
  assert.is(type.determinism, 'statistical');
  assert.equal(
    loaded.files.map((file) => file.replace(folderPath, '')),
    ['/steps/mine/run.ts', '/steps/mine/step.yaml'],
  );
});

test.run();
