/**
 * Kills engines and workers of real runs at random instants and at single changes of the disk.
 * After each kill the cache is sound, nobody is left behind, and the next run ends with the same
 * bytes as one that was never disturbed.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, globSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as assert from 'uvu/assert';
import { openCache } from '../../cache/index.ts';
import { ownIdentity } from '../../cache/process.ts';
import type { Executor } from '../../engine/run/executor.ts';
import { localExecutor } from '../../engine/run/workers.ts';
import { compiled } from './compiled.ts';
import type { Draw } from './in-process.ts';
import { type Project, project, type Ran, registry } from './rig.ts';

/** Quick tasks of every kind: a large file, checkpoints, a lack, a gather, a failure. */
const STUDY = `curie: v1
study: toy
steps:
  large: { uses: source, with: { file: in.txt } }
  n: { uses: count, matrix: { to: [41, 42, 43] }, with: { to: $matrix.to } }
  open: { uses: measure }
  sure: { uses: measure, with: { value: 7 } }
  table: { uses: table, with: { measured: [$open.density, $sure.density] } }
  bad: { uses: trouble, with: { how: step-error } }
  all: { uses: join, with: { parts: [$table.text, $n.*.text], suffix: end } }
  blocked: { uses: join, with: { parts: $bad.text } }
`;
const LARGE = `${'0123456789'.repeat(120_000)}\nthe rest\n`;

type Way = 'engine' | 'disk' | 'worker' | 'two engines';

/** In every ten kills. */
const WAYS: readonly Way[] = [
  'engine',
  'disk',
  'two engines',
  'engine',
  'disk',
  'worker',
  'engine',
  'disk',
  'engine',
  'disk',
];

/** What an undisturbed run gives. */
interface Reference {
  readonly ends: readonly string[];
  readonly results: { readonly [path: string]: string };
  readonly milliseconds: number;
}

export class KillRounds {
  readonly #code = compiled(
    'test/run/killed-engine.ts',
    'test/run/registry.ts',
    'engine/run/worker.ts',
    'engine/run/guard.ts',
    'cache/heartbeat.ts',
  );
  readonly #executor: Executor = localExecutor(registry);
  #reference: Reference | undefined;
  #place: Project = project();

  /** Kill number `number`, and what has to hold after it. */
  async round(number: number, draw: Draw): Promise<void> {
    this.#reference ??= await this.#undisturbed();
    this.#fresh();
    const way = WAYS[number % WAYS.length]!;
    const what = `kill ${number} (${way})`;
    switch (way) {
      case 'engine':
        await this.#killEngine(draw, this.#engine(0, 1 + draw(2)));
        break;
      case 'disk':
        // About 300 changes, each of them before and after.
        await ended(this.#engine(1 + draw(600), 1 + draw(2)).process);
        break;
      case 'worker':
        await this.#killWorker(draw);
        break;
      case 'two engines': {
        const [victim, survivor] = [this.#engine(0, 1), this.#engine(0, 1)];
        await this.#killEngine(draw, victim);
        assert.is(await ended(survivor.process), 0, `${what}: the other engine`);
        break;
      }
    }
    this.#expectWhole(what);
    this.#expectSame(await this.#run(), what);
  }

  close(): void {
    this.#executor.close();
    this.#place.close();
    rmSync(this.#code, { recursive: true });
  }

  #fresh(): void {
    this.#place.close();
    this.#place = project();
    this.#place.write('in.txt', LARGE);
    this.#place.write('study.yaml', STUDY);
  }

  async #undisturbed(): Promise<Reference> {
    this.#fresh();
    await this.#run();
    this.#fresh();
    const begin = performance.now();
    const ran = await this.#run();
    const milliseconds = performance.now() - begin;
    return { ends: endsOf(ran), results: this.#results(), milliseconds };
  }

  #run(): Promise<Ran> {
    const { start } = this.#executor;
    // It is never taken for dead: its process can be seen. A thread for its heart costs a start.
    const life = { identify: ownIdentity, beat: () => () => {} };
    return this.#place.run(STUDY, { executor: { start, close: () => {} }, life });
  }

  #engine(die: number, cores: number): Engine {
    const script = join(this.#code, 'test/run/killed-engine.js');
    const child = spawn(
      process.execPath,
      [script, this.#place.folder, String(die), String(cores)],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const begun = new Promise<void>((resolve) => {
      child.stdout.once('data', () => resolve());
      child.once('close', () => resolve());
    });
    return { process: child, begun };
  }

  async #killEngine(draw: Draw, engine: Engine): Promise<void> {
    await engine.begun;
    await this.#sleep(draw);
    const workers = childrenOf(engine.process.pid!);
    engine.process.kill('SIGKILL');
    await ended(engine.process);
    for (let k = 0; workers.some(isAlive); k++) {
      assert.ok(k < 250, 'a worker is alive 5 s after its engine was killed');
      await sleep(20);
    }
  }

  async #killWorker(draw: Draw): Promise<void> {
    const engine = this.#engine(0, 2);
    await engine.begun;
    await this.#sleep(draw);
    const workers = childrenOf(engine.process.pid!);
    const victim = workers[draw(Math.max(1, workers.length))];
    if (victim !== undefined && isAlive(victim)) process.kill(victim, 'SIGKILL');
    assert.is(await ended(engine.process), 0, 'the engine goes on without its worker');
  }

  /** A random part of the time that a run takes; workers have to start, too. */
  #sleep(draw: Draw): Promise<void> {
    return sleep(((this.#reference!.milliseconds + 150) * draw(1000)) / 1000);
  }

  /** Nothing in the cache is torn, and what there is of the results is whole. */
  #expectWhole(what: string): void {
    if (!existsSync(join(this.#place.cacheFolder, 'layout.json'))) return;
    const cache = openCache(this.#place.cacheFolder, { readOnly: true });
    const { tampered, damaged, evicted } = cache.verify();
    cache.close();
    assert.equal([tampered, damaged, evicted], [[], [], []], what);
    for (const [path, text] of Object.entries(this.#results()))
      assert.ok(
        text === this.#reference!.results[path],
        `${what}: ${path} is not what it should be`,
      );
  }

  #expectSame(ran: Ran, what: string): void {
    const { ends, results } = this.#reference!;
    assert.equal(endsOf(ran), ends, what);
    assert.equal(Object.keys(this.#results()), Object.keys(results), what);
    this.#expectWhole(what);
  }

  /** Copies for the user; a kill leaves hidden ones under way. */
  #results(): { readonly [path: string]: string } {
    const folder = this.#place.path('results');
    const files = globSync('**/*', { cwd: folder })
      .sort()
      .filter((path) => statSync(join(folder, path)).isFile() && !/(^|\/)\./.test(path));
    return Object.fromEntries(
      files.map((path) => [path, readFileSync(join(folder, path), 'utf8')]),
    );
  }
}

interface Engine {
  readonly process: ChildProcess;
  readonly begun: Promise<void>;
}

function endsOf(ran: Ran): string[] {
  return ran.ended.map((end) => {
    if (end.kind !== 'record') return end.kind;
    const { outcome, outputs } = end.record;
    return `${outcome} ${Object.entries(outputs)
      .map(([name, { digest }]) => `${name} ${digest}`)
      .join(', ')}`;
  });
}

function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => child.once('close', resolve));
}

/** Processes whose parent is `pid`. */
export function childrenOf(pid: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((child) => statusOf(child).includes(`\nPPid:\t${pid}\n`));
}

/** A killed child that nobody has waited for is dead all the same. */
export function isAlive(pid: number): boolean {
  const status = statusOf(pid);
  return status !== '' && !status.includes('\nState:\tZ');
}

function statusOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return '';
  }
}
