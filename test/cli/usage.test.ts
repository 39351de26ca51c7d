/** What the command line says to whoever calls it in another way than it expects. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { steps } from '../../steps/index.ts';
import { expectOutput, expectRefusal, type Trial, trial } from './rig.ts';

const usage = suite('usage');

let at: Trial;
usage.before(() => {
  at = trial();
  at.write('study.yaml', 'curie: v1\nstudy: toy\nsteps: { a: { uses: dft-import } }\n');
});
usage.after(() => at.close());

const COMMANDS = [
  'run [options] <study>',
  'plan [options] <study>',
  'explain [options] <study> <step>',
  'outputs [options] <study> [step]',
  'status [options] <study>',
  'validate [options] <study>',
  'report [options] <study>',
  'migrate <file>',
  'verify [options] <study>',
  'steps [options] [name]',
  'site',
  'model',
  'cache',
];

usage('help lists the commands and the exit codes; without a command it is an error', async () => {
  const { stdout, stderr, code } = await at.curie(['--help']);
  assert.is(stderr, '');
  assert.is(code, 0);
  assert.match(stdout, /^Usage: curie \[options\] \[command\]\n\nReproducible studies of machine-/);
  assert.ok(
    stdout.endsWith(`
Exit codes: 0 done (inconclusive results included), 1 a step failed,
2 the study or the usage is wrong, 130 interrupted.
`),
  );
  for (const command of COMMANDS) assert.ok(stdout.includes(`\n  ${command}  `), command);
  expectRefusal(at, await at.curie([]), stdout);
  expectOutput(at, await at.curie(['--version']), '0.1.0\n');
});

usage('help of a command lists its options', async () => {
  expectOutput(
    at,
    await at.curie(['run', '--help']),
    `Usage: curie run [options] <study>

run what is not there yet, and write the report

Arguments:
  study               the study file

Options:
  --profile <name>    a parameter set of the study
  --set <name=value>  one parameter; may be given several times
  --cache <folder>    the cache; as curie site tells without it
  -n, --dry-run       only say what would run
  --only <step>       this step and what it needs; may be given several times
  --force <step>      run this step again even if its result is known
  --jobs <n>          cores to use; as curie site tells without it
  --gpus <list>       devices: all, none, or numbers and UUIDs with commas
  --json              print every event as one line of JSON
  -h, --help          display help for command
`,
  );
});

/** Calls that are refused, and the one message of each. */
const refused: readonly (readonly [title: string, args: readonly string[], message: string])[] = [
  [
    'a command that does not exist',
    ['rum', 'x'],
    "error: unknown command 'rum'\n(Did you mean run?)",
  ],
  [
    'an option that does not exist',
    ['run', 'study.yaml', '--profil', 'x'],
    "error: unknown option '--profil'\n(Did you mean --profile?)",
  ],
  [
    'a command of the cache that does not exist',
    ['cache', 'sats'],
    "error: unknown command 'sats'\n(Did you mean stats?)",
  ],
  ['no study', ['run'], "error: missing required argument 'study'"],
  ['no step', ['explain', 'study.yaml'], "error: missing required argument 'step'"],
  [
    'two studies',
    ['run', 'study.yaml', 'b.yaml'],
    "error: too many arguments for 'run'. Expected 1 argument but got 2.",
  ],
  [
    'an option without its value',
    ['run', 'study.yaml', '--jobs'],
    "error: option '--jobs <n>' argument missing",
  ],
  [
    'an unknown step type',
    ['steps', 'visosity'],
    'there is no step type visosity; did you mean viscosity?',
  ],
  [
    'a step type that is like no other',
    ['steps', 'qmc'],
    `there is no step type qmc; step types: ${steps.map(({ type }) => type).join(', ')}, exec`,
  ],
  [
    'a cache that is not there',
    ['cache', 'stats'],
    'there is no cache at HERE/.curie: nothing has run there yet',
  ],
  [
    'a file that is not there',
    ['plan', 'sudy.yaml'],
    'sudy.yaml:1:1: there is no such file\n\nsudy.yaml: one problem; nothing was run',
  ],
  [
    'a folder',
    ['plan', '.'],
    '.:1:1: it is a folder; name the study file in it\n\n.: one problem; nothing was run',
  ],
];

for (const [title, args, message] of refused)
  usage(`refuses ${title}`, async () => {
    expectRefusal(at, await at.curie(args), `${message}\n`);
  });

usage('steps lists every step type with what it is about', async () => {
  const { stdout, code } = await at.curie(['steps']);
  assert.is(code, 0);
  const listed = stdout.split('\n').flatMap((line) => /^([a-z-]+) /.exec(line)?.[1] ?? []);
  assert.equal(listed, [...steps.map(({ type }) => type), 'exec']);
  for (const line of stdout.split('\n')) assert.ok([...line].length <= 80, line);
  const prose = stdout.replace(/\s+/g, ' ');
  for (const { about } of steps) assert.ok(prose.includes(about), about);
});

usage('steps NAME tells what a step takes and gives', async () => {
  expectOutput(
    at,
    await at.curie(['steps', 'evaluate']),
    `evaluate, revision 1, bit for bit reproducible
Errors of a potential on labelled frames that it has not seen: energy, force and
pressure by element and kind, and whether the committee knows where it errs.

inputs
  potential  model (output of a step, or a file), required
  frames     list of frames (output of a step, or a file), required
outputs
  force_rmse  force (eV/Å): over the frames of the potential’s own spin
              treatment; of a classical one over all
  errors      json
resources  1 core, 400 MB
`,
  );
});

usage('steps --json prints one document, of all or of one', async () => {
  const all = await at.curie(['steps', '--json']);
  const types = JSON.parse(all.stdout).map(({ type }: { type: string }) => type);
  assert.equal(types, [...steps.map(({ type }) => type), 'exec']);
  const one = JSON.parse((await at.curie(['steps', 'compare', '--json'])).stdout);
  assert.is(one.type, 'compare');
  assert.equal(one.inputs.measured, { kind: 'list', of: { kind: 'measured' }, min: 1 });
});

usage('a reader that goes away ends a command without a word', async () => {
  const running = at.start(['steps', '--json']);
  running.process.stdout?.destroy();
  const { stderr, code } = await running.ended;
  assert.is(stderr, '');
  assert.is(code, 130);
});

usage.run();
