/** Programs as steps: what they see, what becomes of what they write, how they end. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Executed, execute, folderOf, type Hooks, refusal, resolved } from './exec-rig.ts';

const test = suite('exec');

/** A step with one line of shell, whose standard output is the log. */
function shell(script: string, rest = ''): string {
  return `  run:
    uses: exec
    with:
      command: [sh, -c, ${JSON.stringify(script)}]
${rest.replace(/^(?=.)/gm, '      ')}`;
}

const DONE = 'touch done';
const OUTPUTS = '    outputs: { done: { file: done } }\n';

function runShell(script: string, rest = '', hooks: Hooks = {}): Promise<Executed> {
  return execute(folderOf({}), `${shell(`${script}; ${DONE}`, rest)}\n${OUTPUTS}`, hooks);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A process that has ended and whose parent has not looked yet is no more alive.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

async function until(condition: () => boolean, seconds = 5): Promise<void> {
  const end = performance.now() + 1000 * seconds;
  while (!condition()) {
    if (performance.now() > end) throw new Error('it did not come to that');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

// ── What a program sees ─────────────────────────────────────────────────────────────────────

test('the environment is what the step says, and nothing of ours', async () => {
  process.env.CURIE_TEST_LEAK = 'leak';
  const { read } = await execute(
    folderOf({}),
    `  run:
    uses: exec
    with: { command: [env], env: { B: '2', A: 1 }, stdout: env.txt }
    outputs: { env: { file: env.txt } }
`,
  );
  assert.equal(read('env').trim().split('\n').sort(), [
    'A=1',
    'B=2',
    'CUDA_VISIBLE_DEVICES=',
    'LANG=C.UTF-8',
    'PATH=/usr/local/bin:/usr/bin:/bin',
    'TZ=UTC',
  ]);
});

test('the step may set LANG, TZ and PATH', async () => {
  const { log } = await runShell('echo $LANG $TZ $PATH', `env: { LANG: C, TZ: CET, PATH: '/bin' }`);
  assert.equal(log, ['C CET /bin']);
});

test('only the granted device is to be seen, whatever the step sets', async () => {
  const env = 'env: { CUDA_VISIBLE_DEVICES: "0,1" }';
  assert.equal((await runShell('echo $CUDA_VISIBLE_DEVICES', env, { gpu: 'GPU-7' })).log, [
    'GPU-7',
  ]);
  assert.equal((await runShell('echo $CUDA_VISIBLE_DEVICES', env)).log, ['']);
});

test('variables to pass come from outside; those that are not set there are not set', async () => {
  process.env.CURIE_TEST_PASSED = 'abc';
  const { log } = await runShell(
    'printenv CURIE_TEST_PASSED | wc -c; printenv CURIE_TEST_NONE || echo unset',
    'pass: [CURIE_TEST_PASSED, CURIE_TEST_NONE]',
  );
  assert.equal(log, ['4', 'unset']);
});

test('the folder holds the declared files and nothing else', async () => {
  const folder = folderOf({ 'a.txt': 'a', 'in/b.txt': 'b', 'c.txt': 'c' });
  const { log } = await execute(
    folder,
    `${shell(`ls -A1R; cat x deep/y; ${DONE}`, 'files: { x: a.txt, deep/y: in/b.txt }')}\n${OUTPUTS}`,
  );
  assert.equal(log, ['.:', 'deep', 'x', '', './deep:', 'y', 'ab']);
});

test('an output of another step is a file too, and may be changed without changing it', async () => {
  const folder = folderOf({ 'frames.extxyz': '' });
  const { read } = await execute(
    folder,
    `  data: { uses: import, with: { files: frames.extxyz } }
  run:
    uses: exec
    with: { command: [sh, -c, 'echo more >> frames'], files: { frames: $data.frames } }
    outputs: { frames: { file: frames, type: frames } }
`,
  );
  assert.is(read('frames'), 'datamore\n');
  const { values } = resolved(
    folder,
    `  data: { uses: import, with: { files: frames.extxyz } }
  run:
    uses: exec
    with: { command: [cat], files: { frames: $data.frames } }
    outputs: { frames: { file: frames } }
`,
  );
  const [file] = Object.values(values.files as { [name: string]: { path: string } });
  assert.is(readFileSync(file!.path, 'utf8'), 'data');
});

test('placeholders stand for names of files and for values; other braces for themselves', async () => {
  const folder = folderOf({ 'frames.extxyz': '', 'in.txt': '' });
  const { log } = await execute(
    folder,
    `  data: { uses: import, with: { files: frames.extxyz } }
  run:
    uses: exec
    with:
      command: [sh, -c, 'touch done; echo "$@"', _, '{files.in.txt}', '-n={values.n},{values.t}', '{print}', '{x.y}', '{values.word}']
      files: { in.txt: in.txt }
      values: { n: $data.count, t: $( (1 ns + 1 ps) / 1 ps ), word: two words }
    outputs: { done: { file: done } }
`,
  );
  assert.equal(log, ['in.txt -n=12,1001 {print} {x.y} two words']);
});

test('no shell reads the arguments', async () => {
  const { read } = await execute(
    folderOf({}),
    `  run:
    uses: exec
    with: { command: [printf, '%s|', '$HOME', '* ; rm x', 'a b'], stdout: out }
    outputs: { out: { file: out } }
`.replace('$HOME', () => '$$HOME'),
  );
  assert.is(read('out'), '$HOME|* ; rm x|a b|');
});

test('a program of the study: by its path, as a tool, or as a file of the folder', async () => {
  const script = (word: string) => [`#!/bin/sh\necho ${word} "$@"\n`] as const;
  const folder = folderOf({ 'bin/first': script('first'), 'bin/second': script('second') });
  const ended = async (command: string, rest = '') =>
    (
      await execute(
        folder,
        `  run:
    uses: exec
    with: { command: ${command}, stdout: out${rest} }
    outputs: { out: { file: out } }
`,
      )
    ).read('out');
  assert.is(await ended('[bin/first, 1]'), 'first 1\n');
  assert.is(await ended("[sh, -c, 'second 2']", ', tools: [bin/second]'), 'second 2\n');
  assert.is(await ended("['{files.go.sh}', 3]", ', files: { go.sh: bin/second }'), 'second 3\n');
  assert.is(await ended("['{files.in/go}', 3]", ', files: { in/go: bin/second }'), 'second 3\n');
});

test('the awk example of the README works', async () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const section = readme.split('## Any program as a step')[1]!;
  const example = /```yaml\n(.*?)```/s.exec(section)![1]!;
  const folder = folderOf({ 'frames.extxyz': 'one\ntwo\n' });
  const { outcome } = await execute(folder, example.replace('$data.train', 'frames.extxyz'));
  assert.equal(outcome.outputs, { lines: 2 });
});

// ── What it leaves ──────────────────────────────────────────────────────────────────────────

/** Runs a program that writes `text` to a file declared as `declaration`. */
async function typed(text: string, declaration: string): Promise<unknown> {
  const { outcome } = await execute(
    folderOf({ data: text }),
    `  run:
    uses: exec
    with: { command: [cp, in, out.txt], files: { in: data } }
    outputs: { x: { file: out.txt, ${declaration} } }
`,
  );
  return outcome.outputs?.x;
}

test('values as the study declares them', async () => {
  const viscosity = 'type: quantity, dimension: viscosity';
  assert.is(await typed('5.2 mPa.s\n', viscosity), 5.2);
  assert.is(await typed('0.0052 Pa·s', viscosity), 5.2);
  assert.is(await typed('{"value": 0.0052, "unit": "Pa.s"}', viscosity), 5.2);
  assert.is(await typed('5.2', `${viscosity}, unit: Pa.s`), 5.2);
  assert.is(await typed('{"value": 5200, "unit": "mPa·s"}', `${viscosity}, unit: Pa.s`), 5.2);
  assert.is(await typed('5.2\n', 'type: quantity, unit: K'), 5.2);
  assert.is(await typed('0.57 nm', 'type: quantity, unit: Å'), 5.7);
  assert.is(await typed('-1.5e+3\n', 'type: number'), -1500);
  assert.is(await typed('12\n', 'type: integer'), 12);
  assert.is(await typed('true\n', 'type: boolean'), true);
  assert.is(await typed('two\nlines\n', 'type: text'), 'two\nlines');
  assert.equal(await typed('{"a": [1, null]}', 'type: json'), { a: [1, null] });
});

test('measured values: what the program leaves out is unknown', async () => {
  const unknown = {
    standard_error: null,
    contributions: {},
    effective_samples: null,
    conditions: {},
    marks: [],
  };
  const measured = 'type: measured, unit: g/cm³';
  const seven = { quantity: 'x', value: 7, unit: 'g/cm³', ...unknown };
  assert.equal(await typed('7', measured), seven);
  assert.equal(await typed('7000 kg/m3', measured), seven);
  assert.equal(await typed('{"value": 7}', measured), seven);
  assert.equal(await typed('1.5 rad', 'type: measured, unit: rad'), {
    ...seven,
    value: 1.5,
    unit: 'rad',
  });
  const full = {
    ...{ quantity: 'density', value: 7000, unit: 'kg/m³', standard_error: 30 },
    ...{ contributions: { statistical: 30 }, effective_samples: 40 },
    ...{ conditions: { phase: 'liquid' }, marks: ['outside training'] },
  };
  assert.equal(await typed(JSON.stringify(full), measured), {
    ...full,
    ...{ value: 7, unit: 'g/cm³', standard_error: 0.03, contributions: { statistical: 0.03 } },
  });
});

const wrong: readonly (readonly [text: string, declaration: string, message: string])[] = [
  [
    '5 GPa',
    'type: quantity, dimension: viscosity',
    'out.txt is given as a pressure; expected a viscosity, such as 5 mPa·s',
  ],
  [
    '5',
    'type: quantity, dimension: viscosity',
    'out.txt has no unit; expected a viscosity, such as 5 mPa·s',
  ],
  [
    '5 mPas',
    'type: quantity, dimension: viscosity',
    'out.txt has the unknown unit mPas; did you mean mPa·s?',
  ],
  [
    '{"value": "5"}',
    'type: quantity, unit: K',
    'out.txt must hold such as 5.2 mPa·s or { "value": 5.2, "unit": "mPa·s" }',
  ],
  ['nan', 'type: number', 'out.txt is "nan"; expected a plain number'],
  ['1 2', 'type: number', 'out.txt is "1 2"; expected a plain number'],
  ['', 'type: number', 'out.txt is nothing; expected a plain number'],
  ['1.5', 'type: integer', 'out.txt is 1.5; expected a whole number'],
  ['1e400', 'type: number', 'out.txt is "1e400"; expected a plain number'],
  ['yes', 'type: boolean', 'out.txt is "yes"; write true or false'],
  [
    '{"a": NaN}',
    'type: json',
    `out.txt is not JSON: Unexpected token 'N', "{"a": NaN}" is not valid JSON`,
  ],
  ['{', 'type: measured, unit: K', "out.txt is not JSON: Expected property name or '}' in JSON"],
  ['[1]', 'type: measured, unit: K', 'out.txt must be a number with a unit, or JSON such as'],
  ['{"value": "5"}', 'type: measured, unit: K', 'out.txt must give a number for value'],
  [
    '{"value": 5, "standart_error": 1}',
    'type: measured, unit: K',
    'out.txt has an unknown key standart_error; did you mean standard_error?',
  ],
  [
    '{"value": 5, "standard_error": -1}',
    'type: measured, unit: K',
    'out.txt gives -1 for standard_error, which cannot be negative',
  ],
  [
    '{"value": 5, "contributions": 1}',
    'type: measured, unit: K',
    'out.txt must give a mapping for contributions',
  ],
  [
    '{"value": 5, "marks": [1]}',
    'type: measured, unit: K',
    'out.txt must give a list of texts for marks',
  ],
  [
    '5 GPa',
    'type: measured, unit: K',
    'out.txt is in GPa, which is no unit of what was declared in K',
  ],
];

for (const [text, declaration, message] of wrong)
  test(`refuses ${JSON.stringify(text)} as ${declaration}`, async () => {
    const said = await refusal(() => typed(text, declaration));
    assert.is(said.slice(0, `output x: ${message}`.length), `output x: ${message}`);
  });

test('bytes that are no text are refused where a value is wanted', async () => {
  const attempt = () =>
    execute(
      folderOf({}),
      `${shell("printf '\\377' > out.txt")}\n    outputs: { x: { file: out.txt, type: text } }\n`,
    );
  assert.is(await refusal(attempt), 'output x: out.txt is not UTF-8 text');
});

test('a value of megabytes is refused', async () => {
  const attempt = () => typed('x'.repeat(1_200_000), 'type: text');
  assert.is(
    await refusal(attempt),
    'output x: out.txt has 1.2 MB, and a value at most 1 MB; declare it as a file: leave out its type',
  );
});

test('a missing output fails, with the nearest of what is there', async () => {
  const attempt = (script: string) => () =>
    execute(folderOf({}), `${shell(script)}\n    outputs: { eta: { file: out/eta.json } }\n`);
  assert.is(
    await refusal(attempt('mkdir out; touch out/eta.jsn')),
    'output eta: the program did not write out/eta.json; did you mean out/eta.jsn?',
  );
  assert.is(
    await refusal(attempt('touch a.log b.log')),
    'output eta: the program did not write out/eta.json; its folder holds: a.log, b.log',
  );
  assert.is(await refusal(attempt(':')), 'output eta: the program did not write out/eta.json');
  assert.is(
    await refusal(attempt('mkdir -p out/eta.json')),
    'output eta: out/eta.json is no ordinary file; declare the files of a folder one by one, or pack them',
  );
  assert.is(
    await refusal(attempt('mkdir out; ln -s nowhere out/eta.json')),
    'output eta: out/eta.json is a link to nothing',
  );
});

test('files that nothing declares are named in a warning', async () => {
  const one = await runShell('touch log.lammps');
  assert.equal(one.warnings, [
    'the program also wrote log.lammps: kept nowhere, because outputs does not declare it',
  ]);
  const many = await runShell('mkdir d; for k in 1 2 3 4 5 6 7; do touch d/$k; done');
  assert.equal(many.warnings, [
    'the program also wrote d/1, d/2, d/3, d/4, d/5 and 2 more: kept nowhere, because outputs does not declare them',
  ]);
  assert.equal((await runShell(':')).warnings, []);
});

// ── What it says ────────────────────────────────────────────────────────────────────────────

test('both outputs of the program are its log, line by line', async () => {
  const { log } = await runShell("echo out; sleep 0.05; echo err >&2; sleep 0.05; printf 'end'");
  assert.equal(log, ['out', 'err', 'end']);
});

test('with stdout the log has the rest', async () => {
  const { log, read } = await execute(
    folderOf({}),
    `${shell('echo out; echo err >&2', 'stdout: deep/out.txt')}
    outputs: { out: { file: deep/out.txt } }
`,
  );
  assert.equal([log, read('out')], [['err'], 'out\n']);
});

test('of a long log the beginning and the end are kept', async () => {
  const { log } = await runShell('seq 10000');
  assert.is(log.length, 6001);
  assert.equal(log.slice(4998, 5003), ['4999', '5000', '… 4000 lines left out …', '9001', '9002']);
  assert.is(log.at(-1), '10000');
});

test('of a line without end the beginning is kept', async () => {
  const { log } = await runShell('head -c 3000000 /dev/zero | tr "\\0" x; echo; echo next');
  assert.equal([log.length, log[0]?.length, log[1]], [2, 2001, 'next']);
});

test('letters that arrive in two pieces are whole in the log', async () => {
  const { log } = await runShell("printf '\\303'; sleep 0.05; printf '\\205'");
  assert.equal(log, ['Å']);
});

// ── Secrets ─────────────────────────────────────────────────────────────────────────────────

const SECRET = 'hunter2-hunter2\nsecond line';
const withSecret = 'env: { TOKEN: { secret: CURIE_TEST_SECRET } }\npass: [CURIE_TEST_PASS]';

test('a secret reaches the program, and neither key nor log', async () => {
  process.env.CURIE_TEST_SECRET = SECRET;
  process.env.CURIE_TEST_PASS = 'passed-along';
  const script = 'printf %s "$TOKEN" | wc -c; echo "[$TOKEN]" $CURIE_TEST_PASS';
  const { log, outcome } = await runShell(script, withSecret);
  assert.equal(log, ['27', '[***', '***] ***']);
  const { action, values, key } = resolved(folderOf({}), `${shell(DONE, withSecret)}\n${OUTPUTS}`);
  for (const kept of [action, values, key, outcome])
    for (const hidden of [...SECRET.split('\n'), 'passed-along'])
      assert.not(JSON.stringify(kept).includes(hidden));
  assert.match(JSON.stringify(action), 'CURIE_TEST_SECRET');
});

test('a secret that is not set or empty is refused before the program starts', async () => {
  delete process.env.CURIE_TEST_SECRET;
  assert.is(
    await refusal(() => runShell('echo started', withSecret)),
    'the secret CURIE_TEST_SECRET is not set in the environment that curie runs in; set it there, such as with: export CURIE_TEST_SECRET=...',
  );
  process.env.CURIE_TEST_SECRET = '';
  assert.match(
    await refusal(() => runShell('echo started', withSecret)),
    'the secret CURIE_TEST_SECRET is empty',
  );
});

test('an output that holds a secret is refused, wherever in it that is', async () => {
  process.env.CURIE_TEST_SECRET = SECRET;
  const message = 'output done: done contains the value of a secret, which no result may hold';
  const leak = (script: string) => refusal(() => runShell(script, withSecret));
  assert.is(await leak('printf %s "$TOKEN" > done'), message);
  assert.is(
    await leak('head -c 1048570 /dev/zero > done; printf %s "$TOKEN" >> done'),
    message,
    'across the pieces that are read',
  );
});

// ── How it ends ─────────────────────────────────────────────────────────────────────────────

test('exit codes, signals and timeouts are told', async () => {
  assert.is(await refusal(() => runShell('exit 3')), 'sh ended with exit code 3');
  assert.is(await refusal(() => runShell('kill -SEGV $$')), 'sh was killed by SIGSEGV');
  assert.is(
    await refusal(() => runShell('kill -KILL $$')),
    'sh was killed (SIGKILL): by hand, or by the system because memory ran out',
  );
});

test('a program is ended after its timeout', async () => {
  const started = performance.now();
  const steps = `${shell('sleep 60')}\n${OUTPUTS}    timeout: 0.3 s\n`;
  assert.is(
    await refusal(() => execute(folderOf({}), steps)),
    'sh was ended after 0.3 s, the timeout of the step',
  );
  assert.ok(performance.now() - started < 3000);
});

test('a program that cannot be started says why', async () => {
  const attempt = (content: string) =>
    refusal(() =>
      execute(
        folderOf({ 'bin/tool': [content] }),
        '  run: { uses: exec, with: { command: [bin/tool] }, outputs: { x: { file: x } } }\n',
      ),
    );
  assert.is(
    await attempt('#!/no/such/interpreter\n'),
    'tool cannot be started: the interpreter that its first line names is not there',
  );
  assert.is(
    await attempt('#!/etc/passwd\n'),
    'tool cannot be started (EACCES): it, or the interpreter that its first line names, may not be executed',
  );
});

test('a program with too long an argument says so', async () => {
  assert.is(
    await refusal(() => runShell(`: ${'x'.repeat(200_000)}`)),
    'sh cannot be started: its arguments and variables are too long; put them into a file',
  );
});

test('what a program leaves running ends with it', async () => {
  const { log } = await runShell('sleep 60 & echo $!; (trap "" TERM HUP; sleep 61) & echo $!');
  assert.is(log.length, 2);
  await until(() => !log.some((pid) => isAlive(Number(pid))));
});

test('a program ends with all its processes when its task is stopped', async () => {
  const stopped = new Error('stopped');
  let wanted = false;
  const pids: number[] = [];
  const groups: number[] = [];
  const started = performance.now();
  const said = await refusal(() =>
    runShell('sleep 60 & echo $!; echo $$; wait', '', {
      print: (line) => {
        pids.push(Number(line));
        wanted = pids.length === 2;
      },
      throwIfStopped: () => {
        if (wanted) throw stopped;
      },
      group: (leader) => groups.push(leader),
    }),
  );
  assert.is(said, 'stopped');
  assert.ok(performance.now() - started < 2000, 'it does not wait for the end of the program');
  assert.equal(groups, [pids[1]]);
  await until(() => !pids.some(isAlive));
});

test('a program that ignores the request to end is killed', async () => {
  const pids: number[] = [];
  const said = await refusal(() =>
    runShell('trap "" TERM; sleep 60 & echo $!; echo $$; wait; sleep 60', '', {
      print: (line) => pids.push(Number(line)),
      throwIfStopped: () => {
        if (pids.length === 2) throw new Error('stopped');
      },
    }),
  );
  assert.is(said, 'stopped');
  await until(() => !pids.some(isAlive));
});

test('output that a daemon holds open does not keep the task waiting', async () => {
  const started = performance.now();
  const { log } = await runShell('setsid sleep 4 & echo said');
  assert.equal(log, ['said']);
  assert.ok(performance.now() - started < 3000);
});

// ── With its worker and its engine ──────────────────────────────────────────────────────────

/** Processes of a program whose engine is the child process `engine`. */
async function started(): Promise<{ engine: ChildProcess; worker: number; pids: number[] }> {
  const { values } = resolved(
    folderOf({}),
    `${shell('sleep 60 & echo $!; echo $$; echo $PPID; wait')}\n${OUTPUTS}`,
  );
  const script = fileURLToPath(new URL('exec-engine.ts', import.meta.url));
  const engine = spawn(process.execPath, [script, JSON.stringify(values), folderOf({})], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  createInterface({ input: engine.stdout! }).on('line', (line) => lines.push(line));
  await until(() => lines.length >= 3, 30);
  const [child, leader, worker] = lines.map(Number);
  return { engine, worker: worker!, pids: [child!, leader!] };
}

test('a program dies with its worker', async () => {
  const { engine, worker, pids } = await started();
  process.kill(worker, 'SIGKILL');
  await until(() => !pids.some(isAlive));
  engine.kill('SIGKILL');
});

test('a program dies with its engine', async () => {
  const { engine, worker, pids } = await started();
  engine.kill('SIGKILL');
  await until(() => ![worker, ...pids].some(isAlive));
});

test.run();
