/**
 * What runs again and what does not: the table of nine rows that all engines were put through
 * (in.txt -> A -> mid -> B -> out; A's output depends on the first line of in.txt only), and
 * random studies with random edits against a naive evaluator.
 */
import {
  chmodSync,
  mkdirSync,
  readFileSync,
  rmSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { digestOf, type Json, openCache, sha256 } from '../../cache/index.ts';
import { memoryDisk } from '../cache/memory-disk.ts';
import { freshFolder, otherLife } from '../cache/rig.ts';
import {
  contentOf,
  file,
  gather,
  literal,
  output,
  type Program,
  runToy,
  step,
  study,
  ToyFailure,
  type ToyRun,
  type ToyTask,
} from './rig.ts';

const behaviour = suite('what runs again');

const text = { kind: 'artifact', type: 'text' } as const;
const stepA = step('a', { source: { kind: 'file' }, times: { kind: 'integer', default: 1 } });
const stepB = step('b', { mid: text });

/** The chain in a folder of its own. */
function chain() {
  const folder = freshFolder();
  const source = join(folder, 'in.txt');
  const results = join(folder, 'results');
  const cache = openCache(join(folder, 'cache'));
  const programs: { readonly [step: string]: Program } = {
    a: ({ source, times }, read) => read(source!).split('\n')[0]!.repeat(Number(times)),
    b: ({ mid }, read) => `<${read(mid!)}>`,
  };
  let warnings: string[] = [];
  async function run(times = 1): Promise<string> {
    const toy = study(
      { name: 'A', of: stepA, inputs: { source: file(source), times: literal(times) } },
      { name: 'B', of: stepB, inputs: { mid: output(0) } },
    );
    const ran = await runToy(toy, cache, programs, {
      contentOf: (path) => cache.digestFile(path),
      read: (path) => readFileSync(path, 'utf8'),
    });
    warnings = [];
    for (const [task, name] of [
      ['A', 'mid.txt'],
      ['B', 'out.txt'],
    ] as const) {
      const shown = cache.materialise(contentOf(ran.texts[task]!), results, name);
      if (shown.kind === 'restored') warnings.push(name);
      assert.is(readFileSync(join(results, name), 'utf8'), ran.texts[task]);
    }
    assert.is(ran.texts.B, `<${readFileSync(source, 'utf8').split('\n')[0]!.repeat(times)}>`);
    return ran.executed.join('');
  }
  return { folder, source, results, cache, run, warnings: () => warnings };
}

behaviour('the nine rows', async () => {
  const { source, results, run, warnings } = chain();
  writeFileSync(source, 'one\ntwo');
  assert.is(await run(), 'AB', 'cold');
  assert.is(await run(), '', 'again');
  const later = new Date(Date.now() + 5000);
  utimesSync(source, later, later);
  assert.is(await run(), '', 'input touched');
  writeFileSync(source, 'one\nthree');
  assert.is(await run(), 'A', 'input edited, same intermediate: early cutoff');
  assert.is(await run(2), 'AB', 'parameter changed');
  assert.is(await run(1), '', 'parameter changed back');
  writeFileSync(join(results, 'mid.txt'), 'tampered');
  assert.is(await run(), '', 'intermediate tampered');
  assert.equal(warnings(), ['mid.txt'], 'restored, and said so');
  unlinkSync(join(results, 'out.txt'));
  assert.is(await run(), '', 'output deleted');
  unlinkSync(join(results, 'mid.txt'));
  assert.is(await run(), '', 'intermediate deleted');
  assert.equal(warnings(), []);
});

behaviour(
  'an intermediate tampered with in the store runs again, what follows does not',
  async () => {
    const { source, cache, run } = chain();
    writeFileSync(source, 'one');
    await run();
    const blob = cache.pathOf(sha256('one'));
    chmodSync(blob, 0o644);
    writeFileSync(blob, 'onf');
    assert.is(await run(), 'A');
    assert.is(await run(), '');
  },
);

behaviour('a deleted cache means a first run, not an error', async () => {
  const { folder, source, run } = chain();
  writeFileSync(source, 'one');
  await run();
  for (const part of ['ac', 'cas'])
    rmSync(join(folder, 'cache', part), { recursive: true, force: true });
  mkdirSync(join(folder, 'cache', 'cas', 'sha256'), { recursive: true });
  mkdirSync(join(folder, 'cache', 'ac'));
  assert.is(await run(), 'AB');
});

// ── Random studies ──────────────────────────────────────────────────────────────────────────

const joining = step('join', {
  mark: { kind: 'text', default: 'x' },
  parts: { kind: 'list', of: text, default: [] },
  bag: { kind: 'list', of: text, default: [] },
});

/** One task: what it takes in order, what it gathers, and its parameters. */
interface Node {
  readonly mark: string;
  /** How many characters of the result stay: makes different inputs give the same bytes. */
  readonly keep: number;
  readonly takes: readonly number[];
  readonly gathers: readonly number[];
  readonly fails: boolean;
}

const node: fc.Arbitrary<Node> = fc.record({
  mark: fc.constantFrom('x', 'y', 'z'),
  keep: fc.constantFrom(1, 2, 99),
  takes: fc.array(fc.nat(7), { maxLength: 2 }),
  gathers: fc.array(fc.nat(7), { maxLength: 3 }),
  fails: fc.constant(false),
});

const edit = fc.record({
  task: fc.nat(7),
  what: fc.constantFrom('mark', 'keep', 'fail', 'mend', 'rename', 'tamper', 'nothing', 'shuffle'),
  mark: fc.constantFrom('x', 'y', 'z'),
});

function joined(mark: string, keep: number, parts: readonly string[], bag: readonly string[]) {
  return `${mark}(${[...parts, '|', ...bag].join(',')})`.slice(0, keep);
}

/** Only earlier tasks can be taken from; each once, as a matrix's axis would. */
function earlier(takes: readonly number[], k: number): number[] {
  return [...new Set(takes.filter((other) => other < k))];
}

/** What the study gives, by plain recursion, and what it has to execute, by plain memory. */
class Oracle {
  readonly #done = new Map<string, string>();
  readonly #bytes = new Set<string>();

  run(nodes: readonly Node[]): {
    readonly texts: (string | undefined)[];
    readonly executed: number[];
  } {
    const texts: (string | undefined)[] = [];
    const executed: number[] = [];
    for (const [k, { mark, keep, takes, gathers, fails }] of nodes.entries()) {
      const parts = earlier(takes, k).map((other) => texts[other]);
      const bag = earlier(gathers, k).map((other) => texts[other]);
      const all = [...parts, ...bag];
      if (all.some((one) => one === undefined)) {
        texts.push(undefined);
        continue;
      }
      const digests = bag.map((one) => sha256(one!));
      const inOrder = bag.map((one) => one!).sort(byDigest);
      const memory = digestOf({ mark, keep, parts: parts as Json, bag: digests.sort() });
      let text = this.#done.get(memory);
      if (text === undefined || !this.#bytes.has(text)) {
        executed.push(k);
        text = fails ? undefined : joined(mark, keep, parts as string[], inOrder);
        if (text !== undefined) {
          this.#done.set(memory, text);
          this.#bytes.add(text);
        }
      }
      texts.push(text);
    }
    return { texts, executed };
  }

  /** Bytes were changed behind the cache's back: somebody has to give them again. */
  tampered(text: string): void {
    this.#bytes.delete(text);
  }
}

function byDigest(a: string, b: string): number {
  const [x, y] = [sha256(a), sha256(b)];
  return x < y ? -1 : x > y ? 1 : 0;
}

function studyOf(nodes: readonly Node[], names: readonly string[], shuffled: boolean) {
  const tasks = nodes.map(({ mark, keep, takes, gathers }, k): ToyTask => {
    const bag = earlier(gathers, k);
    const parts = earlier(takes, k);
    return {
      name: names[k]!,
      of: joiningKeeping(keep),
      inputs: {
        ...(mark !== 'x' && { mark: literal(mark) }),
        ...(bag.length > 0 && { bag: gather(...(shuffled ? bag.reverse() : bag)) }),
        ...(parts.length > 0 && {
          parts: { kind: 'list', items: parts.map((other) => output(other)), span: line0 },
        }),
      },
    };
  });
  return study(...tasks);
}

const line0 = { file: '/studies/toy.yaml', start: 0, end: 1 };
const kinds = new Map<number, ReturnType<typeof step>>();

function joiningKeeping(keep: number) {
  const known = kinds.get(keep) ?? { ...joining, type: `join${keep}` };
  kinds.set(keep, known);
  return known;
}

behaviour('random studies with random edits give what a naive evaluator gives', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(node, { minLength: 1, maxLength: 8 }),
      fc.array(edit, { maxLength: 8 }),
      async (first, edits) => {
        const disk = memoryDisk();
        const oracle = new Oracle();
        let nodes = first;
        let names = nodes.map((_, k) => `task-${k}`);
        let shuffled = false;
        let cache = openCache('/cache', { disk, life: otherLife() });
        let last: ToyRun | undefined;
        for (const change of [undefined, ...edits]) {
          const k = (change?.task ?? 0) % nodes.length;
          const altered: Partial<Node> =
            change?.what === 'mark'
              ? { mark: change.mark }
              : change?.what === 'keep'
                ? { keep: 2 }
                : change?.what === 'fail'
                  ? { fails: true }
                  : change?.what === 'mend'
                    ? { fails: false }
                    : {};
          nodes = nodes.map((one, j) => (j === k ? { ...one, ...altered } : one));
          if (change?.what === 'rename') names = names.map((name) => `${name}'`);
          if (change?.what === 'shuffle') shuffled = !shuffled;
          const given = last?.texts[names[k]!];
          if (change?.what === 'tamper' && given !== undefined) {
            disk.tamper(cache.pathOf(sha256(given)), (bytes) => Buffer.concat([bytes, bytes]));
            oracle.tampered(given);
            cache = openCache('/cache', { disk, life: otherLife() });
          }
          let running = -1;
          const expected = oracle.run(nodes);
          const program =
            (keep: number): Program =>
            ({ mark, parts, bag }, read) => {
              running += 1;
              if (nodes[expected.executed[running]!]?.fails) throw new ToyFailure();
              const all = (list: Json | undefined) => (Array.isArray(list) ? list.map(read) : []);
              return joined(String(mark), keep, all(parts), all(bag));
            };
          last = await runToy(
            studyOf(nodes, names, shuffled),
            cache,
            { join1: program(1), join2: program(2), join99: program(99) },
            { contentOf, read: (path) => Buffer.from(disk.read(path)).toString() },
          );
          assert.equal(
            last.executed,
            expected.executed.map((task) => names[task]),
          );
          assert.equal(
            names.map((name) => last?.texts[name]),
            expected.texts,
          );
        }
      },
    ),
    { numRuns: 600 },
  );
});

behaviour.run();
