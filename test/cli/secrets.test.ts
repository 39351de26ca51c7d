/** Secrets of programs: in nothing that a command writes or says. */
import { globSync, readFileSync, statSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Trial, trial } from './rig.ts';

const test = suite('secrets');

let at: Trial;
test.before.each(() => {
  at = trial();
});
test.after.each(() => at.close());

const SECRET = 'hunter2-hunter2';
const PASSED = 'passed-along-value';

/** Prints both values and, in one step, fails. */
const STUDY = `curie: v1
study: secrets
steps:
  good:
    uses: exec
    with:
      command: [sh, -c, 'echo "$TOKEN $HANDED"; printf %s "$TOKEN" | wc -c > length']
      env: { TOKEN: { secret: MY_TOKEN } }
      pass: [HANDED]
    outputs: { length: { file: length, type: integer } }
  bad:
    uses: exec
    with:
      command: [sh, -c, 'echo "$TOKEN $HANDED" >&2; exit 3']
      env: { TOKEN: { secret: MY_TOKEN } }
      pass: [HANDED]
    outputs: { length: { file: length, type: integer } }
`;

test('reach the program, and no file, message or report', async () => {
  at.write('study.yaml', STUDY);
  const env = { MY_TOKEN: SECRET, HANDED: PASSED };
  const said: string[] = [];
  for (const args of [
    ['run', 'study.yaml'],
    ['run', 'study.yaml', '--json'],
    ['plan', 'study.yaml', '--json'],
    ['explain', 'study.yaml', 'good'],
    ['outputs', 'study.yaml', '--json'],
    ['status', 'study.yaml'],
  ]) {
    const { stdout, stderr } = await at.curie(args, { env });
    said.push(stdout, stderr);
  }
  assert.match(said.join(), `"length": ${SECRET.length}`);
  assert.match(said.join(), '*** ***');
  const files = globSync(['.curie/**/*', 'results/**/*'], { cwd: at.folder }).filter((name) =>
    statSync(at.path(name)).isFile(),
  );
  const holding = (text: string) =>
    files.filter((name) => readFileSync(at.path(name)).includes(text));
  assert.ok(files.some((name) => name.endsWith('report.html')));
  assert.ok(holding('MY_TOKEN').length > 0, 'its name is no secret');
  for (const hidden of [SECRET, PASSED]) {
    for (const text of said) assert.not(text.includes(hidden));
    assert.equal(holding(hidden), []);
  }
});

test.run();
