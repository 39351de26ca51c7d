/**
 * The engine against ninja, make, Snakemake and wireit on the same generated graphs in one run:
 * `node bench/engine.ts [--sizes 1000,10000] [--without snakemake,wireit]`, after `npm run build`. The
 * disk is that of TMPDIR.
 *
 * Graphs: a fan of n independent tasks, and a chain of n. Every task writes one small file. curie
 * runs its tasks twice: steps in warm workers, and programs (`exec`, /bin/cp). Peers that
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

/** A step of one's own that writes a small file, and one that counts on from the file it reads. */
const STEPS = {
  trivial: {
    inputs: '{ a: { kind: integer }, b: { kind: integer } }',
    code: "export async function run({ a, b }, task) {\n  writeFileSync(join(task.folder, 'out'), [a, b, ''].join(' '));\n  return { kind: 'done', outputs: { text: { file: 'out' }, number: a } };\n}\n",
  },
  next: {
    inputs: '{ from: { kind: artifact, type: text } }',
    code: "export async function run({ from }, task) {\n  const number = Number(readFileSync(from.path, 'utf8')) + 1;\n  writeFileSync(join(task.folder, 'out'), String(number));\n  return { kind: 'done', outputs: { text: { file: 'out' }, number } };\n}\n",
  },
};

function writeSteps(folder: string): void {
  for (const [name, { inputs, code }] of Object.entries(STEPS)) {
    mkdirSync(join(folder, name));
    writeFileSync(
      join(folder, name, 'step.yaml'),
      `curie: v1\nstep: ${name}\nabout: Writes a number.\ndeterminism: exact\nresources: { cpu: 1, memory: 10 MB }\ninputs: ${inputs}\noutputs:\n  text: { kind: artifact, type: text, extension: txt }\n  number: { kind: integer }\n`,
    );
    writeFileSync(
      join(folder, name, 'run.ts'),
      `import { readFileSync, writeFileSync } from 'node:fs';\nimport { join } from 'node:path';\n${code}`,
    );
  }
}

/** A fan is a matrix of two axes, so that no list of the file is long; a chain of steps a repetition. */
function studyText(shape: Shape, n: number, of: 'steps' | 'programs'): string {
  const head = 'curie: v1\nstudy: bench\nsteps:\n';
  if (shape === 'chain') {
    if (of === 'steps')
      return `${head}  t:\n    uses: ./next\n    with: { from: { file: in.txt } }\n    repeat: { carry: { from: $outputs.text }, until: $( outputs.number >= ${n} ), max: ${n} }\n`;
    return `${head}${indices(n)
      .map(
        (k) =>
          `  t${k}: { uses: exec, with: { command: [cp, in, out], files: { in: ${k === 0 ? 'in.txt' : `$t${k - 1}.text`} } }, outputs: { text: { file: out, type: bytes } } }\n`,
      )
      .join('')}`;
  }
  const side = Math.ceil(Math.sqrt(n));
  const labels = (length: number): string => indices(length).join(', ');
  const body =
    of === 'steps'
      ? '    uses: ./trivial\n    with: { a: $matrix.a, b: $matrix.b }\n'
      : '    uses: exec\n    with: { command: [cp, in, out], files: { in: in.txt }, env: { A: $matrix.a, B: $matrix.b } }\n    outputs: { text: { file: out, type: bytes } }\n';
  return `${head}  t:\n${body}    matrix: { a: [${labels(Math.floor(n / side))}], b: [${labels(side)}] }\n`;
}

const curie = (of: 'steps' | 'programs'): Engine => ({
  name: `curie, ${of}`,
  most: { fan: 100_000, chain: of === 'steps' ? 100_000 : 1000 },
  prepare(folder, shape, n) {
    writeSteps(folder);
    writeFileSync(join(folder, 'study.yaml'), studyText(shape, n, of));
    return [process.execPath, join(root, 'dist/engine/cli/main.js'), 'run', 'study.yaml'];
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

const engines: Engine[] = [curie('steps'), curie('programs')];
for (const peer of [ninja, make, snakemake, wireit]) {
  const program = { ninja: 'ninja', make: 'make', Snakemake: 'snakemake', wireit: 'npm' }[
    peer.name
  ]!;
  if (without.includes(peer.name.toLowerCase())) continue;
  if (has(program)) engines.push(peer);
  else console.log(`no ${program} on this machine: ${peer.name} is left out`);
}
if (!existsSync(join(root, 'dist', 'engine'))) throw new Error('npm run build first');

const sizes = process.argv[process.argv.indexOf('--sizes') + 1]
  ?.match(/^\d+(,\d+)*$/)?.[0]
  .split(',')
  .map(Number) ?? [1000, 10_000, 100_000];
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
