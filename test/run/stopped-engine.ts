/**
 * An engine on another machine, as far as anybody can see, that runs the study in a folder and
 * prints its events.
 */
import { readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { startHeartbeat } from '../../cache/heartbeat.ts';
import { openCache } from '../../cache/index.ts';
import { ownIdentity } from '../../cache/process.ts';
import { runStudy } from '../../engine/run/run.ts';
import { localExecutor } from '../../engine/run/workers.ts';
import { formatDiagnostics } from '../../engine/study/diagnostic.ts';
import { loadStudy } from '../../engine/study/load.ts';
import { steps } from './registry.ts';

const folder = process.argv[2]!;
const loaded = loadStudy(join(folder, 'study.yaml'), { registry: steps });
if ('diagnostics' in loaded) throw new Error(formatDiagnostics(loaded.diagnostics, readFileSync));
const cache = openCache(join(folder, 'cache'), {
  life: {
    identify: (nonce) => ({ ...ownIdentity(nonce), bootId: 'another kernel' }),
    beat: startHeartbeat,
  },
});
const executor = localExecutor(new URL('registry.ts', import.meta.url).href);
await runStudy({
  study: loaded.study,
  cache,
  executor,
  capacity: { cores: 1, memory: 8000, gpus: [] },
  results: join(folder, 'results'),
  root: cache.run(`stopped-${process.pid}`),
  emit: (event) => writeSync(1, `${JSON.stringify(event)}\n`),
  clock: () => 0,
  at: () => '',
  explain: ({ message }) => message,
  version: 'the stopped one',
  host: {},
});
executor.close();
cache.close();
