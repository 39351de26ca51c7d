/** `curie explain` names the one leaf that changed, what it was and is, and where the study says so. */
import { existsSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { openCache } from '../../cache/index.ts';
import { expectOutput, type Trial, trial } from './rig.ts';

const explain = suite('explain');

interface Words {
  readonly word?: string;
  readonly level?: string;
  readonly first?: string;
}

/** Three programs one after the other; the second one's output does not depend on `first`. */
function text({ word = 'hello', level = '1', first = 'one' }: Words = {}): string {
  return `curie: v1
study: why
params: { word: ${word} }
steps:
  make:
    uses: exec
    with:
      command: [bin/say, '{values.word}']
      values: { word: $params.word }
      env: { LEVEL: '${level}' }
      files: { in.txt: in.txt, go.sh: go.sh }
      stdout: out.txt
    outputs: { said: { file: out.txt, type: lines } }
  use:
    uses: exec
    with:
      command: [sh, -c, 'cat said.txt; echo the end']
      files: { said.txt: $make.said }
      values: { first: ${first} }
      stdout: out.txt
    outputs: { all: { file: out.txt, type: lines } }
`;
}

const SAY = '#!/bin/sh\necho "$1"\ncat in.txt\n. ./go.sh\n';

let at: Trial;

function asItWas(): void {
  at.write('in.txt', 'line\n');
  at.write('go.sh', 'echo $LEVEL\n');
  at.write('bin/say', SAY, 0o755);
  at.write('study.yaml', text());
}

explain.before(async () => {
  at = trial();
  mkdirSync(at.path('bin'));
  asItWas();
  assert.is((await at.curie(['run', 'study.yaml'])).code, 0);
});
explain.before.each(asItWas);
explain.after(() => at.close());

async function why(step: string, expected: string): Promise<void> {
  expectOutput(at, await at.curie(['explain', 'study.yaml', step]), expected);
}

explain('one parameter', async () => {
  at.write('study.yaml', text({ word: 'goodbye' }));
  await why(
    'make',
    'make: runs again because\n  values.word: hello -> goodbye (study.yaml:3:17)\n',
  );
});

explain('the content of a file', async () => {
  at.write('in.txt', 'another line\n');
  await why(
    'make',
    'make: runs again because\n  file files.in.txt (HERE/in.txt): DIGEST -> DIGEST (study.yaml:11:24)\n',
  );
});

explain('the source of the step: a script that it runs', async () => {
  at.write('go.sh', 'echo "level $LEVEL"\n');
  await why(
    'make',
    'make: runs again because\n  file files.go.sh (HERE/go.sh): DIGEST -> DIGEST (study.yaml:11:39)\n',
  );
});

explain('the program', async () => {
  at.write('bin/say', `${SAY}# another version\n`, 0o755);
  await why('make', 'make: runs again because\n  tool say: DIGEST -> DIGEST (study.yaml:8:17)\n');
});

explain('a variable of the environment', async () => {
  at.write('study.yaml', text({ level: '2' }));
  await why('make', 'make: runs again because\n  env.LEVEL: 1 -> 2 (study.yaml:10:21)\n');
});

explain('two things at once, each in a line', async () => {
  at.write('study.yaml', text({ word: 'goodbye', level: '2' }));
  await why(
    'make',
    `make: runs again because
  env.LEVEL: 1 -> 2 (study.yaml:10:21)
  values.word: hello -> goodbye (study.yaml:3:17)
`,
  );
});

explain('nothing, also after what does not count', async () => {
  at.write(
    'study.yaml',
    `# a remark\n${text().replace('{ word: hello }', '{  word:  "hello"  }')}`,
  );
  at.write('in.txt', 'line\n');
  await why('make', 'make: nothing changed; restored from DIGEST, made DATE UTC in TIME\n');
});

explain('a first run', async () => {
  at.write('study.yaml', text().replace('study: why', 'study: other').replace('hello', 'new'));
  await why('make', 'make: first run\n');
});

/** Where the bytes of what the last task gave are. */
function blobOf(step: string): string {
  const cache = openCache(at.path('.curie'), { readOnly: true });
  const digest = cache.latestOf('why', step)?.outputs.all?.digest;
  const path = cache.pathOf(digest!);
  cache.close();
  assert.ok(existsSync(path));
  return path;
}

explain(
  'bytes that were collected, bytes that were changed; who only looks leaves them',
  async () => {
    const blob = blobOf('use');
    const bytes = readFileSync(blob);
    unlinkSync(blob);
    await why('use', 'use: evicted: output all was collected from the cache\n');
    writeFileSync(blob, 'evil');
    const tampered = `use: tampered: output all was changed in the cache (the changed bytes are at HERE/.curie/cas/sha256/${blob.slice(-65)})\n`;
    await why('use', tampered);
    await why('use', tampered);
    assert.is(readFileSync(blob, 'utf8'), 'evil');
    assert.not.ok(existsSync(at.path('.curie/quarantine')));
    writeFileSync(blob, bytes);
  },
);

explain('what another task gave', async () => {
  at.write('study.yaml', text({ word: 'goodbye' }));
  await why(
    'use',
    `use: depends on make; it runs only if what they give is new
  make: values.word: hello -> goodbye (study.yaml:3:17)
`,
  );
  assert.is((await at.curie(['run', 'study.yaml', '--only', 'make'])).code, 0);
  await why(
    'use',
    'use: runs again because\n  upstream files.said.txt ($make.said): DIGEST -> DIGEST (study.yaml:18:26)\n',
  );
});

explain.run();
