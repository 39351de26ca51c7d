/**
 * The engine against ninja, make, Snakemake and wireit on the same generated graphs in one run:
 * `node bench/engine.ts [--quick] [--without snakemake,wireit]`, after `npm run build`.
 *
 * Graphs: a fan of n independent tasks, and a chain of n. Every task writes one small file. curie
 * runs its tasks twice: in warm workers (`trivial`) and as programs (`exec`, /bin/cp). Peers that
 * are not installed are named and left out. Goals on 2 cores (docs/measurements.md has results):
 * nothing to do: 1,000 tasks < 0.25 s, 10,000 < 0.6 s, 100,000 < 4 s; cold, 10,000 tasks: at most
 * 5 ms a task on disk; programs: at most 8 ms each, and twice as fast as wireit; plan time linear;
 * memory < 400 MB at 100,000.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const quick = process.argv.includes('--quick');
const without = process.argv[process.argv.indexOf('--without') + 1]?.split(',') ?? [];
const base = mkdtempSync(join(tmpdir(), 'curie-bench-'));

interface Timing {
  readonly seconds: number;
  /** Peak resident memory, MB. */
  readonly memory: number;
  readonly ok: boolean;
  readonly output: string;
}

/** Wall time and peak memory of a whole process, start-up included. */
function time(command: readonly string[], cwd: string, limit = 1200): Timing {
  const ran = spawnSync('/usr/bin/env', ['python3', join(root, 'bench', 'peak.py'), ...command], {
    cwd,
    encoding: 'utf8',
    timeout: limit * 1000,
    maxBuffer: 1 << 28,
    env: { ...process.env, NO_COLOR: '1' },
  });
  const [, seconds, memory] = /took ([\d.]+) s, peak (\d+) kB\s*$/.exec(ran.stderr) ?? [];
  return {
    seconds: Number(seconds ?? limit),
    memory: Number(memory ?? 0) / 1000,
    ok: ran.status === 0,
    output: ran.stdout + ran.stderr,
  };
}

type Shape = 'fan' | 'chain';

interface Engine {
  readonly name: string;
  /** Writes its files for n tasks; undefined where this engine cannot do the shape. */
  prepare(folder: string, shape: Shape, n: number): readonly string[] | undefined;
  readonly most: { readonly [S in Shape]: number };
}

function has(program: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
}

/** The file that task k reads: that of the task before it in a chain, a common one in a fan. */
const input = (shape: Shape, k: number): string =>
  shape === 'fan' || k === 0 ? 'in.txt' : `out/${k - 1}`;

const indices = (n: number): number[] => Array.from({ length: n }, (_, k) => k);

const curie = (step: 'trivial' | 'exec'): Engine => ({
  name: step === 'trivial' ? 'curie, steps' : 'curie, programs',
  most: { fan: 100_000, chain: step === 'trivial' ? 100_000 : 1000 },
  prepare(folder, shape, n) {
    writeFileSync(join(folder, 'n'), `${shape} ${n} ${step}`);
    return [
      process.execPath,
      join(root, 'bench', 'engine-main.mjs'),
      folder,
      shape,
      String(n),
      step,
    ];
  },
});

const ninja: Engine = {
  name: 'ninja',
  most: { fan: 100_000, chain: 10_000 },
  prepare(folder, shape, n) {
    const rules = indices(n).map((k) => `build out/${k}: cp ${input(shape, k)}`);
    writeFileSync(
      join(folder, 'build.ninja'),
      `rule cp\n  command = cp $in $out\n${rules.join('\n')}\n`,
    );
    return ['ninja', '-j2', '--quiet'];
  },
};

const make: Engine = {
  name: 'make',
  most: { fan: 100_000, chain: 10_000 },
  prepare(folder, shape, n) {
    const rules = indices(n).map((k) => `out/${k}: ${input(shape, k)}\n\tcp $< $@\n`);
    const all = indices(n).map((k) => `out/${k}`);
    writeFileSync(join(folder, 'Makefile'), `all: ${all.join(' ')}\n${rules.join('')}`);
    return ['make', '-s', '-j2'];
  },
};

const snakemake: Engine = {
  name: 'Snakemake',
  most: { fan: 1000, chain: 0 },
  prepare(folder, shape, n) {
    if (shape !== 'fan') return undefined;
    writeFileSync(
      join(folder, 'Snakefile'),
      `rule all:\n    input: expand("out/{k}", k=range(${n}))\nrule copy:\n    input: "in.txt"\n    output: "out/{k}"\n    shell: "cp {input} {output}"\n`,
    );
    return ['snakemake', '-j2', '--quiet'];
  },
};

const wireit: Engine = {
  name: 'wireit',
  most: { fan: 1000, chain: 0 },
  prepare(folder, shape, n) {
    if (shape !== 'fan') return undefined;
    const tasks = indices(n).map((k) => [
      `t${k}`,
      { command: `cp in.txt out/${k}`, files: ['in.txt'], output: [`out/${k}`] },
    ]);
    const all = { dependencies: indices(n).map((k) => `t${k}`) };
    const wired = { all, ...Object.fromEntries(tasks) };
    const scripts = Object.fromEntries(Object.keys(wired).map((name) => [name, 'wireit']));
    writeFileSync(
      join(folder, 'package.json'),
      JSON.stringify({ name: 'fan', private: true, scripts, wireit: wired }),
    );
    const installed = time(
      ['npm', 'install', '--no-audit', '--no-fund', '--silent', 'wireit'],
      folder,
    );
    if (!installed.ok) return undefined;
    return ['env', 'WIREIT_PARALLEL=2', 'npm', 'run', '--silent', 'all'];
  },
};

const engines: Engine[] = [curie('trivial'), curie('exec')];
for (const peer of [ninja, make, snakemake, wireit]) {
  const program = { ninja: 'ninja', make: 'make', Snakemake: 'snakemake', wireit: 'npm' }[
    peer.name
  ]!;
  if (without.includes(peer.name.toLowerCase())) continue;
  if (has(program)) engines.push(peer);
  else console.log(`no ${program} on this machine: ${peer.name} is left out`);
}
if (!existsSync(join(root, 'dist', 'engine'))) throw new Error('npm run build first');

const sizes = quick ? [100, 1000] : [1000, 10_000, 100_000];
console.log(
  '| graph | engine | cold | a task | nothing to do | memory |\n|---|---|---|---|---|---|',
);
for (const shape of ['fan', 'chain'] as const) {
  for (const n of sizes) {
    for (const engine of engines) {
      const cold = n > 10_000 && engine.name !== 'curie, steps';
      if (n > engine.most[shape] || cold) continue;
      const folder = join(base, `${shape}-${n}-${engine.name.replaceAll(/\W/g, '')}`);
      mkdirSync(join(folder, 'out'), { recursive: true });
      writeFileSync(join(folder, 'in.txt'), '0\n');
      const command = engine.prepare(folder, shape, n);
      if (command === undefined) continue;
      const first = time(command, folder);
      // Files that are less than two seconds old are trusted by nobody who is careful.
      spawnSync('sleep', ['2.5']);
      time(command, folder);
      const again = [0, 1, 2]
        .map(() => time(command, folder))
        .sort((a, b) => a.seconds - b.seconds)[1]!;
      if (!first.ok || !again.ok) console.log(first.output.slice(-500), again.output.slice(-500));
      console.log(
        `| ${shape} of ${n.toLocaleString('en-US')} | ${engine.name} | ${first.seconds.toFixed(2)} s | ${((1000 * first.seconds) / n).toFixed(2)} ms | ${again.seconds.toFixed(2)} s | ${Math.max(first.memory, again.memory).toFixed(0)} MB |`,
      );
      rmSync(folder, { recursive: true, force: true });
    }
  }
}
rmSync(base, { recursive: true, force: true });
