/**
 * A random study with its disk, from run to run: after each, what it gave, executed and said of
 * every task, and what is left on the disk, is what the naive evaluator expects.
 */
import * as assert from 'uvu/assert';
import { type Cache, openCache, sha256 } from '../../cache/index.ts';
import type { RunEvent } from '../../engine/run/event.ts';
import { type MemoryDisk, memoryDisk, PowerLoss } from '../cache/memory-disk.ts';
import { otherLife } from '../cache/rig.ts';
import { type Draw, inProcess, type Ran, runIn } from './in-process.ts';
import { type End, Naive, type Node, type Prediction, type World } from './naive.ts';
import { FILES, measured, perform, studyOf } from './random-study.ts';

/** What happens to a study, or to its cache, before it runs again. */
export type Change =
  | {
      readonly kind: 'edit';
      readonly task: number;
      readonly field: keyof Node;
      /** Has the new field, for a task with so many before it. */
      readonly node: (before: number) => Node;
    }
  | { readonly kind: 'fail' | 'mend'; readonly mark: string }
  | { readonly kind: 'write'; readonly file: number; readonly text: string }
  | { readonly kind: Damage; readonly task: number }
  | { readonly kind: 'force'; readonly tasks: readonly number[] }
  | { readonly kind: 'revise' | 'rename' | 'turn' | 'touch' | 'nothing' };

export type Damage = 'tamper' | 'cut' | 'evict' | 'damage record' | 'edit result' | 'lose result';

/** The process is killed, or the power lost, at the change of the disk number `at` of the run. */
export interface Crash {
  readonly kind: 'kill' | 'power';
  readonly at: number;
}

export class History {
  #disk: MemoryDisk = memoryDisk();
  #world: World;
  #names: readonly string[];
  #turned = false;
  #crashed = false;
  #boot = 'boot 1';
  /** Digests and keys of what was changed behind the cache's back. */
  readonly #spoilt = new Set<string>();
  readonly #naive = new Naive();
  readonly #keys = new Map<number, string>();
  readonly #actions = new Map<string, number>();
  readonly #draw: Draw;
  readonly #tally: Map<string, number>;
  #last: readonly End[] = [];

  /** `tally` counts what has come about. */
  constructor(nodes: readonly Node[], draw: Draw, tally: Map<string, number>) {
    this.#draw = draw;
    this.#tally = tally;
    this.#names = nodes.map((_, k) => `task-${k}`);
    this.#world = {
      nodes,
      files: FILES.map(() => 'one'),
      failing: new Set(),
      revision: 1,
      forced: new Set(),
    };
    this.#disk.makeFolder('/data');
    for (const path of FILES) this.#disk.create(path, 'one', 0o644);
    for (const path of ['/', '/data', ...FILES]) this.#disk.sync(path);
  }

  /** Makes the change, then runs the study, which may crash. */
  async change(change: Change, crash?: Crash): Promise<void> {
    const { nodes, files, failing } = this.#world;
    const forced = new Set<number>();
    const world = { ...this.#world, forced };
    switch (change.kind) {
      case 'edit': {
        const k = change.task % nodes.length;
        const edited = { ...nodes[k]!, [change.field]: change.node(k)[change.field] };
        this.#world = { ...world, nodes: nodes.map((each, j) => (j === k ? edited : each)) };
        break;
      }
      case 'fail':
        this.#world = { ...world, failing: new Set([...failing, change.mark]) };
        break;
      case 'mend':
        this.#world = {
          ...world,
          failing: new Set([...failing].filter((each) => each !== change.mark)),
        };
        break;
      case 'write':
        this.#disk.tamper(FILES[change.file]!, () => Buffer.from(change.text));
        this.#disk.sync(FILES[change.file]!);
        this.#world = {
          ...world,
          files: files.map((each, k) => (k === change.file ? change.text : each)),
        };
        break;
      case 'force':
        this.#world = {
          ...world,
          forced: new Set(change.tasks.filter((each) => each < nodes.length)),
        };
        break;
      case 'revise':
        this.#world = { ...world, revision: world.revision + 1 };
        break;
      case 'rename':
        this.#names = this.#names.map((name) => `${name}'`);
        this.#world = world;
        break;
      case 'turn':
        this.#turned = !this.#turned;
        this.#world = world;
        break;
      case 'touch':
        for (const path of FILES) this.#disk.touch(path);
        this.#world = world;
        break;
      case 'nothing':
        this.#world = world;
        break;
      default:
        this.#damage(change.kind, change.task % nodes.length);
        this.#world = world;
    }
    await this.run(crash);
  }

  /** Changes bytes of a task's result. */
  #damage(how: Damage, task: number): void {
    const disk = this.#disk;
    const end = this.#last[task];
    const result = `/results/${this.#names[task]}`;
    if (how === 'lose result') disk.removeTree(result);
    if (how === 'edit result' && disk.stat(`${result}/out.txt`) !== undefined)
      disk.tamper(`${result}/out.txt`, () => Buffer.from('mine'));
    if (how.endsWith('result') || end?.kind !== 'record') return;
    const flip = (bytes: Buffer): Buffer => {
      bytes[0]! ^= 1;
      return bytes;
    };
    if (how === 'damage record') {
      const key = this.#keys.get(end.action)!;
      if (!this.#naive.done.delete(end.action)) return;
      disk.tamper(`/cache/ac/${key.slice(0, 2)}/${key}.json`, flip);
      this.#spoilt.add(key);
      return;
    }
    const blobs = this.#naive.blobsOf(end.action);
    const blob = blobs[this.#draw(blobs.length)]!;
    if (!this.#naive.bytes.delete(blob)) return;
    const digest = sha256(blob);
    if (how === 'evict') disk.unlink(placeOf(digest));
    else {
      disk.tamper(placeOf(digest), how === 'cut' ? (bytes) => bytes.subarray(1) : flip);
      this.#spoilt.add(digest);
    }
  }

  /** Runs the study, to its end or until it crashes; both leave what the naive evaluator says. */
  async run(crash?: Crash): Promise<void> {
    const world = this.#world;
    const disk = this.#disk;
    const given = new Set<string>();
    const executor = inProcess(disk, (desk) => perform(desk, world.failing, given), this.#draw);
    const events: RunEvent[] = [];
    if (crash !== undefined) disk.failAt(crash.at, 'power');
    let ran: Ran | undefined;
    try {
      const cache = this.#open();
      const toy = studyOf(world, this.#names, this.#turned);
      const watch = (event: RunEvent): void => void events.push(event);
      ran = await runIn(toy, cache, executor, { forced: world.forced, watch });
      cache.close();
      // Some writes may fail without a word, because only speed is lost.
      disk.stat('/');
    } catch (error) {
      if (!(error instanceof PowerLoss)) throw error;
      ran = undefined;
    }
    disk.heal();
    const failed = new Set(
      events.flatMap((each) =>
        each.kind === 'task-failed' ? [this.#names.indexOf(each.task)] : [],
      ),
    );
    const prediction = this.#naive.predict(world, { given, failed });
    for (const each of events)
      if ('key' in each) this.#bind(prediction.ends[this.#names.indexOf(each.task)]!, each.key);
    if (ran === undefined) {
      this.#afterCrash(crash!, prediction, events);
      return;
    }
    this.#count('runs');
    this.#count('executed', ran.of('task-started').length);
    for (const [what, count] of Object.entries(ran.counts)) this.#count(what, count);
    this.#expectEnds(prediction, ran);
    this.#expectExecuted(prediction, ran);
    this.#naive.remember(prediction);
    this.#last = prediction.ends;
    this.#expectResults(prediction, ran);
    this.#expectSound();
    if (!this.#crashed)
      for (const folder of ['leases', 'owners', 'tmp'])
        assert.equal(disk.list(`/cache/${folder}`), [], folder);
  }

  #count(what: string, by = 1): void {
    this.#tally.set(what, (this.#tally.get(what) ?? 0) + by);
  }

  #open(): Cache {
    return openCache('/cache', { disk: this.#disk, life: otherLife({ bootId: this.#boot }) });
  }

  /** One key for each action, one action for each key. */
  #bind(end: End, key: string): void {
    if (!('action' in end)) throw new Error(`a task that is ${end.kind} has a key`);
    const known = this.#keys.get(end.action);
    assert.ok(known === undefined || known === key, 'the same action has another key');
    const other = this.#actions.get(key);
    assert.ok(other === undefined || other === end.action, 'two actions have one key');
    this.#keys.set(end.action, key);
    this.#actions.set(key, end.action);
  }

  #expectEnds({ ends }: Prediction, ran: Ran): void {
    const found = ran.ended.map((end, k) => {
      const name = this.#names[k];
      if (end.kind === 'record') {
        const { outcome, outputs, reason } = end.record;
        const { out, value } = outputs;
        return [outcome, out?.digest, value?.kind === 'value' ? value.value : null, reason];
      }
      if (end.kind === 'inconclusive') return ['unrun', end.reason];
      if (end.kind === 'skipped') return ['skipped'];
      return ran.of('task-failed').some((each) => each.task === name) ? ['failed'] : ['blocked'];
    });
    const expected = ends.map((end) => {
      if (end.kind === 'unrun') return ['unrun', end.reason];
      if (end.kind !== 'record') return [end.kind];
      const { text, value, reason } = end;
      const outcome = reason === undefined ? 'done' : 'inconclusive';
      return [outcome, sha256(text), value === undefined ? null : measured(value), reason];
    });
    assert.equal(found, expected);
    const failed = new Set(ran.of('task-failed').map((each) => each.task));
    for (const { by } of ran.of('task-blocked')) assert.ok(failed.has(by), 'blocked by a failure');
    const count = (kind: End['kind']): number => ends.filter((end) => end.kind === kind).length;
    assert.is(ran.counts.failed, count('failed'));
    assert.is(ran.counts.blocked, count('blocked'));
    assert.is(ran.counts.skipped, count('skipped'));
    assert.is(ran.counts.stopped, 0);
    const { done, restored, inconclusive } = ran.counts;
    assert.is(done + restored + inconclusive, count('record') + count('unrun'));
  }

  #expectExecuted({ ends, times }: Prediction, ran: Ran): void {
    const counted = new Map<number, number>();
    for (const { task } of ran.of('task-started')) {
      const end = ends[this.#names.indexOf(task)]!;
      if (!('action' in end)) throw new Error(`${task} was executed although it is ${end.kind}`);
      counted.set(end.action, (counted.get(end.action) ?? 0) + 1);
    }
    for (const action of new Set([...counted.keys(), ...times.keys()])) {
      const { least, most } = times.get(action) ?? { least: 0, most: 0 };
      const executed = counted.get(action) ?? 0;
      const names = this.#names.filter((_, k) => {
        const end = ends[k]!;
        return 'action' in end && end.action === action;
      });
      const what = `${names.join(', ')}: executed ${executed} times, expected ${least} to ${most}`;
      assert.ok(executed >= least && executed <= most, what);
    }
  }

  /** Copies for the user; after a power loss one may be torn, but not without a word. */
  #expectResults({ ends }: Prediction, ran: Ran): void {
    const warned = new Set(ran.of('task-warned').map((each) => each.task));
    for (const [k, end] of ends.entries()) {
      const name = this.#names[k]!;
      if (end.kind !== 'record' || (this.#crashed && warned.has(name))) continue;
      const read = (path: string): string =>
        Buffer.from(this.#disk.read(`/results/${name}/${path}`)).toString();
      assert.is(read('out.txt'), end.text);
      const { outcome, reason, value } = JSON.parse(read('values.json'));
      assert.is(outcome, end.reason === undefined ? 'done' : 'inconclusive');
      assert.is(reason, end.reason);
      assert.is(value?.value, end.value);
    }
  }

  /** Nothing is torn or wrong but what was damaged here. */
  #expectSound(): void {
    const cache = this.#open();
    const { tampered, damaged } = cache.verify();
    cache.close();
    for (const { digest } of tampered) assert.ok(this.#spoilt.has(digest), `${digest} is torn`);
    for (const { key } of damaged) assert.ok(this.#spoilt.has(key), `record ${key} is torn`);
  }

  /** All that was committed is there, and what else there is is whole. */
  #afterCrash({ kind }: Crash, { ends }: Prediction, events: readonly RunEvent[]): void {
    this.#count('crashes');
    this.#crashed = true;
    const left = this.#disk.restarted(kind === 'kill' ? (n) => (n === 2 ? 1 : 0) : this.#draw);
    this.#disk = left;
    if (kind === 'power') this.#boot += '1';
    // A minute later, nobody takes the dead for living.
    for (const mark of left.list('/cache/owners'))
      left.stamp(`/cache/owners/${mark}`, { mtimeNs: 0n });
    this.#expectSound();
    const naive = this.#naive;
    for (const each of events) {
      if (each.kind !== 'task-done' && each.kind !== 'task-inconclusive') continue;
      const end = ends[this.#names.indexOf(each.task)]!;
      if (end.kind !== 'record') continue;
      naive.done.add(end.action);
      for (const blob of naive.blobsOf(end.action)) naive.bytes.add(blob);
    }
    const cache = this.#open();
    for (const [action, key] of this.#keys) {
      const isThere = cache.recordOf(key) !== undefined;
      assert.ok(isThere || !naive.done.has(action), 'a committed record is lost');
      if (isThere) naive.done.add(action);
    }
    cache.close();
    for (const blob of naive.allBlobs()) {
      const path = placeOf(sha256(blob));
      const isThere =
        left.stat(path) !== undefined && Buffer.from(left.read(path)).toString() === blob;
      assert.ok(isThere || !naive.bytes.has(blob), 'committed bytes are lost');
      if (isThere) naive.bytes.add(blob);
    }
  }
}

function placeOf(digest: string): string {
  return `/cache/cas/sha256/${digest.slice(0, 2)}/${digest.slice(2)}`;
}
