/** A project in a folder of its own: a study, its cache, and runs of it in real workers. */
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Cache, openCache } from '../../cache/index.ts';
import type { Life } from '../../cache/lease.ts';
import type { RunEvent } from '../../engine/run/event.ts';
import type { Executor } from '../../engine/run/executor.ts';
import { openJournal } from '../../engine/run/journal.ts';
import type { Capacity } from '../../engine/run/resources.ts';
import { type RunResult, runStudy } from '../../engine/run/run.ts';
import { localExecutor } from '../../engine/run/workers.ts';
import { formatDiagnostics, source } from '../../engine/study/diagnostic.ts';
import type { ExpandedStudy } from '../../engine/study/expanded.ts';
import { loadStudy } from '../../engine/study/load.ts';
import { steps } from './registry.ts';

export const registry = new URL('registry.ts', import.meta.url).href;

export interface Ran extends RunResult {
  readonly events: readonly RunEvent[];
  /** Names of the tasks that were executed, in the order of their start. */
  readonly executed: readonly string[];
  of<K extends RunEvent['kind']>(kind: K): readonly (RunEvent & { readonly kind: K })[];
}

export interface RunChoices {
  readonly capacity?: Partial<Capacity>;
  readonly forced?: readonly string[];
  readonly signal?: AbortSignal;
  readonly executor?: Executor;
  readonly watch?: (event: RunEvent) => void;
  readonly life?: Life;
}

export interface Project {
  readonly folder: string;
  readonly cacheFolder: string;
  path(name: string): string;
  write(name: string, content: string): string;
  append(name: string, content: string): void;
  read(name: string): string;
  /** Lines that steps have noted in a file outside of all that is keyed. */
  trace(name?: string): string[];
  load(text: string): ExpandedStudy;
  run(text: string, choices?: RunChoices): Promise<Ran>;
  close(): void;
}

let runs = 0;

/** @param name  of the project's folder, in one of its own */
export function project(name = 'project'): Project {
  const parent = mkdtempSync(join(tmpdir(), 'curie-run-'));
  const folder = join(parent, name);
  mkdirSync(folder);
  const path = (name: string): string => join(folder, name);
  const cacheFolder = path('cache');
  const self: Project = {
    folder,
    cacheFolder,
    path,
    write(name, content) {
      writeFileSync(path(name), content);
      return path(name);
    },
    append: (name, content) => appendFileSync(path(name), content),
    read: (name) => readFileSync(path(name), 'utf8'),
    trace: (name = 'trace') =>
      existsSync(path(name)) ? self.read(name).split('\n').slice(0, -1) : [],
    load: (text) => load(self.write('study.yaml', text)),
    async run(text, choices = {}) {
      const study = self.load(text);
      const cache = openCache(cacheFolder, choices.life && { life: choices.life });
      const executor = choices.executor ?? localExecutor(registry);
      try {
        return await runIn(study, cache, path('results'), executor, choices);
      } finally {
        executor.close();
        cache.close();
      }
    },
    close: () => rmSync(parent, { recursive: true, force: true }),
  };
  return self;
}

function load(file: string): ExpandedStudy {
  const loaded = loadStudy(file, { registry: steps });
  if ('diagnostics' in loaded) throw new Error(formatDiagnostics(loaded.diagnostics, readFileSync));
  return loaded.study;
}

async function runIn(
  study: ExpandedStudy,
  cache: Cache,
  results: string,
  executor: Executor,
  { capacity, forced = [], signal, watch }: RunChoices,
): Promise<Ran> {
  const begin = performance.now();
  runs += 1;
  const root = cache.run(`${String(Date.now())}-${process.pid}-${runs}`);
  const journal = openJournal(root.folder);
  const events: RunEvent[] = [];
  const result = await runStudy({
    study,
    cache,
    executor,
    capacity: { cores: 2, memory: 8000, gpus: [], ...capacity },
    results,
    root,
    forced: new Set(study.tasks.filter(({ name }) => forced.includes(name)).map(({ id }) => id)),
    emit: (event) => {
      events.push(event);
      journal.write(event);
      watch?.(event);
    },
    ...(signal !== undefined && { signal }),
    clock: () => Math.round(performance.now() - begin),
    at: (span) => {
      const { line, column } = source(span, readFileSync);
      return `study.yaml:${line}:${column}`;
    },
    explain: ({ diagnostic }) => diagnostic.message,
    version: '0.1.0',
    host: {},
  });
  journal.close();
  return {
    ...result,
    events,
    executed: events.flatMap((event) => (event.kind === 'task-started' ? [event.task] : [])),
    of: <K extends RunEvent['kind']>(kind: K) =>
      events.filter((event): event is RunEvent & { readonly kind: K } => event.kind === kind),
  };
}
