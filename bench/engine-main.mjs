/**
 * curie as a whole process on a generated graph, for `engine.ts`: the built package with two steps
 * more, which write one small file each. `node bench/engine-main.mjs FOLDER fan|chain N trivial|exec`.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const dist = fileURLToPath(new URL('../dist/', import.meta.url));
const [folder, shape, count, step] = process.argv.slice(2);
const n = Number(count);

const { openCache } = await import(join(dist, 'cache/index.js'));
const { runStudy } = await import(join(dist, 'engine/run/run.js'));
const { localExecutor } = await import(join(dist, 'engine/run/workers.js'));
const { loadStudy } = await import(join(dist, 'engine/study/load.js'));
const { openJournal } = await import(join(dist, 'engine/run/journal.js'));
const registryFile = new URL('engine-registry.mjs', import.meta.url).href;
const { steps } = await import(registryFile);

const file = join(folder, 'study.yaml');
if (!existsSync(file)) writeFileSync(file, studyText());
const loaded = loadStudy(file, { registry: steps });
if ('diagnostics' in loaded) throw new Error(JSON.stringify(loaded.diagnostics.slice(0, 3)));

const cache = openCache(join(folder, 'cache'));
const executor = localExecutor(registryFile);
const root = cache.run(`${Date.now()}`);
const journal = openJournal(root.folder);
const begin = performance.now();
const { counts } = await runStudy({
  study: loaded.study,
  cache,
  executor,
  capacity: { cores: 2, memory: 8000, gpus: [] },
  results: join(folder, 'results'),
  root,
  emit: journal.write,
  clock: () => Math.round(performance.now() - begin),
  at: () => '',
  explain: (error) => error.message,
  version: '0.1.0',
  host: {},
});
journal.close();
executor.close();
cache.close();
if (counts.done + counts.restored !== loaded.study.tasks.length)
  throw new Error(JSON.stringify(counts));
process.exit();

/** Two axes, so that no list of the file is long. */
function studyText() {
  if (shape === 'chain') {
    if (step === 'trivial')
      return `curie: v1\nstudy: bench\nsteps:\n  t:\n    uses: next\n    with: { from: { file: in.txt } }\n    repeat: { carry: { from: $outputs.text }, until: $( outputs.number >= ${n} ), max: ${n} }\n`;
    const lines = Array.from({ length: n }, (_, k) => {
      const from = k === 0 ? 'in.txt' : `$t${k - 1}.text`;
      return `  t${k}: { uses: exec, with: { command: [cp, in, out], files: { in: ${from} } }, outputs: { text: { file: out, type: bytes } } }`;
    });
    return `curie: v1\nstudy: bench\nsteps:\n${lines.join('\n')}\n`;
  }
  const side = Math.ceil(Math.sqrt(n));
  const labels = (length) => Array.from({ length }, (_, k) => k).join(', ');
  const body =
    step === 'trivial'
      ? `    uses: trivial\n    with: { a: $matrix.a, b: $matrix.b, from: { file: in.txt } }`
      : `    uses: exec\n    with: { command: [cp, in, out], files: { in: in.txt }, env: { A: $matrix.a, B: $matrix.b } }\n    outputs: { text: { file: out, type: bytes } }`;
  return `curie: v1\nstudy: bench\nsteps:\n  t:\n${body}\n    matrix: { a: [${labels(Math.floor(n / side))}], b: [${labels(side)}] }\n`;
}
