/** Several engines on one cache: each action once, the dead replaced, the replaced without effect. */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { openCache } from '../../cache/index.ts';
import type { Life } from '../../cache/lease.ts';
import { ownIdentity } from '../../cache/process.ts';
import type { RunEvent } from '../../engine/run/event.ts';
import { type Outcome, StepError } from '../../engine/step.ts';
import type { ExpandedStudy } from '../../engine/study/expanded.ts';
import { type MemoryDisk, memoryDisk } from '../cache/memory-disk.ts';
import { otherLife } from '../cache/rig.ts';
import { literal, output, somewhere, step, study } from '../plan/rig.ts';
import { type Desk, type Draw, drawing, inProcess, type Ran, runIn } from './in-process.ts';
import { project } from './rig.ts';

const engines = suite('several engines on one cache');

const toy = step('toy', {
  name: { kind: 'integer' },
  from: { kind: 'list', of: { kind: 'artifact', type: 'text' }, default: [] },
});

/** Number of a task whose step fails. */
const FAILS = 3;

/** Ten tasks, two of them the same action, which take from tasks before them. */
function randomStudy(draw: Draw): ExpandedStudy {
  const isWide = draw(2) === 0;
  return study(
    ...Array.from({ length: 10 }, (_, k) => {
      // In half of them nobody waits for anybody, so that many are ready and few have begun.
      const from =
        k < 2 || isWide ? [] : [...new Set([draw(k), draw(k)])].filter((other) => other !== FAILS);
      return {
        name: `task-${k}`,
        of: toy,
        inputs: {
          name: literal(k === 1 ? 0 : k),
          from: {
            kind: 'list' as const,
            items: from.map((other) => output(other)),
            span: somewhere,
          },
        },
      };
    }),
  );
}

function perform(desk: Desk): Outcome {
  if (desk.values.name === FAILS) throw new StepError('no');
  const from = Array.isArray(desk.values.from) ? desk.values.from.map(desk.read) : [];
  return { kind: 'done', outputs: { out: desk.write('out.txt', `${desk.values.name}(${from})`) } };
}

/** A process that others can see as long as this one lives. */
const living: Life = { identify: ownIdentity, beat: () => () => {} };

async function engine(disk: MemoryDisk, toys: ExpandedStudy, draw: Draw): Promise<Ran> {
  const cache = openCache('/cache', { disk, life: living });
  const capacity = { cores: 1 + draw(3), memory: 1000, gpus: [] };
  // A slow one finds done what was not when it decided to do it.
  const turns = [1, 50][draw(2)]!;
  const ran = await runIn(toys, cache, inProcess(disk, perform, draw, turns), { capacity });
  cache.close();
  return ran;
}

engines('execute each action once, whatever the order in which their steps end', async () => {
  const cases = Array.from({ length: 150 }, async (_, seed) => {
    const draw = drawing(seed);
    const disk = memoryDisk();
    const toys = randomStudy(draw);
    const count = 2 + (seed % 2);
    const ran = await Promise.all(
      Array.from({ length: count }, (_, k) => engine(disk, toys, drawing(1000 * seed + k))),
    );
    const keys = ran.flatMap((each) =>
      each.of('task-started').flatMap(({ task, key }) => (task === `task-${FAILS}` ? [] : [key])),
    );
    assert.is(keys.length, 8, `seed ${seed}`);
    assert.is(new Set(keys).size, 8, `seed ${seed}`);
    for (const { counts } of ran) assert.is(counts.done + counts.restored, 9, `seed ${seed}`);
    assert.equal(disk.list('/cache/leases'), [], `seed ${seed}`);
    assert.equal(disk.list('/cache/tmp'), [], `seed ${seed}`);
    return keys.length;
  });
  assert.is((await Promise.all(cases)).length, 150);
});

const alone = study({ name: 'only', of: toy, inputs: { name: literal(7) } });

/** Key of the only task. */
async function keyOfOnly(): Promise<string> {
  const [started] = (await engine(memoryDisk(), alone, drawing(1))).of('task-started');
  return started!.key;
}

engines('take over at once from one whose process is gone', async () => {
  const key = await keyOfOnly();
  const disk = memoryDisk();
  const dead = openCache('/cache', { disk, life: otherLife() });
  assert.ok(dead.lease(key) !== undefined);
  const ran = await engine(disk, alone, drawing(1));
  assert.is(ran.counts.done, 1);
  assert.equal(ran.of('task-elsewhere'), []);
});

engines(
  'wait for one in another container, though it has the same pid, until it looks dead',
  async () => {
    const key = await keyOfOnly();
    const disk = memoryDisk();
    const life: Life = {
      identify: (nonce) => ({ ...ownIdentity(nonce), bootId: 'another kernel' }),
      beat: () => () => {},
    };
    const elsewhere = openCache('/cache', { disk, life });
    const lease = elsewhere.lease(key);
    const [mark] = disk.list('/cache/owners');
    const cache = openCache('/cache', { disk, life: living });
    const events: RunEvent[] = [];
    const running = runIn(alone, cache, inProcess(disk, perform, drawing(1)), {
      watch: (event) => events.push(event),
    });
    await sleep(300);
    assert.equal(
      events.map(({ kind }) => kind),
      ['task-elsewhere'],
    );
    // No sign of life for as long as it takes.
    disk.stamp(`/cache/owners/${mark}`, { mtimeNs: 0n });
    assert.is((await running).counts.done, 1);
    assert.not.ok(lease?.isHeld());
    cache.close();
  },
);

engines('restore what the other one has done meanwhile', async () => {
  const key = await keyOfOnly();
  const disk = memoryDisk();
  const other = openCache('/cache', { disk, life: living });
  const lease = other.lease(key)!;
  const waiting = engine(disk, alone, drawing(1));
  const made = memoryDisk();
  const [end] = (await engine(made, alone, drawing(1))).ended;
  if (end?.kind !== 'record') throw new Error('no record');
  await other.addBytes(Buffer.from('7()'));
  await other.commit(end.record, lease);
  lease.release();
  const ran = await waiting;
  assert.equal([ran.counts.done, ran.counts.restored], [0, 1]);
  other.close();
});

engines('stopped and taken over, one commits nothing over its successor', async () => {
  const at = project();
  const text = 'curie: v1\nstudy: toy\nsteps:\n  n: { uses: count, with: { to: 400, pause: 5 } }\n';
  at.write('study.yaml', text);
  const script = fileURLToPath(new URL('stopped-engine.ts', import.meta.url));
  const child = spawn(process.execPath, [script, at.folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.on('data', (chunk) => (said += chunk));
  while (!said.includes('task-progress')) await sleep(10);
  child.kill('SIGSTOP');
  const owners = join(at.cacheFolder, 'owners');
  for (const nonce of readdirSync(owners)) {
    const then = new Date(Date.now() - 40_000);
    utimesSync(join(owners, nonce), then, then);
  }
  const ran = await at.run(text);
  assert.equal(ran.executed, ['n']);
  child.kill('SIGCONT');
  const code = await new Promise((resolve) => child.on('close', resolve));
  assert.is(code, 0);
  const events = said
    .trim()
    .split('\n')
    .map((line): RunEvent => JSON.parse(line));
  const warned = events.flatMap((event) => (event.kind === 'task-warned' ? [event.message] : []));
  assert.is(warned.length, 1);
  assert.match(warned[0]!, /^another run on this cache has taken over/);
  assert.ok(events.some(({ kind }) => kind === 'task-restored'));
  const cache = openCache(at.cacheFolder);
  const key = ran.of('task-started')[0]!.key;
  assert.is(cache.recordOf(key)?.provenance.curie, '0.1.0', 'the record of the new owner');
  const { tampered, damaged } = cache.verify();
  assert.equal([tampered, damaged], [[], []]);
  cache.close();
  const records = readdirSync(join(at.cacheFolder, 'ac', key.slice(0, 2)));
  assert.equal(records, [`${key}.json`]);
  assert.is(readFileSync(at.path('results/n/text.txt'), 'utf8').split('\n').length, 401);
  at.close();
});

engines.run();
