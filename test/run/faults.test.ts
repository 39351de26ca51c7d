/**
 * Runs on a disk that is full, refuses, loses power, or whose process is killed, at every single
 * change that a run makes: one clear message, nothing torn, nothing lost, and the next run ends
 * as if nothing had happened.
 */
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Cache, CacheError, openCache } from '../../cache/index.ts';
import type { Life } from '../../cache/lease.ts';
import type { RunEvent } from '../../engine/run/event.ts';
import { openJournal, readJournal } from '../../engine/run/journal.ts';
import { type Outcome, StepError } from '../../engine/step.ts';
import type { ExpandedStudy } from '../../engine/study/expanded.ts';
import { type MemoryDisk, memoryDisk, PowerLoss } from '../cache/memory-disk.ts';
import { otherLife } from '../cache/rig.ts';
import { literal, output, step, study } from '../plan/rig.ts';
import { type Desk, drawing, inProcess, Killed, type Ran, runIn, seenBy } from './in-process.ts';

const faults = suite('a failing disk');

// ── A study that does all that a run can do to a disk ───────────────────────────────────────

const toy = step('toy', {
  way: { kind: 'choice', values: ['long', 'open', 'fail'] },
  from: { kind: 'artifact', type: 'text', optional: true },
});

/** A long task with a checkpoint, one without a value, one that fails, one that needs that. */
function everything(): ExpandedStudy {
  return study(
    { name: 'long', of: toy, inputs: { way: literal('long') } },
    { name: 'open', of: toy, inputs: { way: literal('open'), from: output(0) } },
    { name: 'bad/Fe', of: toy, inputs: { way: literal('fail'), from: output(0) } },
    { name: 'after', of: toy, inputs: { way: literal('long'), from: output(2) } },
  );
}

function perform(desk: Desk): Outcome {
  const { values, checkpoint } = desk;
  desk.tell({ kind: 'printed', line: 'a line of the log' });
  const from = values.from === undefined ? 'nothing' : desk.read(values.from);
  if (values.way === 'fail') {
    desk.write('scratch.txt', 'what a failed step leaves');
    throw new StepError('the cell has no volume');
  }
  if (checkpoint.load() === undefined) checkpoint.save(Buffer.from('half way'));
  const out = desk.write('out.txt', `${values.way} after ${from}, and long enough to be cut`);
  const figures = [{ kind: 'table', id: 't', title: 'T', columns: [], rows: [] }] as const;
  if (values.way === 'open') return { kind: 'inconclusive', reason: 'open', outputs: { out } };
  return { kind: 'done', outputs: { out }, figures };
}

function open(disk: MemoryDisk): Cache {
  return openCache('/cache', { disk, life: otherLife() });
}

/** One run of one process, from opening its cache to closing it. */
async function run(
  disk: MemoryDisk,
  seed = 1,
  watch: (event: RunEvent) => void = () => {},
): Promise<Ran> {
  const cache = open(disk);
  try {
    const executor = inProcess(disk, perform, drawing(seed));
    return await within(5, runIn(everything(), cache, executor, { watch }));
  } finally {
    cache.close();
  }
}

async function within<T>(seconds: number, promise: Promise<T>): Promise<T> {
  const stop = new AbortController();
  const late = sleep(seconds * 1000, undefined, { signal: stop.signal }).then(
    () => Promise.reject(new Error(`the run hangs: it did not end within ${seconds} s`)),
    () => new Promise<never>(() => {}),
  );
  try {
    return await Promise.race([promise, late]);
  } finally {
    stop.abort();
  }
}

const EXPECTED = ['record done', 'record inconclusive', 'failed', 'failed'];

function endsOf(ran: Ran): string[] {
  return ran.ended.map((end) =>
    end.kind === 'record' ? `record ${end.record.outcome}` : end.kind,
  );
}

const RESULTS = {
  'long/out.txt': 'long after nothing, and long enough to be cut',
  'open/out.txt':
    'open after long after nothing, and long enough to be cut, and long enough to be cut',
} as const;

/** Nothing torn is there, and another run ends as the first one should have. */
async function expectSound(disk: MemoryDisk, when: string, powerLost = false): Promise<void> {
  const cache = open(disk);
  const { tampered, damaged, evicted } = cache.verify();
  assert.equal([tampered, damaged, evicted], [[], [], []], when);
  cache.close();
  const again = await run(disk);
  assert.equal(endsOf(again), EXPECTED, when);
  for (const [path, text] of Object.entries(RESULTS)) {
    const found = Buffer.from(disk.read(`/results/${path}`)).toString();
    // Copies are not flushed. One that is torn is not ours for certain: it stays, and that is said.
    const isSaid = again.of('task-warned').some(({ message }) => message.includes(path));
    if (found !== text) assert.ok(powerLost && isSaid, `${when}: ${path} is ${found}`);
  }
  assert.is((await run(disk)).counts.restored, 2, when);
}

/** All that a run on a failing disk tells the user of it. */
async function said(disk: MemoryDisk): Promise<string[]> {
  // If the cache cannot be opened or closed, that is one message for the whole run.
  const worded = (error: unknown): string[] => {
    if (error instanceof CacheError) return [error.message];
    throw error;
  };
  let cache: Cache;
  try {
    cache = open(disk);
  } catch (error) {
    return worded(error);
  }
  const ran = await within(5, runIn(everything(), cache, inProcess(disk, perform, drawing(1))));
  try {
    cache.close();
    // What is committed has not failed, whatever could not be tidied up.
    for (const { message } of ran.of('task-failed'))
      assert.not.match(message, /removing|releasing|noting the last/);
    return [...ran.of('task-failed'), ...ran.of('task-warned')]
      .map(({ message }) => message)
      .filter((message) => message !== 'the cell has no volume');
  } catch (error) {
    return worded(error);
  }
}

async function changesOfRun(): Promise<number> {
  const disk = memoryDisk();
  assert.equal(endsOf(await run(disk)), EXPECTED);
  assert.ok(disk.files().some((path) => path.endsWith('/failed/bad/Fe/curie.log')));
  assert.ok(disk.files().some((path) => path.endsWith('/failed/bad/Fe/scratch.txt')));
  return disk.changes();
}

const SAID = { ENOSPC: /no space left/, EACCES: /not writable/, EIO: /failed \(EIO\)/ };

for (const code of ['ENOSPC', 'EACCES', 'EIO'] as const)
  faults(`${code} at any change of a run is one clear message, and nothing is torn`, async () => {
    const total = await changesOfRun();
    for (let at = 1; at <= total; at++)
      for (const lasting of [false, true]) {
        const when = `${code} ${lasting ? 'from' : 'at'} change ${at} of ${total}`;
        const disk = memoryDisk();
        if (lasting) disk.failFrom(at, code);
        else disk.failAt(at, code);
        const messages = await said(disk);
        for (const message of messages) assert.match(message, SAID[code], when);
        if (!lasting) assert.ok(messages.length < 2, `${when}: ${messages.join('; ')}`);
        disk.heal();
        await expectSound(disk, when);
      }
  });

/** Keeps every byte and every name, as the kernel does when only a process dies. */
const keepAll = (n: number): number => (n === 2 ? 1 : 0);

faults(
  'a kill or a power loss at any change of a run tears nothing and loses nothing',
  async () => {
    const total = await changesOfRun();
    for (let at = 1; at <= total; at++)
      for (const [how, fate] of [
        ['killed', keepAll],
        ['nothing unsynced left', () => 1],
        ['power lost', drawing(at)],
        ['power lost', drawing(1000 + at)],
      ] as const) {
        const when = `${how} at change ${at} of ${total}`;
        const disk = memoryDisk();
        const done: string[] = [];
        disk.failAt(at, 'power');
        try {
          await run(disk, at, (event) => {
            if (event.kind === 'task-done' || event.kind === 'task-inconclusive')
              done.push(event.key);
          });
        } catch (error) {
          assert.instance(error, PowerLoss, when);
        }
        const left = disk.restarted(fate);
        for (const mark of left.list('/cache/owners'))
          left.stamp(`/cache/owners/${mark}`, { mtimeNs: 0n });
        const cache = open(left);
        for (const key of done) assert.is(cache.find(key).kind, 'hit', `${when}: ${key} is lost`);
        cache.close();
        await expectSound(left, when, how !== 'killed');
      }
  },
);

/** A process whose life shows only by its mark, as that of another machine. */
function elsewhere(name: string): Life {
  return otherLife({ bootId: `boot of ${name}` });
}

/** Time passes without a sign of life of the process. */
function growStale(disk: MemoryDisk, name: string): void {
  for (const nonce of disk.list('/cache/owners')) {
    const mark = `/cache/owners/${nonce}`;
    if (Buffer.from(disk.read(mark)).includes(`boot of ${name}`)) disk.stamp(mark, { mtimeNs: 0n });
  }
}

faults('a kill at any change of a run, beside another engine that goes on', async () => {
  const total = await changesOfRun();
  for (let at = 1; at <= total; at++) {
    const when = `killed at change ${at} of ${total}`;
    const disk = memoryDisk();
    const mortal = seenBy(disk, (change) => {
      if (change < at) return;
      growStale(disk, 'the killed');
      throw new Killed();
    });
    const other = openCache('/cache', { disk, life: elsewhere('the survivor') });
    const toy = everything();
    const killed = (async () => {
      const cache = openCache('/cache', { disk: mortal, life: elsewhere('the killed') });
      await runIn(toy, cache, inProcess(mortal, perform, drawing(at)));
      cache.close();
    })().catch((error: unknown) => {
      if (!(error instanceof Killed)) throw error;
    });
    const ran = await within(20, runIn(toy, other, inProcess(disk, perform, drawing(at + 1))));
    await killed;
    other.close();
    assert.equal(endsOf(ran), EXPECTED, when);
    await expectSound(disk, when);
  }
});

faults('an engine paused at any change of a commit, and taken over, changes nothing', async () => {
  const alone = study({ name: 'long', of: toy, inputs: { way: literal('long') } });
  /** What another engine makes of the same action, as files. */
  const made = memoryDisk();
  const maker = open(made);
  const other = (desk: Desk): Outcome => ({
    kind: 'done',
    outputs: { out: desk.write('out.txt', 'by the new owner') },
  });
  const [end] = (await runIn(alone, maker, inProcess(made, other, drawing(1)))).ended;
  maker.close();
  if (end?.kind !== 'record') throw new Error('no record');
  const { key } = end.record;
  const files = made.files().filter((path) => /^\/cache\/(ac|cas)\//.test(path));
  let takeovers = 0;
  for (let at = 1; at <= 60; at++) {
    const when = `paused at change ${at}`;
    const disk = memoryDisk();
    const taker = openCache('/cache', { disk, life: elsewhere('the new owner') });
    let isTaken = false;
    // All that the new owner does happens while the old one stands still.
    const paused = seenBy(disk, (change) => {
      if (change !== at) return;
      growStale(disk, 'the paused');
      const lease = taker.lease(key);
      if (lease === undefined) return;
      if (taker.find(key).kind === 'miss') {
        isTaken = true;
        takeovers += 1;
        for (const path of files) {
          disk.makeFolder(dirname(path));
          if (disk.stat(path) === undefined) disk.create(path, made.read(path), 0o444);
        }
      }
      lease.release();
    });
    const cache = openCache('/cache', { disk: paused, life: elsewhere('the paused') });
    const ran = await runIn(alone, cache, inProcess(paused, perform, drawing(at)));
    cache.close();
    const found = taker.find(key);
    if (found.kind === 'miss') throw new Error(`${when}: the result is lost`);
    const text = Buffer.from(disk.read(taker.pathOf(found.record.outputs.out!.digest))).toString();
    assert.is(text, isTaken ? 'by the new owner' : RESULTS['long/out.txt'], when);
    assert.equal(endsOf(ran), ['record done'], when);
    assert.is(disk.files().filter((path) => path.startsWith('/cache/ac/')).length, 1, when);
    assert.equal(disk.list('/cache/quarantine'), [], when);
    taker.close();
  }
  assert.ok(takeovers > 10, `${takeovers} takeovers`);
});

faults('garbage collection at any change of a run takes nothing that the run needs', async () => {
  const old = BigInt(Date.now() - 3 * 24 * 3_600_000) * 1_000_000n;
  /** A disk on which the study ran days ago; of one task the bytes are gone since. */
  const prepared = async (): Promise<MemoryDisk> => {
    const disk = memoryDisk();
    const [, end] = (await run(disk)).ended;
    if (end?.kind !== 'record') throw new Error('no record');
    for (const path of disk.files().filter((each) => each.startsWith('/cache/cas/')))
      disk.stamp(path, { mtimeNs: old, ctimeNs: old });
    const cache = open(disk);
    disk.unlink(cache.pathOf(end.record.outputs.out!.digest));
    cache.close();
    return disk;
  };
  let removed = 0;
  for (let at = 1; at <= 100; at++) {
    const disk = await prepared();
    const watched = seenBy(disk, (change) => {
      if (change !== at) return;
      const collector = open(disk);
      removed += collector.gc({ keepRuns: 1 }).removed.blobs;
      collector.close();
    });
    const cache = openCache('/cache', { disk: watched, life: elsewhere('the run') });
    const ran = await runIn(everything(), cache, inProcess(watched, perform, drawing(at)));
    cache.close();
    assert.equal(endsOf(ran), EXPECTED, `collected at change ${at}`);
    assert.is(ran.counts.failed, 1, `collected at change ${at}`);
    const after = await run(disk);
    assert.is(after.counts.restored, 2, `collected at change ${at}`);
  }
  assert.ok(removed > 0, 'there was something to collect');
});

faults('a journal whose disk is full stops nothing, and what is torn in it is passed over', () => {
  const folder = mkdtempSync(join(tmpdir(), 'curie-journal-'));
  const event: RunEvent = { kind: 'task-stopped', task: 'a', at: 1 };
  symlinkSync('/dev/full', join(folder, 'events.jsonl'));
  const full = openJournal(folder);
  full.write(event);
  full.close();
  rmSync(join(folder, 'events.jsonl'));
  const line = `${JSON.stringify(event)}\n`;
  writeFileSync(join(folder, 'events.jsonl'), `${line}{"kind":"task-st${line}${line}{"ki`);
  assert.equal(readJournal(folder), [event, event]);
  rmSync(folder, { recursive: true });
});

faults.run();
