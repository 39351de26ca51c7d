/** How a run can end: done, inconclusive, failed, interrupted; what is said, and the exit code. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { expectOutput, frames, type Trial, trial } from './rig.ts';

const outcomes = suite('outcomes');

let at: Trial;
outcomes.before.each(() => {
  at = trial();
});
outcomes.after.each(() => at.close());

const HEAD = 'curie: v1\nstudy: toy\nsteps:\n';

outcomes('a failed step: its last lines, its folder, what waited for it, and code 1', async () => {
  at.write(
    'study.yaml',
    `${HEAD}  good:
    uses: exec
    with: { command: [sh, -c, 'echo 1 > n'] }
    outputs: { n: { file: n, type: lines } }
  bad:
    uses: exec
    with: { command: [sh, -c, 'cat in; echo no such potential >&2; exit 3'], files: { in: $good.n } }
    outputs: { n: { file: n, type: lines } }
  last:
    uses: exec
    with: { command: [cat, '{files.in}'], files: { in: $bad.n }, stdout: n }
    outputs: { n: { file: n, type: lines } }
`,
  );
  expectOutput(
    at,
    await at.curie(['run', 'study.yaml']),
    `TIME  good  started (first run)
TIME  good  done in TIME
TIME  bad  started (first run)
TIME  bad  failed: sh ended with exit code 3
TIME  last  not run, because bad failed

failed: bad: sh ended with exit code 3
  | 1
  | no such potential
  its files and whole log: .curie/runs/RUN/failed/bad

3 tasks in TIME: 1 done, 1 failed, 1 not run because of that
report: results/toy/report.html
`,
    1,
  );
  const [run] = readdirSync(at.path('.curie/runs'));
  assert.is(
    at.read(`.curie/runs/${run}/failed/bad/curie.log`),
    '1\nno such potential\nsh ended with exit code 3\n',
  );
  expectOutput(
    at,
    await at.curie(['status', 'study.yaml']),
    `toy, run of DATE UTC: ended after TIME
  good  done
  bad   failed: sh ended with exit code 3
  last  blocked: bad failed
3 tasks: 1 done, 1 failed, 1 blocked
`,
  );
  const again = await at.curie(['run', 'study.yaml', '--json']);
  assert.is(again.code, 1, 'a failure is not kept');
  assert.match(again.stdout, /"kind":"task-failed","task":"bad"/);
});

/** Nets too small to learn anything, whose crystals have no volume to be at. */
const UNSOUND = `
  model:
    uses: train
    with: { train: $data.train, validation: $data.validation, updates: 2, cutoff: 3 Å, embedding: [2, 2], axis: 1, fitting: [8] }
  density:
    uses: npt
    with: { potential: $model.model, composition: Fe, temperature: 2000 K, phase: liquid, atoms: 54, length: 0.1 ps }
  viscosity:
    uses: viscosity
    with: { potential: $model.model, start: $density.state, length: 0.1 ps, replicas: 1 }
  table:
    uses: compare
    with: { measured: [$density.density], reference: experiment.yaml }
`;

outcomes('inconclusive results are named with their reason, kept, and code 0', async () => {
  at.write('frames.extxyz', frames(12));
  at.write('experiment.yaml', 'schema: curie/reference@1\nsources: {}\nentries: []\n');
  at.write(
    'study.yaml',
    `${HEAD}  data:
    uses: dft-import
    with: { files: frames.extxyz, spin: none }
${UNSOUND.slice(1)}`,
  );
  const first = await at.curie(['run', 'study.yaml']);
  const reason = /inconclusive: density: (.*)\n/.exec(first.stdout)?.[1];
  assert.is(first.stderr, '');
  assert.is(first.code, 0, first.stdout);
  assert.ok(reason !== undefined, first.stdout);
  assert.ok(
    at
      .steady(first.stdout)
      .endsWith(
        `\ninconclusive: density: ${reason}\ninconclusive: viscosity: ${reason}\n\n5 tasks in TIME: 3 done, 2 inconclusive\nreport: results/toy/report.html\n`,
      ),
    first.stdout,
  );
  const again = await at.curie(['run', 'study.yaml', '--json']);
  assert.is(again.code, 0);
  assert.match(
    again.stdout,
    /"kind":"run-finished","at":\d+,"done":0,"restored":4,"inconclusive":1,"failed":0/,
  );
  expectOutput(
    at,
    await at.curie(['outputs', 'study.yaml', 'viscosity']),
    `viscosity  inconclusive: ${reason}\n`,
  );
  expectOutput(
    at,
    await at.curie(['explain', 'study.yaml', 'viscosity']),
    `viscosity: inconclusive, because density has no state: ${reason}\n`,
  );
});

outcomes(
  'an interrupt saves what is done and ends with code 130; the next run goes on',
  async () => {
    at.write('frames.extxyz', frames(40));
    at.write(
      'study.yaml',
      `${HEAD}  data: { uses: dft-import, with: { files: frames.extxyz, spin: none } }
  model:
    uses: train
    with: { train: $data.train, validation: $data.validation, updates: 100000, cutoff: 3 Å }
  errors: { uses: evaluate, with: { potential: $model.model, frames: $data.test } }
`,
    );
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      const running = at.start(['run', 'study.yaml', '--json']);
      await running.until(/"task-progress","task":"model"/);
      running.process.kill(signal);
      const { stdout, stderr, code } = await running.ended;
      assert.is(code, 130);
      assert.is(stderr, '');
      assert.match(stdout, /"kind":"task-stopped","task":"model"/);
      assert.match(stdout, /"kind":"task-stopped","task":"errors"/);
      assert.match(stdout, /"kind":"run-finished".*"stopped":2}\n$/);
    }
    const on = at.start(['run', 'study.yaml']);
    await on.until(/model {2}started/);
    on.process.kill('SIGINT');
    const { stdout, stderr, code } = await on.ended;
    assert.is(code, 130);
    assert.is(stderr, '\nstopping: steps save what they have; interrupt again to end at once\n');
    assert.is(
      at.steady(stdout),
      `TIME  model  started from its checkpoint (first run)
TIME  model  stopped

3 tasks in TIME: 1 restored, 2 stopped; run again to continue
report: results/toy/report.html
`,
    );
    expectOutput(
      at,
      await at.curie(['status', 'study.yaml']),
      `toy, run of DATE UTC: stopped after TIME
  data    restored
  model   stopped
  errors  stopped
3 tasks: 1 restored, 2 stopped
`,
    );
  },
);

outcomes('status tells a run that is on its way from one that was killed', async () => {
  at.write(
    'study.yaml',
    `${HEAD}  long:
    uses: exec
    with: { command: [sleep, 1000] }
    outputs: { n: { file: n, type: lines } }
`,
  );
  const running = at.start(['run', 'study.yaml', '--json']);
  await running.until(/task-started/);
  expectOutput(
    at,
    await at.curie(['status', 'study.yaml']),
    `toy, run of DATE UTC: running for TIME
  long  0 %
1 task: 1 running
`,
  );
  running.process.kill('SIGKILL');
  await running.ended;
  expectOutput(
    at,
    await at.curie(['status', 'study.yaml']),
    `toy, run of DATE UTC: interrupted after TIME; run again to continue
  long  0 %
1 task: 1 interrupted
`,
  );
});

outcomes('a second interrupt ends at once, with nobody left behind', async () => {
  at.write(
    'study.yaml',
    `${HEAD}  long:
    uses: exec
    with: { command: [sh, -c, 'trap "" TERM; echo $$ > ${at.path('pid')}; sleep 1000'] }
    outputs: { n: { file: n, type: lines } }
`,
  );
  const running = at.start(['run', 'study.yaml', '--json']);
  const seen = await eventually(() => existsSync(at.path('pid')) && at.read('pid') !== '');
  assert.ok(seen);
  running.process.kill('SIGINT');
  await sleep(200);
  running.process.kill('SIGINT');
  assert.is((await running.ended).code, 130);
  const pid = Number(at.read('pid'));
  assert.ok(await eventually(() => !isAlive(pid)), `the program ${pid} is still there`);
});

async function eventually(holds: () => boolean): Promise<boolean> {
  for (let k = 0; k < 500 && !holds(); k++) await sleep(20);
  return holds();
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A killed child that nobody has waited for is dead all the same.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

const frame = frames(1);
/** Files that are no extended XYZ with forces, and what is said of them. */
const mistakes = {
  header: [
    frame.replace('energy=-16', 'energy="-16'),
    ':2:89: cannot read the header from here on; expected key=value pairs, quoted where they hold spaces',
  ],
  count: [
    frame.replace(/^2/, '3'),
    ':5: expected atom 3 of 3 with 7 columns, but the file or frame ends',
  ],
  nan: [
    frame.replace('1.4 1.4 1.4 0 0 0', '1.4 1.4 1.4 0 NaN 0'),
    ':4: forces of atom 2 is "NaN"; expected a finite number',
  ],
  words: [
    frame.replace('1.4 1.4 1.4', '1.4 x 1.4'),
    ':4: pos of atom 2 is "x"; expected a finite number',
  ],
  forces: [
    frame.replace(':forces:R:3', '').replace(/ 0 0 0\n/g, '\n'),
    ':2: the frame has no forces (forces:R:3 in Properties, eV/Å)',
  ],
  empty: ['', ': holds no frame'],
} as const;

outcomes('extended XYZ that is wrong fails its import with file and line', async () => {
  for (const [name, [text]] of Object.entries(mistakes)) at.write(`${name}.extxyz`, text);
  at.write(
    'study.yaml',
    `${HEAD}  data:
    uses: dft-import
    matrix: { file: [${Object.keys(mistakes).map((name) => `${name}.extxyz`)}] }
    with: { files: $matrix.file, spin: none, split: none }
`,
  );
  const { stdout, stderr, code } = await at.curie(['run', 'study.yaml']);
  assert.is(stderr, '');
  assert.is(code, 1);
  for (const [name, [, message]] of Object.entries(mistakes))
    assert.ok(
      stdout.includes(`\nfailed: data/${name}.extxyz: ${name}.extxyz${message}\n`),
      `${name}:\n${stdout}`,
    );
});

outcomes.run();
