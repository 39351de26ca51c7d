/**
 * An engine that runs the study in a folder: `node killed-engine.ts FOLDER DIE [CORES]`. DIE above
 * zero: it kills itself right before (odd) or after (even) its change of the cache's disk number
 * DIE / 2. Says `begin` when the run begins.
 */
import { readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { type Disk, realDisk } from '../../cache/disk.ts';
import { openCache } from '../../cache/index.ts';
import { runStudy } from '../../engine/run/run.ts';
import { localExecutor } from '../../engine/run/workers.ts';
import { formatDiagnostics } from '../../engine/study/diagnostic.ts';
import { loadStudy } from '../../engine/study/load.ts';
import { steps } from './registry.ts';

const [folder, die, cores] = process.argv.slice(2);
const deathAt = Math.ceil(Number(die) / 2);
const diesBefore = Number(die) % 2 === 1;

let changes = 0;
function dying<A extends readonly unknown[], R>(act: (...args: A) => R): (...args: A) => R {
  return (...args) => {
    changes += 1;
    if (changes === deathAt && diesBefore) process.kill(process.pid, 'SIGKILL');
    const result = act(...args);
    if (changes === deathAt) process.kill(process.pid, 'SIGKILL');
    return result;
  };
}

const mortal: Disk = {
  ...realDisk,
  create: dying(realDisk.create),
  append: dying(realDisk.append),
  copy: dying(realDisk.copy),
  clone: dying(realDisk.clone),
  link: dying(realDisk.link),
  rename: dying(realDisk.rename),
  unlink: dying(realDisk.unlink),
  makeFolder: dying(realDisk.makeFolder),
  removeFolder: dying(realDisk.removeFolder),
  removeTree: dying(realDisk.removeTree),
  touch: dying(realDisk.touch),
  sync: dying(realDisk.sync),
  syncSoon: dying(realDisk.syncSoon),
};

const loaded = loadStudy(join(folder!, 'study.yaml'), { registry: steps });
if ('diagnostics' in loaded) throw new Error(formatDiagnostics(loaded.diagnostics, readFileSync));
const cache = openCache(join(folder!, 'cache'), { disk: deathAt > 0 ? mortal : realDisk });
// Also where this script has been compiled.
const executor = localExecutor(import.meta.url.replace('killed-engine', 'registry'));
writeSync(1, 'begin\n');
await runStudy({
  study: loaded.study,
  cache,
  executor,
  capacity: { cores: Number(cores ?? 2), memory: 8000, gpus: [] },
  results: join(folder!, 'results'),
  root: cache.run(`${Date.now()}-${process.pid}`),
  emit: () => {},
  clock: () => 0,
  at: () => '',
  explain: ({ message }) => message,
  version: '0.1.0',
  host: {},
});
executor.close();
cache.close();
