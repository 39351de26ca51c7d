/** The life of one study, command by command: what each prints, as text and as JSON. */
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { expectOutput, expectRefusal, frames, type Trial, trial } from './rig.ts';

const study = suite('a study');

const text = (greeting = '{values.word} {values.to}'): string => `curie: v1
study: toy
params: { seed: 12, word: hello }
profiles: { other: { word: ahoy } }
steps:
  data:
    uses: dft-import
    with: { files: frames.extxyz, spin: none, split_seed: $params.seed }
  say:
    uses: exec
    matrix: { to: [you, me] }
    with:
      command: [sh, -c, 'echo ${greeting} > said; head -n 1 data >> said']
      files: { data: $data.train }
      values: { word: $params.word, to: $matrix.to }
    outputs:
      said: { file: said, type: lines }
  eta:
    uses: exec
    with:
      command: [cp, '{files.given}', eta.json]
      files: { given: given.json, said: $say.you.said }
    outputs: { eta: { file: eta.json, type: measured, unit: mPa.s }, n: { file: eta.json, type: json } }
`;

let at: Trial;
study.before(() => {
  at = trial();
  at.write('frames.extxyz', frames(12));
  at.write(
    'given.json',
    '{ "value": 5.1, "standard_error": 0.1, "conditions": { "temperature": 2000 } }',
  );
  at.write('study.yaml', text());
});
study.after(() => at.close());

study('validate counts what is there, and runs nothing', async () => {
  expectOutput(
    at,
    await at.curie(['validate', 'study.yaml']),
    'study.yaml: toy is valid; 3 steps, 4 tasks\n',
  );
  assert.not.ok(existsSync(at.path('.curie')));
});

const firstPlan = `data     run   first run
say/you  wait  depends on data
say/me   wait  depends on data
eta      wait  depends on say/you
4 tasks: 0 restored, 1 to run, 3 depending on those
`;

study('before the first run there is a plan, and nothing else', async () => {
  expectOutput(at, await at.curie(['plan', 'study.yaml']), firstPlan);
  expectOutput(at, await at.curie(['run', 'study.yaml', '-n']), firstPlan);
  expectOutput(at, await at.curie(['run', 'study.yaml', '--dry-run']), firstPlan);
  expectOutput(at, await at.curie(['status', 'study.yaml']), 'toy has not run yet\n');
  expectOutput(
    at,
    await at.curie(['outputs', 'study.yaml']),
    'data  not run\nsay/you  not run\nsay/me  not run\neta  not run\n',
  );
  expectOutput(at, await at.curie(['explain', 'study.yaml', 'data']), 'data: first run\n');
  expectRefusal(
    at,
    await at.curie(['report', 'study.yaml']),
    'nothing of toy has run yet: curie run study.yaml\n',
  );
  assert.not.ok(existsSync(at.path('.curie')));
});

study('run says what it does, and the second time only that all is there', async () => {
  expectOutput(
    at,
    await at.curie(['run', 'study.yaml', '--only', 'eta']),
    `TIME  data  started (first run)
TIME  data  done in TIME
TIME  say/you  started (first run)
TIME  say/you  done in TIME
TIME  eta  started (first run)
TIME  eta  done in TIME, eta 5.10 ± 0.10 mPa·s

3 tasks in TIME: 3 done
report: results/toy/report.html
`,
  );
  expectOutput(
    at,
    await at.curie(['run', 'study.yaml']),
    `TIME  say/me  started (first run)
TIME  say/me  done in TIME

4 tasks in TIME: 1 done, 3 restored
report: results/toy/report.html
`,
  );
  expectOutput(
    at,
    await at.curie(['run', 'study.yaml']),
    '\n4 tasks in TIME: 4 restored\nreport: results/toy/report.html\n',
  );
});

study('plan, explain and status find all of it done', async () => {
  expectOutput(
    at,
    await at.curie(['plan', 'study.yaml']),
    `data     restore
say/you  restore
say/me   restore
eta      restore
4 tasks: 4 restored, 0 to run
`,
  );
  expectOutput(
    at,
    await at.curie(['explain', 'study.yaml', 'say']),
    `say/you: nothing changed; restored from DIGEST, made DATE UTC in TIME
say/me: nothing changed; restored from DIGEST, made DATE UTC in TIME
`,
  );
  expectOutput(
    at,
    await at.curie(['status', 'study.yaml']),
    `toy, run of DATE UTC: ended after TIME
  data  restored
  say   restored
  eta   restored
4 tasks: 4 restored
`,
  );
});

study('outputs gives values with errors and conditions, and paths', async () => {
  expectOutput(
    at,
    await at.curie(['outputs', 'study.yaml']),
    `data  done
  frames      results/toy/data/frames.extxyz
  summary     {"atoms":24,"core_hours":0,"frames":12,"groups":{"unnamed":12},"parts":{"test":4,"train":7,"validat…
  test        results/toy/data/test.extxyz
  train       results/toy/data/train.extxyz
  validation  results/toy/data/validation.extxyz
say/you  done
  said  results/toy/say/you/said.dat
say/me  done
  said  results/toy/say/me/said.dat
eta  done
  eta  5.10 ± 0.10 mPa·s  temperature 2000 K
  n    {"conditions":{"temperature":2000},"standard_error":0.1,"value":5.1}
`,
  );
  assert.is(at.read('results/toy/say/me/said.dat'), 'hello me\n2\n');
  rmSync(at.path('results/toy/say'), { recursive: true });
  expectOutput(
    at,
    await at.curie(['outputs', 'study.yaml', 'say/me']),
    'say/me  done\n  said  results/toy/say/me/said.dat (run again to have it there)\n',
  );
});

study('outputs --json is one document', async () => {
  const { stdout, code } = await at.curie(['outputs', 'study.yaml', 'eta', '--json']);
  assert.is(code, 0);
  const [eta, ...others] = JSON.parse(at.steady(stdout));
  assert.equal(others, []);
  assert.equal(eta, {
    task: 'eta',
    step: 'eta',
    labels: {},
    outcome: 'done',
    reason: null,
    key: 'DIGEST',
    outputs: {
      eta: {
        quantity: 'eta',
        value: 5.1,
        unit: 'mPa·s',
        standard_error: 0.1,
        contributions: {},
        effective_samples: null,
        conditions: { temperature: 2000 },
        marks: [],
      },
      n: { conditions: { temperature: 2000 }, standard_error: 0.1, value: 5.1 },
    },
    warnings: [],
  });
  const [you, me] = JSON.parse(
    at.steady((await at.curie(['outputs', 'study.yaml', 'say', '--json'])).stdout),
  );
  assert.equal(you.labels, { to: 'you' });
  assert.equal(me.outputs.said, {
    file: 'HERE/results/toy/say/me/said.dat',
    type: 'lines',
    digest: 'DIGEST',
    size: 11,
  });
});

study(
  'profiles and settings change what they reach, and plan says where they came from',
  async () => {
    expectOutput(
      at,
      await at.curie(['plan', 'study.yaml', '--profile', 'other']),
      `data     restore
say/you  run      values.word: hello -> ahoy (study.yaml:4:28)
say/me   run      values.word: hello -> ahoy (study.yaml:4:28)
eta      wait     depends on say/you
4 tasks: 1 restored, 2 to run, 1 depending on those
`,
    );
    expectOutput(
      at,
      await at.curie(['explain', 'study.yaml', 'say/me', '--set', 'word=hi', '--set', 'seed=12']),
      `say/me: runs again because
  values.word: hello -> hi (--set word=hi)
`,
    );
    expectOutput(
      at,
      await at.curie(['explain', 'study.yaml', 'eta', '--set', 'seed=3']),
      `eta: depends on say/you; it runs only if what they give is new
  data: split_seed: 12 -> 3 (--set seed=3)
`,
    );
  },
);

study('plan --json is one document', async () => {
  const { stdout, code } = await at.curie(['plan', 'study.yaml', '--set', 'word=hi', '--json']);
  assert.is(code, 0);
  assert.equal(JSON.parse(at.steady(stdout)), {
    study: 'toy',
    profile: null,
    tasks: [
      { task: 'data', step: 'data', action: 'restore', because: '', key: 'DIGEST' },
      ...['you', 'me'].map((to) => ({
        task: `say/${to}`,
        step: 'say',
        action: 'run',
        because: 'values.word: hello -> hi (--set word=hi)',
        key: 'DIGEST',
      })),
      {
        task: 'eta',
        step: 'eta',
        action: 'wait',
        because: 'depends on say/you',
        for: ['say/you'],
      },
    ],
  });
});

study('run --json prints each event as one line', async () => {
  const { stdout, code } = await at.curie([
    ...['run', 'study.yaml', '--json'],
    ...['--only', 'say/me', '--force', 'say/me', '--jobs', '1'],
  ]);
  assert.is(code, 0);
  const events = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.equal(
    events.map(({ kind, task = null }) => [kind, task]),
    [
      ['run-started', null],
      ['task-restored', 'data'],
      ['task-started', 'say/me'],
      ['task-done', 'say/me'],
      ['run-finished', null],
    ],
  );
  const [began, , started, done, ended] = events;
  assert.equal(began.tasks, [
    { name: 'data', step: 'data' },
    { name: 'say/me', step: 'say' },
  ]);
  assert.is(started.because, 'forced');
  assert.type(done.seconds, 'number');
  assert.equal([ended.done, ended.restored, ended.failed], [1, 1, 0]);
});

study('--only and --force take steps and tasks by name', async () => {
  expectOutput(
    at,
    await at.curie(['plan', 'study.yaml', '--only', 'say', '--force', 'data']),
    `data     run   forced
say/you  wait  depends on data
say/me   wait  depends on data
3 tasks: 0 restored, 1 to run, 2 depending on those
`,
  );
  for (const option of ['--only', '--force'])
    expectRefusal(
      at,
      await at.curie(['run', 'study.yaml', option, 'sya']),
      'there is no step sya in toy; did you mean say?\n',
    );
  expectRefusal(
    at,
    await at.curie(['outputs', 'study.yaml', 'say/em']),
    'there is no step say/em in toy; did you mean say/me?\n',
  );
  expectRefusal(
    at,
    await at.curie(['explain', 'study.yaml', 'density']),
    'there is no step density in toy; steps: data, say, eta, say/you, say/me\n',
  );
});

study('an edit reruns what it reaches; what gives the same bytes reruns nothing', async () => {
  at.write('study.yaml', text('{values.word}" "{values.to}'));
  expectOutput(
    at,
    await at.curie(['run', 'study.yaml', '--jobs', '1', '--only', 'eta']),
    `TIME  say/you  started (command[2]: echo {values.word} {values.to} > said; head -n 1 data >> said -> echo {values.word}" "{values.to} > said; head -n 1 data >> said (study.yaml:13:25))
TIME  say/you  done in TIME

3 tasks in TIME: 1 done, 2 restored
report: results/toy/report.html
`,
  );
});

study('a file changed by hand is told with its old and new digest', async () => {
  at.write('frames.extxyz', frames(13));
  expectOutput(
    at,
    await at.curie(['explain', 'study.yaml', 'data']),
    `data: runs again because
  file files[0] (HERE/frames.extxyz): DIGEST -> DIGEST (study.yaml:8:20)
`,
  );
  at.write('frames.extxyz', frames(12));
  expectOutput(
    at,
    await at.curie(['plan', 'study.yaml', '--only', 'data']),
    'data  restore\n1 task: 1 restored, 0 to run\n',
  );
});

study('from a folder below, the same cache and results are used; elsewhere new ones', async () => {
  mkdirSync(at.path('below/deep'), { recursive: true });
  expectOutput(
    at,
    await at.curie(['run', '../../study.yaml', '--only', 'eta'], { from: 'below/deep' }),
    '\n3 tasks in TIME: 3 restored\nreport: HERE/results/toy/report.html\n',
  );
  const apart = await at.curie(['plan', 'study.yaml', '--only', 'data', '--cache', 'below/other']);
  expectOutput(at, apart, 'data  run  first run\n1 task: 0 restored, 1 to run\n');
  expectOutput(
    at,
    await at.curie(['plan', 'study.yaml', '--only', 'data'], {
      env: { CURIE_CACHE: at.path('below/other') },
    }),
    'data  run  first run\n1 task: 0 restored, 1 to run\n',
  );
});

study('report writes the page again', async () => {
  rmSync(at.path('results/toy/report.html'));
  expectOutput(at, await at.curie(['report', 'study.yaml']), 'results/toy/report.html\n');
  assert.match(at.read('results/toy/report.html'), /^<!doctype html>/);
});

study('cores and devices that make no sense are refused', async () => {
  const refused = [
    [['--jobs', '0'], '--jobs: 0 is no number of cores; write a count such as 2'],
    [['--jobs', 'many'], '--jobs: many is no number of cores; write a count such as 2'],
    [['--gpus', '0'], '--gpus: there is no device 0; devices that may be used: none'],
    [
      ['--set', 'sed=3'],
      '--set sed=3: there is no parameter sed; did you mean seed?\n\nstudy.yaml: one problem; nothing was run',
    ],
    [
      ['--profile', 'othr'],
      `study.yaml:4:1: there is no profile othr; did you mean other?
4 | profiles: { other: { word: ahoy } }
  | ^^^^^^^^

study.yaml: one problem; nothing was run`,
    ],
  ] as const;
  for (const [args, message] of refused)
    expectRefusal(
      at,
      // No device of the machine that runs the tests plays a part.
      await at.curie(['run', 'study.yaml', ...args], { env: { CUDA_VISIBLE_DEVICES: '' } }),
      `${message}\n`,
    );
});

study.run();
