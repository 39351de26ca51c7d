/** One decision a task with its reason, and explanations that name the one leaf that changed. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { openCache } from '../../cache/index.ts';
import { type Knowledge, plan, takesFrom, tasksNeededBy } from '../../engine/plan/plan.ts';
import { describeReason } from '../../engine/provenance/explain.ts';
import type { StepInterface } from '../../engine/step.ts';
import type { Binding, ExpandedStudy } from '../../engine/study/expanded.ts';
import { memoryDisk } from '../cache/memory-disk.ts';
import { otherLife } from '../cache/rig.ts';
import {
  artifact,
  at,
  contentOf,
  file,
  gather,
  ignorance,
  line,
  literal,
  output,
  record,
  runToy,
  step,
  study,
  type ToyTask,
} from './rig.ts';

const planning = suite('the plan');

const text = { kind: 'artifact', type: 'text' } as const;
const make = step('make', { seed: { kind: 'integer' } });
const use = step('use', { from: text, gain: { kind: 'number', default: 1 } });
const all = step('all', { parts: { kind: 'list', of: text } });

function kinds(toy: ExpandedStudy, known: Partial<Knowledge> = {}): string {
  const { decisions } = plan(toy, { ...ignorance, ...known });
  return decisions.map(({ kind }) => kind).join(' ');
}

const chain = study(
  { name: 'make', of: make, inputs: { seed: literal(1) } },
  { name: 'use', of: use, inputs: { from: output(0) } },
  { name: 'all', of: all, inputs: { parts: gather(0, 1) } },
);

planning('knows the key of what takes from nobody; the rest depends on it', () => {
  const { decisions } = plan(chain, ignorance);
  const [first, second, third] = decisions;
  assert.ok(first?.kind === 'run' && first.because.kind === 'first');
  assert.equal(first.values, { seed: 1 });
  assert.equal(second, { kind: 'wait', task: 1, for: [0] });
  assert.equal(third, { kind: 'wait', task: 2, for: [0, 1] });
});

planning('goes on behind what can be restored', () => {
  const found: Partial<Knowledge> = {
    find: (key) =>
      key === keyOfFirst(chain)
        ? { kind: 'hit', record: record({ out: artifact('made') }) }
        : { kind: 'miss', reason: 'first' },
  };
  assert.is(kinds(chain, found), 'restore run wait');
  assert.is(kinds(chain, { ...found, forced: new Set([0]) }), 'run wait wait');
});

function keyOfFirst(toy: ExpandedStudy): string {
  const [first] = plan(toy, ignorance).decisions;
  return first?.kind === 'run' ? first.key : '';
}

planning('passes a missing value on to all that need it', () => {
  const lacking: Partial<Knowledge> = {
    find: (key) =>
      key === keyOfFirst(chain)
        ? { kind: 'hit', record: record({}, 'a phase vanished') }
        : { kind: 'miss', reason: 'first' },
  };
  const { decisions } = plan(chain, { ...ignorance, ...lacking });
  assert.is(decisions.map(({ kind }) => kind).join(' '), 'restore inconclusive inconclusive');
  for (const decision of decisions.slice(1))
    assert.ok(decision.kind === 'inconclusive' && decision.reason === 'a phase vanished');
});

planning('finds who takes from whom, and what a step needs', () => {
  const nested: Binding = {
    kind: 'map',
    entries: {
      a: { kind: 'list', items: [output(2), gather(0, 1)], span: line(1) },
      b: { kind: 'expression', text: 'x + 1', operands: { x: output(0) }, span: line(1) },
    },
    span: line(1),
  };
  const toy = study(
    { name: 'a', of: make },
    { name: 'b', of: make },
    { name: 'c', of: make, after: [1] },
    { name: 'd/x', of: all, inputs: { parts: nested } },
    { name: 'e', of: make },
  );
  assert.equal(takesFrom(toy.tasks[3]!), [0, 1, 2]);
  assert.equal([...tasksNeededBy(toy, new Set([2]))].sort(), [1, 2]);
  assert.equal([...tasksNeededBy(toy, new Set([3]))].sort(), [0, 1, 2, 3]);
});

planning('takes a chain and a fan of 100,000 tasks, in time proportional to their number', () => {
  const chainOf = (n: number): ExpandedStudy =>
    study(
      ...Array.from(
        { length: n },
        (_, k): ToyTask => ({
          name: `use/${k}`,
          of: k === 0 ? make : use,
          inputs: k === 0 ? { seed: literal(1) } : { from: output(k - 1) },
        }),
      ),
    );
  const fanOf = (n: number): ExpandedStudy =>
    study(
      ...Array.from(
        { length: n },
        (_, k): ToyTask => ({ name: `make/${k}`, of: make, inputs: { seed: literal(k) } }),
      ),
      {
        name: 'all',
        of: all,
        inputs: { parts: gather(...Array.from({ length: n }, (_, k) => k)) },
      },
    );
  const everything: Partial<Knowledge> = {
    find: (key) => ({ kind: 'hit', record: record({ out: artifact(key) }) }),
  };
  const seconds = (toy: ExpandedStudy): number => {
    const started = performance.now();
    const { decisions } = plan(toy, { ...ignorance, ...everything });
    assert.ok(decisions.every(({ kind }) => kind === 'restore'));
    return (performance.now() - started) / 1000;
  };
  for (const [shape, of] of [
    ['chain', chainOf],
    ['fan', fanOf],
  ] as const) {
    seconds(of(1000));
    const small = Math.min(seconds(of(10_000)), seconds(of(10_000)));
    const large = seconds(of(100_000));
    console.log(`${shape}: 10,000 in ${small.toFixed(2)} s, 100,000 in ${large.toFixed(2)} s`);
    // Generous: other work on the machine must not fail it, quadratic growth (100 times) must.
    assert.ok(large < 40 * small, `${shape}: ${large} s against ${small} s for a tenth`);
  }
});

// ── Explanations ────────────────────────────────────────────────────────────────────────────

const explaining = suite('explain');

const density = step(
  'npt',
  {
    temperature: { kind: 'quantity', dimension: 'temperature', unit: 'K' },
    pressure: { kind: 'quantity', dimension: 'pressure', unit: 'GPa', default: 0 },
    composition: { kind: 'composition' },
    lengths: {
      kind: 'list',
      of: { kind: 'quantity', dimension: 'time', unit: 'ps' },
      optional: true,
    },
    frames: { ...text, optional: true },
    parts: { kind: 'list', of: text, default: [] },
  },
  { out: text0() },
);

function text0() {
  return { kind: 'artifact', type: 'text', extension: 'txt' } as const;
}

interface Version {
  readonly inputs?: { readonly [name: string]: Binding };
  readonly files?: { readonly [path: string]: string };
  readonly of?: StepInterface;
  readonly seed?: number;
}

const BASE = {
  temperature: literal(1750, line(10)),
  composition: literal({ Fe: 0.9, C: 0.1 }, line(11)),
};

/** Runs the first version, then says why the second runs its last task. */
async function why(
  before: Version,
  after: Version,
  between?: (
    disk: ReturnType<typeof memoryDisk>,
    texts: { readonly [task: string]: string },
  ) => void,
): Promise<string> {
  const disk = memoryDisk();
  const open = () => openCache('/cache', { disk, life: otherLife() });
  const run = ({ inputs = BASE, files = {}, of = density, seed = 1 }: Version) =>
    runToy(
      study(
        { name: 'make/a', of: make, inputs: { seed: literal(seed) } },
        { name: 'make/b', of: make, inputs: { seed: literal(7) } },
        { name: 'density/Fe', of, inputs },
      ),
      open(),
      {
        make: ({ seed }) => `made from ${seed}`,
        npt: (values) => `density from ${Object.keys(values).length} values`,
      },
      {
        contentOf: (path) => contentOf(files[path]!),
        read: (path) => Buffer.from(disk.read(path)).toString(),
      },
    );
  const first = await run(before);
  between?.(disk, first.texts);
  const { decisions } = await run(after);
  const last = decisions.at(-1)!;
  return last.kind === 'run' ? describeReason(last.because, at) : last.kind;
}

explaining('a first run', async () => {
  const toy = study({ name: 'make', of: make, inputs: { seed: literal(1) } });
  const [first] = plan(toy, ignorance).decisions;
  assert.ok(first?.kind === 'run');
  assert.is(describeReason(first.because, at), 'first run');
});

const given = (more: { readonly [name: string]: Binding }): Version => ({
  inputs: { ...BASE, ...more },
});

for (const [what, before, after, expected] of [
  ['nothing', {}, {}, 'restore'],
  [
    'a parameter',
    {},
    given({ temperature: literal(2000, line(12)) }),
    'temperature: 1750 K -> 2000 K (toy.yaml:12)',
  ],
  [
    'an input that had its default',
    {},
    given({ pressure: literal(5, line(13)) }),
    'pressure: 0 GPa -> 5 GPa (toy.yaml:13)',
  ],
  [
    'one entry of a map',
    {},
    given({ composition: literal({ Fe: 0.8, C: 0.1, Cr: 0.1 }, line(14)) }),
    'composition.Cr: added 0.1 (toy.yaml:14), and 1 more',
  ],
  [
    'one item of a list',
    given({ lengths: literal([1, 2, 3]) }),
    given({ lengths: literal([1, 2, 4], line(15)) }),
    'lengths[2]: 3 ps -> 4 ps (toy.yaml:15)',
  ],
  [
    'an input that is gone',
    given({ lengths: literal([1]) }),
    {},
    'lengths: removed, was [1] (toy.yaml:0)',
  ],
  [
    'the content of a file',
    { ...given({ frames: file('/data/fe.xyz', line(16)) }), files: { '/data/fe.xyz': 'one' } },
    { ...given({ frames: file('/data/fe.xyz', line(16)) }), files: { '/data/fe.xyz': 'two' } },
    'file frames (/data/fe.xyz): 7692c3ad3540 -> 3fc4ccfe7458 (toy.yaml:16)',
  ],
  [
    'what another task gave',
    given({ frames: output(0, 'out', line(17)) }),
    { ...given({ frames: output(0, 'out', line(17)) }), seed: 2 },
    'upstream frames ($make/a.out): f9051c505e41 -> e1c4cba05fdf (toy.yaml:17)',
  ],
  [
    'one element of a gather',
    given({ parts: gather(0, 1) }),
    { ...given({ parts: gather(1, 0) }), seed: 2 },
    'upstream parts ($make/a.out): f9051c505e41 -> e1c4cba05fdf (toy.yaml:0)',
  ],
  [
    'the revision of the step',
    {},
    { of: { ...density, revision: 2 } },
    'revision of npt: 1 -> 2 (toy.yaml:0)',
  ],
  [
    'the step',
    {},
    { of: make, inputs: { seed: literal(3) } },
    'step uses: npt -> make (toy.yaml:0)',
  ],
] as const satisfies readonly (readonly [string, Version, Version, string])[])
  explaining(`${what} changed`, async () => {
    assert.is(await why(before, after), expected);
  });

explaining('bytes that were collected, bytes that were changed', async () => {
  const where = (texts: { readonly [task: string]: string }) => {
    const { digest } = contentOf(texts['density/Fe']!);
    return `/cache/cas/sha256/${digest.slice(0, 2)}/${digest.slice(2)}`;
  };
  assert.is(
    await why({}, {}, (disk, texts) => disk.unlink(where(texts))),
    'evicted: output out was collected from the cache',
  );
  assert.match(
    await why({}, {}, (disk, texts) => disk.tamper(where(texts), () => Buffer.from('other'))),
    /^tampered: output out was changed in the cache \(the changed bytes are at \/cache\/quarantine\//,
  );
});

planning.run();
explaining.run();
