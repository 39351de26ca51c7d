/** Engines and workers that are killed: nothing is lost, nothing torn, and nobody is left behind. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { openCache } from '../../cache/index.ts';
import type { Ending } from '../../engine/run/protocol.ts';
import { localExecutor } from '../../engine/run/workers.ts';
import { type Project, project, registry } from './rig.ts';

const kills = suite('kills');

let at: Project;
kills.before.each(() => {
  at = project();
});
kills.after.each(() => at.close());

const head = 'curie: v1\nstudy: toy\nsteps:\n';

function engine(text: string): ChildProcess {
  at.write('study.yaml', text);
  const script = fileURLToPath(new URL('kill-child.ts', import.meta.url));
  return spawn(process.execPath, [script, at.folder], { stdio: 'inherit' });
}

async function until(what: string, holds: () => boolean, seconds = 20): Promise<void> {
  for (let k = 0; k < seconds * 50; k++) {
    if (holds()) return;
    await sleep(20);
  }
  throw new Error(`${what} did not come about in ${seconds} s`);
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A killed child that nobody has waited for is dead all the same.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

/** Processes whose parent is `pid`. */
function childrenOf(pid: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((child) => {
      try {
        return new RegExp(`^PPid:\\s+${pid}$`, 'm').test(
          readFileSync(`/proc/${child}/status`, 'utf8'),
        );
      } catch {
        return false;
      }
    });
}

const counting = (trace: string): string =>
  `${head}  n: { uses: count, with: { to: 120, pause: 5, trace: ${trace} } }\n`;
const counted = Array.from({ length: 120 }, (_, k) => `line ${k}\n`).join('');

kills(
  'an engine killed in the middle: the next run continues and ends with the same bytes',
  async () => {
    const text = counting(at.path('trace'));
    const child = engine(text);
    await until(
      'a checkpoint',
      () =>
        existsSync(at.path('cache/ckpt')) &&
        readdirSync(at.path('cache/ckpt')).some((key) =>
          existsSync(at.path(`cache/ckpt/${key}/state`)),
        ),
    );
    await sleep(50);
    const workers = childrenOf(child.pid!);
    assert.ok(workers.length > 0);
    child.kill('SIGKILL');
    await until('the end of the workers', () => !workers.some(alive), 5);
    const ran = await at.run(text);
    assert.ok(ran.of('task-started')[0]?.resumed);
    const [first, second] = at.trace().filter((line) => line.startsWith('count'));
    assert.is(first, 'count from 0');
    assert.ok(Number(second!.split(' ')[2]) > 0, second);
    assert.is(at.read('results/n/text.txt'), counted);
    const cache = openCache(at.cacheFolder);
    const { tampered, damaged } = cache.verify();
    cache.close();
    assert.equal([tampered, damaged], [[], []]);
  },
);

kills('a worker killed in the middle: its task fails, and the next run continues', async () => {
  const text = counting(at.path('trace'));
  const ran = await at.run(text, {
    watch: (event) => {
      if (event.kind !== 'task-progress' || event.fraction < 0.4) return;
      for (const pid of childrenOf(process.pid)) process.kill(pid, 'SIGKILL');
    },
  });
  assert.match(ran.of('task-failed')[0]!.message, /worker process was killed \(SIGKILL\)/);
  const on = await at.run(text);
  assert.ok(on.of('task-started')[0]?.resumed);
  assert.is(at.read('results/n/text.txt'), counted);
});

kills('a worker killed while it has nothing to do is replaced', async () => {
  at.write('in.txt', 'one\n');
  const cache = openCache(at.cacheFolder);
  const executor = localExecutor(registry);
  const attempt = (): Promise<Ending> =>
    executor.start(
      {
        step: 'source',
        values: { file: { path: at.path('in.txt'), digest: '', size: 4 } },
        folder: cache.newFolder(),
        checkpoint: at.path('none'),
        threads: 1,
        gpu: null,
      },
      () => {},
    ).ended;
  assert.is((await attempt()).kind, 'outcome');
  const [idle, ...others] = childrenOf(process.pid);
  assert.equal(others, []);
  process.kill(idle!, 'SIGKILL');
  await until('its end', () => !childrenOf(process.pid).includes(idle!));
  assert.is((await attempt()).kind, 'outcome');
  executor.close();
  cache.close();
});

kills('programs that a step has started die with the engine', async () => {
  const trace = at.path('pids');
  const child = engine(`${head}  t: { uses: trouble, with: { how: children, trace: ${trace} } }\n`);
  await until('the children', () => existsSync(trace));
  const pids = readFileSync(trace, 'utf8').trim().split(/\s+/).map(Number);
  assert.ok(pids.length >= 2 && pids.every(alive));
  child.kill('SIGKILL');
  await until('their end', () => !pids.some(alive), 5);
});

kills('programs that a step has started die with its worker, and when it is stopped', async () => {
  for (const how of ['kill', 'stop']) {
    const trace = at.path(`pids-${how}`);
    const stop = new AbortController();
    const running = at.run(
      `${head}  t: { uses: trouble, with: { how: children, trace: ${trace} } }\n`,
      { signal: stop.signal },
    );
    await until('the children', () => existsSync(trace));
    const pids = readFileSync(trace, 'utf8').trim().split(/\s+/).map(Number);
    if (how === 'kill') for (const pid of childrenOf(process.pid)) process.kill(pid, 'SIGKILL');
    else stop.abort(new Error('stop'));
    await running;
    await until('their end', () => !pids.some(alive), 5);
  }
});

kills.run();
