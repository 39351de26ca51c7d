/** Scenarios 13 to 15, from "Build systems à la carte" and Shake. */
import { appendFileSync, cpSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { History } from '../run/history.ts';
import { drawing } from '../run/in-process.ts';
import type { Node } from '../run/naive.ts';
import { endWorkers, failures, type Project, run, withInput } from './rig.ts';

const systems = suite('build systems');

let at: Project;
systems.before.each(() => {
  at = withInput();
});
systems.after.each(() => at.close());
systems.after(endWorkers);

const RANDOM = `  make:
    uses: exec
    with: { command: [sh, -c, 'head -c 12 /dev/urandom | od -An -tx1'], stdout: out }
    outputs: { out: { file: out, type: lines } }
  use:
    uses: exec
    with: { command: [sh, -c, 'echo used; cat in'], files: { in: $make.out }, stdout: out }
    outputs: { out: { file: out, type: lines } }
`;

/** What the two tasks of a project gave. */
function gave({ read }: Project): readonly [string, string] {
  return [read('results/make/out.dat'), read('results/use/out.dat')];
}

systems('13. frankenbuild: a non-deterministic step in two stores is never mixed', async () => {
  const other = withInput();
  await run(at, RANDOM);
  await run(other, RANDOM);
  const [[make, use], [otherMake, otherUse]] = [gave(at), gave(other)];
  assert.not.equal(make, otherMake);
  assert.equal([use, otherUse], [`used\n${make}`, `used\n${otherMake}`]);
  // Both stores in one: whose `make` is found there, its `use` belongs to it.
  for (const part of ['ac', 'cas'])
    cpSync(join(other.cacheFolder, part), join(at.cacheFolder, part), {
      recursive: true,
      force: false,
    });
  const both = await run(at, RANDOM);
  assert.equal(both.executed, []);
  assert.equal(gave(at), [make, use]);
  // The upstream result comes anew: what is made of it is made again.
  const forced = await run(at, RANDOM, { forced: ['make'] });
  assert.equal(forced.executed, ['make', 'use']);
  const [fresh, ofFresh] = gave(at);
  assert.not.equal(fresh, make);
  assert.is(ofFresh, `used\n${fresh}`);
  other.close();
});

systems('14. random builds, compared with a naive oracle', async () => {
  // Thousands of them, with edits, damage and crashes, are in test/run/oracle.
  const plain: Node = {
    mark: 'x',
    keep: 99,
    open: false,
    figure: false,
    file: undefined,
    takes: [],
    gathers: undefined,
    partial: false,
    needs: undefined,
    orElse: undefined,
    lists: [],
    after: [],
    when: undefined,
  };
  for (let seed = 1; seed <= 20; seed++) {
    const draw = drawing(seed);
    const nodes = Array.from({ length: 8 }, (_, k): Node => {
      const other = (): number[] => (k === 0 ? [] : [draw(k)]);
      return {
        ...plain,
        mark: 'xyz'[draw(3)]!,
        keep: [1, 99][draw(2)]!,
        takes: other(),
        gathers: other(),
      };
    });
    const history = new History(nodes, draw, new Map());
    await history.run();
    for (const mark of ['x', 'y'])
      for (const kind of ['fail', 'revise', 'mend'] as const)
        await history.change(kind === 'revise' ? { kind } : { kind, mark });
  }
});

const A = '  a: { uses: source, with: { file: in.txt } }\n';
const B = '  b: { uses: join, with: { parts: $a.text, suffix: end } }\n';

systems('15. a torn journal, and any other torn log, is passed over', async () => {
  await run(at, A + B);
  const [id] = readdirSync(at.path('cache/runs'));
  const logs = [
    'cache/stat-cache.log',
    'cache/records.log',
    `cache/runs/${id}/events.jsonl`,
    `cache/runs/${id}/keys`,
    `cache/last/${readdirSync(at.path('cache/last'))[0]}`,
    'results/.written',
  ];
  for (const log of logs) {
    appendFileSync(at.path(log), '\n["a/text.txt","5\u0000\u0001');
    assert.equal((await run(at, A + B)).executed, [], log);
    // Half of what was there last.
    const bytes = readFileSync(at.path(log));
    at.write(log, bytes.subarray(0, bytes.length - 40).toString('latin1'));
    assert.equal((await run(at, A + B)).executed, [], log);
    assert.is(at.read('results/b/text.txt'), 'one\nend');
  }
});

systems('15. unneeded outputs are named, and kept nowhere', async () => {
  const ran = await run(
    at,
    `  e:
    uses: exec
    with: { command: [sh, -c, 'echo 1 > out; echo 2 > other'] }
    outputs: { out: { file: out, type: lines } }
`,
  );
  assert.match(ran.of('task-warned')[0]!.message, /^the program also wrote other: kept nowhere/);
  assert.equal(readdirSync(at.path('results/e')), ['out.dat']);
});

systems('15. undeclared reads find nothing: a program sees only its declared files', async () => {
  const ran = await run(
    at,
    `  e:
    uses: exec
    with: { command: [cat, in.txt], stdout: out }
    outputs: { out: { file: out, type: lines } }
`,
  );
  assert.equal(failures(ran), ['e: cat ended with exit code 1']);
  assert.match(ran.of('task-failed')[0]!.log.join(), /in\.txt: No such file/);
});

systems.run();
