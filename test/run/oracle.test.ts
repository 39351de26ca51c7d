/**
 * Random studies with random edits, failures, damage and crashes, through the real run: what it
 * gives, what it executes and what it says of each task is what the naive evaluator says, in
 * whatever order the steps end.
 */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Change, type Crash, History } from './history.ts';
import { drawing } from './in-process.ts';
import type { Node } from './naive.ts';
import { FILES } from './random-study.ts';

const oracle = suite('random studies');

/** Cases; more of them with `node test/run/oracle.test.ts 20000`. */
const CASES = Number(process.argv[2] ?? 2000);

const mark = fc.constantFrom('x', 'y', 'z');
const text = fc.constantFrom('', 'one', 'one\ntwo', 'two');
const task = fc.nat(7);
const tasks = fc.array(task, { maxLength: 3 });

function sometimes<T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.oneof(
    { weight: 3, arbitrary: fc.constant(undefined) },
    { weight: 2, arbitrary: value },
  );
}

/** Indices of tasks before the one at `k`, each once, as a matrix's axis would have it. */
function before(k: number, wanted: readonly number[]): number[] {
  return k === 0 ? [] : [...new Set(wanted.map((other) => other % k))];
}

const node = fc.record({
  mark,
  keep: fc.constantFrom(1, 3, 99),
  open: fc.nat(4).map((draw) => draw === 4),
  figure: fc.boolean(),
  file: sometimes(fc.nat(FILES.length - 1)),
  takes: tasks,
  gathers: sometimes(tasks),
  partial: fc.boolean(),
  needs: sometimes(task),
  orElse: sometimes(task),
  lists: fc.array(task, { maxLength: 2 }),
  after: fc.array(task, { maxLength: 1 }),
  when: sometimes(fc.record({ of: task, above: fc.constantFrom(0, 999, 1000, 1001) })),
});
type RawNode = typeof node extends fc.Arbitrary<infer T> ? T : never;

/** A node that takes only from what comes before it. */
function placed(raw: RawNode, k: number): Node {
  return {
    ...raw,
    takes: before(k, raw.takes),
    gathers: raw.gathers && before(k, raw.gathers),
    needs: raw.needs === undefined ? undefined : before(k, [raw.needs])[0],
    orElse: raw.orElse === undefined ? undefined : before(k, [raw.orElse])[0],
    lists: before(k, raw.lists),
    after: before(k, raw.after),
    when: raw.when === undefined || k === 0 ? undefined : { ...raw.when, of: raw.when.of % k },
  };
}

const FIELDS: readonly (keyof Node)[] = [
  'mark',
  'keep',
  'open',
  'figure',
  'file',
  'takes',
  'gathers',
  'partial',
  'needs',
  'orElse',
  'lists',
  'after',
  'when',
];

function one<K extends Change['kind'] | Crash['kind']>(...kinds: readonly K[]): fc.Arbitrary<K> {
  return fc.constantFrom(...kinds);
}

const edit = fc.record({
  kind: one('edit'),
  task,
  field: fc.constantFrom(...FIELDS),
  node: node.map((raw) => (before: number) => placed(raw, before)),
});
const failure = fc.record({ kind: one('fail', 'mend'), mark });
const write = fc.record({ kind: one('write'), file: fc.nat(FILES.length - 1), text });
const damage = fc.record({
  kind: one('tamper', 'cut', 'evict', 'damage record', 'edit result', 'lose result'),
  task,
});
const force = fc.record({ kind: one('force'), tasks });
const other = fc.record({ kind: one('revise', 'rename', 'turn', 'touch', 'nothing') });
const crash = fc.record({ kind: one('kill', 'power'), at: fc.integer({ min: 1, max: 200 }) });

const change: fc.Arbitrary<Change> = fc.oneof(
  { weight: 6, arbitrary: edit },
  { weight: 3, arbitrary: failure },
  { weight: 2, arbitrary: write },
  { weight: 4, arbitrary: damage },
  { weight: 2, arbitrary: force },
  { weight: 3, arbitrary: other },
);
const changes = fc.array(fc.record({ change, crash: sometimes(crash) }), { maxLength: 8 });

oracle('give, execute and say what a naive evaluator does, through edits and crashes', async () => {
  const tally = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(
      fc.array(node, { minLength: 1, maxLength: 8 }),
      changes,
      fc.noShrink(fc.integer()),
      async (nodes, changed, seed) => {
        const history = new History(nodes.map(placed), drawing(seed), tally);
        await history.run();
        for (const { change, crash } of changed) await history.change(change, crash);
      },
    ),
    { numRuns: CASES, includeErrorInReport: true },
  );
  console.log([...tally].map(([what, count]) => `${count} ${what}`).join(', '));
  // Nothing of this was missed by a distribution that has become lopsided.
  for (const what of [
    'runs',
    'executed',
    'restored',
    'inconclusive',
    'failed',
    'blocked',
    'skipped',
    'crashes',
  ])
    assert.ok((tally.get(what) ?? 0) > CASES / 20, what);
});

oracle.run();
