/** Runs the study given as text in the folder of a project until it is killed. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openCache } from '../../cache/index.ts';
import { runStudy } from '../../engine/run/run.ts';
import { localExecutor } from '../../engine/run/workers.ts';
import { formatDiagnostics } from '../../engine/study/diagnostic.ts';
import { loadStudy } from '../../engine/study/load.ts';
import { steps } from './registry.ts';

const folder = process.argv[2]!;
const loaded = loadStudy(join(folder, 'study.yaml'), { registry: steps });
if ('diagnostics' in loaded) throw new Error(formatDiagnostics(loaded.diagnostics, readFileSync));
const cache = openCache(join(folder, 'cache'));
await runStudy({
  study: loaded.study,
  cache,
  executor: localExecutor(new URL('registry.ts', import.meta.url).href),
  capacity: { cores: 2, memory: 8000, gpus: [] },
  results: join(folder, 'results'),
  root: cache.run(`killed-${process.pid}`),
  emit: () => {},
  clock: () => 0,
  at: () => '',
  explain: ({ message }) => message,
  version: '0.1.0',
  host: {},
});
cache.close();
process.exit();
