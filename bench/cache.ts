/**
 * The cache's own speed: hashing on all cores beside `openssl speed`, and the time in which an
 * artifact of 1 GB is put back. `node bench/cache.ts [folder]`.
 *
 * Goals: hashing at 85 % of openssl's SHA-256 on the same cores; 1 GB with a warm stat cache in
 * less than 50 ms, where the file system can copy on write.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  closeSync,
  mkdtempSync,
  openSync,
  rmSync,
  statfsSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { openCache } from '../cache/index.ts';

const folder = mkdtempSync(join(process.argv[2] ?? tmpdir(), 'curie-cache-'));
const cores = availableParallelism();
const PIECE = Buffer.alloc(1 << 20, 'curie');

/** A file of `megabytes`; each its own bytes. */
function fileOf(name: string, megabytes: number): string {
  const path = join(folder, name);
  const file = openSync(path, 'w');
  for (let k = 0; k < megabytes; k++) {
    PIECE.write(`${name} ${k} `);
    writeSync(file, PIECE);
  }
  closeSync(file);
  return path;
}

async function seconds(work: () => unknown): Promise<number> {
  const begin = performance.now();
  await work();
  return (performance.now() - begin) / 1000;
}

const [each, files] = [512, 2 * cores];
const paths = Array.from({ length: files }, (_, k) => fileOf(`part${k}`, each));
const rates: number[] = [];
const theirs: number[] = [];
for (let turn = 0; turn < 3; turn++) {
  const cache = openCache(join(folder, `cache${turn}`));
  const time = await seconds(() => cache.hashAhead(paths));
  cache.close();
  rates.push((files * each) / time / (1e6 / (1 << 20)));
  const said = execFileSync(
    'openssl',
    ['speed', '-mr', '-multi', String(cores), '-seconds', '2', '-bytes', '1048576', 'sha256'],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
  );
  theirs.push(Number(/^\+F:.*:([\d.]+)$/m.exec(said)?.[1]) / 1e6);
}
for (const path of paths) unlinkSync(path);
const [ours, peer] = [Math.max(...rates), Math.max(...theirs)];
console.log(
  `hashing ${files} files of ${each} MB on ${cores} cores: ${ours.toFixed(0)} MB/s; openssl speed: ${peer.toFixed(0)} MB/s; ${((100 * ours) / peer).toFixed(0)} %`,
);

const canClone =
  spawnSync('cp', ['--reflink=always', fileOf('small', 1), join(folder, 'clone')]).status === 0;
const cache = openCache(join(folder, 'cache'));
const large = fileOf('large', 1000);
const content = await cache.addFile(large);
unlinkSync(large);
const results = join(folder, 'results');
cache.materialise(content, results, 'large');
cache.close();
await new Promise((resolve) => setTimeout(resolve, 2500));
const again = openCache(join(folder, 'cache'));
again.materialise(content, results, 'large');
again.digestFile(again.pathOf(content.digest));
const kept = await seconds(() => again.materialise(content, results, 'large'));
unlinkSync(join(results, 'large'));
const restored = await seconds(() => again.materialise(content, results, 'large'));
again.close();
console.log(
  `1 GB on a file system that ${canClone ? 'can' : 'cannot'} copy on write (type 0x${statfsSync(folder).type.toString(16)}): in place ${(1000 * kept).toFixed(1)} ms, restored ${(1000 * restored).toFixed(0)} ms`,
);
rmSync(folder, { recursive: true, force: true });
