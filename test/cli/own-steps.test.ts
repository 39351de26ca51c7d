/** Steps of a group's own, as docs/own-steps.md has them: from the study to the report. */
import { chmodSync, rmSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ownTrial } from './own-rig.ts';
import { expectOutput, expectRefusal } from './rig.ts';

const own = suite('steps of your own');

let at: ReturnType<typeof ownTrial>;
own.before.each(() => {
  at = ownTrial();
});
own.after.each(() => at.close());

own('a module and a command run, and are restored', async () => {
  expectOutput(
    at,
    await at.curie(['validate', 'study.yaml']),
    'study.yaml: toy is valid; 2 steps, 2 tasks\n',
  );
  const ran = await at.curie(['run', 'study.yaml']);
  assert.is(ran.code, 0, ran.stdout + ran.stderr);
  assert.match(ran.stdout, /2 tasks in .*: 2 done/);
  expectOutput(
    at,
    await at.curie(['outputs', 'study.yaml']),
    `cells  done
  cells  5
spread  done
  lengths  results/toy/spread/lengths.txt
  spread   0.112 Å
`,
  );
  const page = at.read('results/toy/report.html');
  assert.ok(page.includes('Lattice lengths'));
  assert.ok(page.includes('steps/spread/run.ts'), 'its files are listed');
  assert.match((await at.curie(['plan', 'study.yaml'])).stdout, /2 tasks: 2 restored/);
  assert.match((await at.curie(['verify', 'study.yaml'])).stdout, /1 same, 1 statistical/);
});

own('a changed file of a step runs its tasks again, and explain names it', async () => {
  await at.curie(['run', 'study.yaml']);
  at.write('steps/spread/run.ts', `${at.read('steps/spread/run.ts')}\n// another\n`);
  at.write('steps/count-cells/notes.txt', 'new');
  at.write('steps/count-cells/.swap', 'left out');
  expectOutput(
    at,
    await at.curie(['explain', 'study.yaml', 'spread']),
    `spread: runs again because
  step source run.ts: DIGEST -> DIGEST (study.yaml:7:3)
`,
  );
  expectOutput(
    at,
    await at.curie(['explain', 'study.yaml', 'cells']),
    `cells: runs again because
  step source notes.txt: added DIGEST (study.yaml:4:3)
`,
  );
  assert.match((await at.curie(['run', 'study.yaml'])).stdout, /: 2 done/);
});

own('its interface is shown', async () => {
  expectOutput(
    at,
    await at.curie(['steps', './steps/spread']),
    `spread, revision 1, bit for bit reproducible
How far lattice lengths are spread, with a histogram.

inputs
  frames  file, required: extended XYZ
  width   length (Å), default 1 Å
outputs
  spread   measured, Å
  lengths  lengths (.txt)
resources  1 core, 500 MB
`,
  );
  expectRefusal(
    at,
    await at.curie(['steps', 'steps/spred']),
    'there is no folder steps/spred; did you mean spread?\n',
  );
});

own('works in a matrix, repeated, in a protocol elsewhere, and in a comparison', async () => {
  at.put(
    'protocols/widths.yaml',
    `curie: v1
protocol: widths
inputs: { frames: { type: file }, width: { type: quantity, dimension: length } }
steps:
  one: { uses: ../steps/spread, with: { frames: $inputs.frames, width: $inputs.width } }
outputs: { spread: $one.spread, lengths: $one.lengths }
`,
  );
  at.put(
    'steps/next/step.yaml',
    `curie: v1
step: next
about: Counts up.
inputs: { n: { kind: integer }, of: { kind: list, of: { kind: artifact, type: lengths }, optional: true } }
outputs: { n: { kind: integer } }
`,
  );
  at.put(
    'steps/next/run.ts',
    `import { one } from './lib/one.ts';
export const run = async ({ n }: { n: number }) => ({ kind: 'done', outputs: { n: n + one } });
`,
  );
  at.put('steps/next/lib/one.ts', 'export const one: number = 1;\n');
  at.put(
    'reference.yaml',
    'values: [{ quantity: spread, value: 0.1, unit: Å, source: none, conditions: {} }]\n',
  );
  at.put(
    'all.yaml',
    `curie: v1
study: all
steps:
  elements:
    uses: ./steps/spread
    matrix: { width: [0.1 Å, 1 Å] }
    with: { frames: frames.extxyz, width: $matrix.width }
  through:
    protocol: protocols/widths.yaml
    with: { frames: frames.extxyz, width: 0.5 Å }
  count:
    uses: ./steps/next
    with: { n: 0, of: $elements.*.lengths }
    repeat: { carry: { n: $outputs.n }, until: $( outputs.n >= 3 ), max: 5 }
  last: { uses: ./steps/next, with: { n: $count.n } }
`,
  );
  const ran = await at.curie(['run', 'all.yaml']);
  assert.is(ran.code, 0, ran.stdout + ran.stderr);
  assert.match((await at.curie(['outputs', 'all.yaml', 'last'])).stdout, /n {2}4/);
});

own('a command sees its inputs as files, arguments and inputs.json', async () => {
  at.put(
    'steps/look/step.yaml',
    `curie: v1
step: look
about: Looks around.
inputs:
  many: { kind: list, of: { kind: file } }
  alloy: { kind: composition }
  length: { kind: quantity, unit: ps, default: 500 fs }
  spread: { kind: measured }
outputs:
  seen: { kind: text, file: seen.txt }
  alloy: { kind: json, file: inputs.json }
  time: { kind: quantity, unit: ps, file: time.txt }
command: [./bin/look, '{inputs.length}', '{files.note.txt}']
env: { WORD: word }
`,
  );
  at.put('steps/look/note.txt', 'a note');
  at.put(
    'steps/look/bin/look',
    `#!/bin/sh
echo "$1" > time.txt
seen="$WORD $(cat "$2"); $(echo many/*); $(echo *)"
echo "$seen" > seen.txt
`,
  );
  at.put(
    'look.yaml',
    `curie: v1
study: look
steps:
  spread: { uses: ./steps/spread, with: { frames: frames.extxyz } }
  look:
    uses: ./steps/look
    timeout: 1 min
    with: { many: [frames.extxyz, look.yaml], alloy: Fe3C, spread: $spread.spread }
`,
  );
  const ran = await at.curie(['run', 'look.yaml']);
  assert.is(ran.code, 0, ran.stdout + ran.stderr);
  const { stdout } = await at.curie(['outputs', 'look.yaml', 'look', '--json']);
  const [task] = JSON.parse(stdout);
  assert.is(
    task.outputs.seen,
    'word a note; many/1 many/2; bin inputs.json many note.txt time.txt',
  );
  assert.equal(task.outputs.time, { value: 0.5, unit: 'ps' });
  const { spread, ...others } = task.outputs.alloy;
  assert.equal(others, { many: ['many/1', 'many/2'], alloy: { C: 0.25, Fe: 0.75 }, length: 0.5 });
  assert.is(spread.unit, 'Å');
});

/** What is said of code that does not keep to the interface. */
const broken: readonly (readonly [step: string, code: string, message: string])[] = [
  [
    'no-function',
    'export const run = 1;',
    'HERE/steps/no-function/run.ts exports no function run; write export async function run(inputs, task) { ... }',
  ],
  [
    'no-outcome',
    'export const run = async () => ({ outputs: {} });',
    "run gave no outcome: it must have required property 'kind'",
  ],
  [
    'undeclared',
    "export const run = async () => ({ kind: 'done', outputs: { m: 1 } });",
    'run gave an output m, which step.yaml does not declare; known: n, file',
  ],
  [
    'missing',
    "export const run = async () => ({ kind: 'done', outputs: { n: 1 } });",
    "run gave no file, which step.yaml declares; where there can be none, end with kind: 'inconclusive' and a reason",
  ],
  [
    'wrong-kind',
    "export const run = async () => ({ kind: 'done', outputs: { n: 0.1, file: { file: 'x' } } });",
    'output n is no integer: it must be integer',
  ],
  [
    'no-file',
    "export const run = async () => ({ kind: 'done', outputs: { n: 1, file: { file: 'x' } } });",
    'output file: the step did not write x',
  ],
  [
    'no-figure',
    "export const run = async () => ({ kind: 'inconclusive', reason: 'x', figures: [{ kind: 'plot', id: 'a' }] });",
    "run gave no outcome: figures/0 must have required property 'title'",
  ],
  [
    'uneven',
    "export const run = async () => ({ kind: 'inconclusive', reason: 'x', figures: [{ kind: 'atoms', id: 'a', title: '', width: 1, height: 1, groups: [{ name: 'Fe', x: [1], y: [] }] }] });",
    'figure a: Fe has lists of unlike lengths',
  ],
  [
    'no-data',
    "export const run = async () => ({ kind: 'done', outputs: { n: () => 1 } });",
    'run gave something that is no data: () => 1 could not be cloned.',
  ],
  [
    'for-the-user',
    "export const run = async () => { throw Object.assign(new Error('no atoms'), { name: 'StepError' }); };",
    'no atoms',
  ],
  [
    'defect',
    "export const run = async () => { throw new Error('oh'); };",
    'defect broke down (a defect of the step, not of the study): oh',
  ],
  [
    'no-typescript',
    'export const run = async () => {{ ;',
    'no-typescript broke down (a defect of the step, not of the study): Expected',
  ],
];

own('code that does not keep to its interface fails its task alone', async () => {
  let study = at.read('study.yaml');
  at.put('package.json', '{ "name": "ours" }\n');
  for (const [step, code] of broken) {
    at.put(
      `steps/${step}/step.yaml`,
      `curie: v1\nstep: ${step}\nabout: Is wrong.\noutputs: { n: { kind: integer }, file: { kind: artifact, type: x, extension: x } }\n`,
    );
    at.put(`steps/${step}/run.ts`, `${code}\n`);
    study += `  ${step.replaceAll('-', '_')}: { uses: ./steps/${step} }\n`;
  }
  at.write('study.yaml', study);
  const { code, stdout } = await at.curie(['run', 'study.yaml']);
  assert.is(code, 1);
  assert.match(stdout, new RegExp(`2 done, ${broken.length} failed`));
  assert.not.match(stdout, /MODULE_TYPELESS/);
  for (const [step, , message] of broken)
    assert.ok(
      at.steady(stdout).includes(`\nfailed: ${step.replaceAll('-', '_')}: ${message}`),
      `${step}: ${message}\n${stdout}`,
    );
});

own('what may not be read is told with its place', async () => {
  at.write('steps/spread/run.ts', 'export const run = 1;\n', 0o644);
  chmodSync(at.path('steps/spread/run.ts'), 0);
  const { stderr, code } = await at.curie(['validate', 'study.yaml'], { asNobody: true });
  assert.is(code, 2);
  assert.ok(
    stderr.startsWith(
      'study.yaml:8:11: steps/spread/run.ts cannot be read (EACCES); check its permissions\n',
    ),
    stderr,
  );
});

own('a folder that goes away while nothing runs is missed with its place', async () => {
  rmSync(at.path('steps/spread'), { recursive: true });
  expectRefusal(
    at,
    await at.curie(['plan', 'study.yaml']),
    `study.yaml:8:11: there is no folder steps/spread; there are: count-cells
8 |     uses: ./steps/spread
  |           ^^^^^^^^^^^^^^

study.yaml: one problem; nothing was run
`,
  );
});

own.run();
