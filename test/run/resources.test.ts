/** What runs beside what: never more than the machine has, and all of it in use where it can be. */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { openCache } from '../../cache/index.ts';
import { ownIdentity } from '../../cache/process.ts';
import type { Executor } from '../../engine/run/executor.ts';
import { type Capacity, shareThreads } from '../../engine/run/resources.ts';
import type { ExpandedStudy, Task } from '../../engine/study/expanded.ts';
import { memoryDisk } from '../cache/memory-disk.ts';
import { otherLife } from '../cache/rig.ts';
import { literal, output, step, study } from '../plan/rig.ts';
import { type Desk, drawing, inProcess, type Ran, runIn } from './in-process.ts';

const resources = suite('resources');

// ── Threads ─────────────────────────────────────────────────────────────────────────────────

function shares(cores: number, ...ranges: readonly (readonly [number, number])[]): number[] {
  const demands = ranges.map(([min, max]) => ({ threads: { min, max }, memory: 0, gpu: 0 }));
  return shareThreads(demands, cores);
}

resources('a task alone gets all the cores that it can use', () => {
  assert.equal(shares(8, [1, 99]), [8]);
  assert.equal(shares(8, [1, 4]), [4]);
  assert.equal(shares(8, [2, 2]), [2]);
});

resources('what is left over goes round one by one, to all that can use more', () => {
  assert.equal(shares(8, [1, 99], [1, 99]), [4, 4]);
  assert.equal(shares(8, [1, 99], [1, 99], [1, 99]), [3, 3, 2]);
  assert.equal(shares(8, [1, 2], [1, 99], [1, 1]), [2, 5, 1]);
  assert.equal(shares(4, [1, 99], [2, 99], [1, 99]), [1, 2, 1]);
  assert.equal(shares(4), []);
});

resources(
  'threads never add up to more than the cores, nor leave one idle that could be used',
  () => {
    const range = fc.tuple(fc.integer({ min: 1, max: 3 }), fc.nat(6));
    fc.assert(
      fc.property(fc.array(range, { maxLength: 8 }), fc.nat(16), (raw, spare) => {
        const ranges = raw.map(([min, more]) => [min, min + more] as const);
        const fewest = ranges.reduce((sum, [min]) => sum + min, 0);
        const given = shares(fewest + spare, ...ranges);
        const sum = given.reduce((total, share) => total + share, 0);
        const most = ranges.reduce((total, [, max]) => total + max, 0);
        assert.is(sum, Math.min(most, fewest + spare));
        for (const [k, [min, max]] of ranges.entries())
          assert.ok(given[k]! >= min && given[k]! <= max);
      }),
      { numRuns: 2000 },
    );
  },
);

// ── Through the run ─────────────────────────────────────────────────────────────────────────

const toy = step('toy', {
  name: { kind: 'integer' },
  from: { kind: 'list', of: { kind: 'artifact', type: 'text' }, default: [] },
});

interface Wish {
  readonly threads: readonly [min: number, max: number];
  readonly memory: number;
  readonly gpu: number;
  readonly after: readonly number[];
}

function studyOf(wishes: readonly Wish[]): ExpandedStudy {
  const plain = study(
    ...wishes.map(({ after }, k) => ({
      name: `task-${k}`,
      of: toy,
      inputs: {
        name: literal(k),
        from: {
          kind: 'list' as const,
          items: after.map((other) => output(other)),
          span: { file: '/studies/toy.yaml', start: 0, end: 1 },
        },
      },
    })),
  );
  const asking = plain.tasks.map((task, k): Task => {
    const { threads, memory, gpu } = wishes[k]!;
    const [min, max] = threads;
    return { ...task, resources: { threads: { min, max }, memory, gpu } };
  });
  return { ...plain, tasks: asking };
}

/** Looks at all that run, each time that one of them ends. */
class Watch {
  readonly #wishes: readonly Wish[];
  readonly #capacity: Capacity;
  readonly #running = new Map<number, { threads: number; readonly gpu: string | null }>();
  mostAtOnce = 0;

  constructor(wishes: readonly Wish[], capacity: Capacity) {
    this.#wishes = wishes;
    this.#capacity = capacity;
  }

  over(inner: Executor): Executor {
    return {
      start: (assignment, tell) => {
        const name = Number(assignment.values.name);
        const one = { threads: assignment.threads, gpu: assignment.gpu };
        this.#running.set(name, one);
        const attempt = inner.start(assignment, tell);
        return {
          ended: attempt.ended.finally(() => this.#running.delete(name)),
          setThreads(threads) {
            one.threads = threads;
            attempt.setThreads(threads);
          },
          stop: () => attempt.stop(),
        };
      },
      close: () => inner.close(),
    };
  }

  look(): void {
    const { cores, memory, gpus } = this.#capacity;
    const all = [...this.#running].map(([k, now]) => ({ ...this.#wishes[k]!, now }));
    this.mostAtOnce = Math.max(this.mostAtOnce, all.length);
    const threads = all.reduce((sum, { now }) => sum + now.threads, 0);
    assert.ok(threads <= cores, `${threads} threads on ${cores} cores`);
    for (const {
      now,
      threads: [min, max],
    } of all)
      assert.ok(now.threads >= Math.min(min, cores) && now.threads <= max);
    const megabytes = all.reduce((sum, each) => sum + each.memory, 0);
    assert.ok(all.length === 1 || megabytes <= memory, `${megabytes} MB of ${memory}`);
    for (const { gpu, now } of all) assert.is(gpu > 0, now.gpu !== null);
    for (const device of gpus) {
      const share = all.reduce((sum, { gpu, now }) => sum + (now.gpu === device ? gpu : 0), 0);
      assert.ok(share <= 1 + 1e-9, `${share} of one device`);
    }
  }
}

async function run(wishes: readonly Wish[], capacity: Capacity, seed = 1): Promise<[Ran, Watch]> {
  const disk = memoryDisk();
  const cache = openCache('/cache', { disk, life: otherLife() });
  const watch = new Watch(wishes, capacity);
  const perform = (desk: Desk) => {
    watch.look();
    const out = desk.write('out.txt', String(desk.values.name));
    return { kind: 'done', outputs: { out } } as const;
  };
  const executor = watch.over(inProcess(disk, perform, drawing(seed)));
  const ran = await runIn(studyOf(wishes), cache, executor, { capacity });
  cache.close();
  assert.is(ran.counts.done, wishes.length);
  assert.equal(disk.list('/cache/gpu'), []);
  return [ran, watch];
}

const wish = fc.record({
  threads: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 3, max: 9 })),
  memory: fc.constantFrom(1, 400, 600, 2000),
  gpu: fc.constantFrom(0, 0, 0.25, 1 / 3, 0.5, 0.6, 1),
  after: fc.array(fc.nat(9), { maxLength: 1 }),
});

resources(
  'a run never takes more cores, memory or devices than there are, and always ends',
  async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(wish, { minLength: 1, maxLength: 10 }),
        fc.record({
          cores: fc.integer({ min: 1, max: 6 }),
          memory: fc.constantFrom(500, 1000, 4000),
          gpus: fc.constantFrom(['a'], ['a', 'b'], ['a', 'b', 'c']),
        }),
        fc.noShrink(fc.integer()),
        async (raw, capacity, seed) => {
          const wishes = raw.map((each, k) => ({
            ...each,
            after: k === 0 ? [] : each.after.map((other) => other % k),
          }));
          await run(wishes, capacity, seed);
        },
      ),
      { numRuns: 200 },
    );
  },
);

const plain: Wish = { threads: [1, 1], memory: 1, gpu: 0, after: [] };
const machine: Capacity = { cores: 8, memory: 1000, gpus: ['a'] };
const several = (count: number, of: Partial<Wish>): Wish[] =>
  Array.from({ length: count }, () => ({ ...plain, ...of }));

for (const [what, wishes, together] of [
  ['as many tasks as cores run at once', several(20, {}), 8],
  ['two tasks of half the memory run at once', several(4, { memory: 500 }), 2],
  ['a task that asks for more memory than there is runs alone', several(3, { memory: 5000 }), 1],
  [
    'a task that asks for more cores than there are runs alone',
    several(3, { threads: [64, 64] }),
    1,
  ],
  ['two halves share a device', several(4, { gpu: 0.5 }), 2],
  ['0.6 and 0.6 do not', several(4, { gpu: 0.6 }), 1],
  ['three thirds share a device', several(6, { gpu: 1 / 3 }), 3],
  [
    'a share is rounded up to sixtieths: six sevenths share a device',
    several(9, { gpu: 1 / 7 }),
    6,
  ],
] as const)
  resources(what, async () => {
    const [, watch] = await run(wishes, machine);
    assert.is(watch.mostAtOnce, together);
  });

resources('0.5 is refused where two devices have 0.4 left each', async () => {
  const wishes = [...several(2, { gpu: 0.6 }), ...several(1, { gpu: 0.5 })];
  const [, watch] = await run(wishes, { ...machine, gpus: ['a', 'b'] });
  assert.is(watch.mostAtOnce, 2);
});

resources('tasks that need no device do not wait for those that do', async () => {
  const wishes = [...several(100, { gpu: 1 }), ...several(3, {})];
  const [ran] = await run(wishes, machine);
  const started = ran.of('task-started').map(({ task }) => task);
  assert.equal(started.slice(0, 4), ['task-0', 'task-100', 'task-101', 'task-102']);
});

resources('two engines on one cache share a device by turns, and both end', async () => {
  const disk = memoryDisk();
  const seen = { identify: ownIdentity, beat: () => () => {} };
  let holders = 0;
  const engine = async (first: number): Promise<Ran> => {
    const cache = openCache('/cache', { disk, life: seen });
    const wishes = several(first + 2, { gpu: 1 });
    // Different tasks: nothing but the device is shared.
    const all = studyOf(wishes);
    const own = { ...all, tasks: all.tasks.slice(first).map((task, id) => ({ ...task, id })) };
    const perform = (desk: Desk) => {
      assert.is(desk.gpu, 'a');
      return { kind: 'done', outputs: { out: desk.write('out.txt', 'x') } } as const;
    };
    const inner = inProcess(disk, perform, drawing(first));
    const counting: Executor = {
      start(assignment, tell) {
        holders += 1;
        assert.is(holders, 1, 'the device has one user');
        const attempt = inner.start(assignment, tell);
        return { ...attempt, ended: attempt.ended.finally(() => (holders -= 1)) };
      },
      close: () => inner.close(),
    };
    const ran = await runIn(own, cache, counting, { capacity: machine });
    cache.close();
    return ran;
  };
  const [one, two] = await Promise.all([engine(0), engine(2)]);
  assert.equal([one.counts.done, two.counts.done], [2, 2]);
  assert.equal(disk.list('/cache/gpu'), []);
});

resources.run();
