/** What a terminal shows: a pseudo-terminal of `script`, its control characters taken out. */
import { spawn, spawnSync } from 'node:child_process';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { frames, MAIN, type Trial, trial } from './rig.ts';

const terminal = suite('a terminal');

let at: Trial;
terminal.before(() => {
  at = trial();
  at.write('frames.extxyz', frames(12));
  at.write(
    'study.yaml',
    `curie: v1
study: toy
steps:
  data: { uses: dft-import, with: { files: frames.extxyz, spin: none } }
  tries:
    uses: exec
    matrix: { code: [0, 1] }
    with: { command: [sh, -c, 'echo {values.code} > n; exit {values.code}'], values: { code: $matrix.code } }
    outputs: { n: { file: n, type: lines } }
  last:
    uses: exec
    with: { command: [cp, '{files.in}', n], files: { in: $tries.1.n } }
    outputs: { n: { file: n, type: lines } }
`,
  );
});
terminal.after(() => at.close());

/** All that was drawn, one frame after the other, and the exit code. */
function shown(...args: readonly string[]): Promise<string> {
  const command = `stty cols 80 rows 40; '${process.execPath}' '${MAIN}' ${args.join(' ')}; echo "code $?"`;
  return new Promise((resolve, reject) => {
    const child = spawn('script', ['-qec', command, '/dev/null'], {
      cwd: at.folder,
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { PATH: process.env.PATH, TERM: 'xterm', LANG: 'C.UTF-8' },
    });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
    child.on('error', reject);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
    const plain = (): string => output.replace(/\u001B\[[0-9;?]*[A-Za-z]/g, '').replace(/\r/g, '');
    child.on('close', () => resolve(at.steady(plain())));
  });
}

function expectEnd(drawn: string, end: string): void {
  assert.fixture(drawn.slice(-end.length), end);
}

const has = spawnSync('script', ['-qec', 'stty cols 80', '/dev/null']).status === 0;
const title = 'shows a row for each step, what failed, and how it ended';
if (!has) console.log(`SKIPPED a terminal ${title}: script (util-linux) is not here`);
else
  terminal(title, async () => {
    expectEnd(
      await shown('run', 'study.yaml'),
      `
✔ data   done
✖ tries  1 of 2 done, 1 of 2 failed
✖ last   blocked: tries/1 failed

failed: tries/1: sh ended with exit code 1
  its files and whole log: .curie/runs/RUN/failed/tries/1

4 tasks in TIME: 2 done, 1 failed, 1 not run because of that
report: results/toy/report.html
code 1
`,
    );
    expectEnd(
      await shown('run', 'study.yaml', '--only', 'tries/0', '--only', 'data'),
      `
✔ data   restored
✔ tries  restored

2 tasks in TIME: 2 restored
report: results/toy/report.html
code 0
`,
    );
  });

terminal.run();
