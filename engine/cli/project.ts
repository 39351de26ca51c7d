/** Where a study's cache and results are, and how the commands open both. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Cache, type Content, openCache, sha256 } from '../../cache/index.ts';
import { steps } from '../../steps/index.ts';
import { knowledgeOf } from '../plan/knowledge.ts';
import { type Plan, plan, upstreamAfter } from '../plan/plan.ts';
import type { Upstream } from '../plan/upstream.ts';
import type { Figure } from '../step.ts';
import { DiagnosticError, formatDiagnostics, SET_PREFIX, source } from '../study/diagnostic.ts';
import type { ExpandedStudy, Span, TaskId } from '../study/expanded.ts';
import { loadStudy } from '../study/load.ts';
import { readFile } from '../study/read-file.ts';
import { didYouMean } from '../study/suggest.ts';
import { cachePlace } from './facts.ts';
import { Failure } from './failure.ts';
import { projectRoot } from './places.ts';
import { readSite, type Site } from './site-file.ts';

/** Options that all commands on studies share, as commander hands them over. */
export interface StudyOptions {
  readonly profile?: string;
  readonly set?: readonly string[];
  readonly cache?: string;
}

export interface Project {
  readonly study: ExpandedStudy;
  /** The study file as it was read. */
  readonly text: string;
  readonly site: Site;
  /** Folder of the cache; it need not exist. */
  readonly cacheFolder: string;
  /** Folder of this study's results. */
  readonly results: string;
  /** A place in the study as `file:line:column`, or the `--set` that gave the value. */
  readonly at: (span: Span) => string;
  readonly explain: (error: DiagnosticError) => string;
}

/** Loads a study; throws a `Failure` with all that is wrong with it. */
export function openProject(file: string, options: StudyOptions): Project {
  const { profile, set } = options;
  const loaded = loadStudy(file, {
    registry: steps,
    ...(profile !== undefined && { profile }),
    ...(set !== undefined && { set }),
  });
  if ('diagnostics' in loaded) {
    const { diagnostics } = loaded;
    const count = diagnostics.length === 1 ? 'one problem' : `${diagnostics.length} problems`;
    throw new Failure(
      `${formatDiagnostics(diagnostics, readFile, process.stderr.columns)}\n\n${file}: ${count}; nothing was run`,
    );
  }
  const { study } = loaded;
  const root = projectRoot();
  const site = readSite();
  return {
    study,
    site,
    text: readFileSync(file, 'utf8'),
    cacheFolder: cachePlace(options.cache, site).value,
    results: join(root, 'results', study.name),
    at: (span) => {
      if (span.file.startsWith(SET_PREFIX)) return span.file;
      const place = source(span, readFile);
      return `${place.file}:${place.line}:${place.column}`;
    },
    explain: (error) => formatDiagnostics([error.diagnostic], readFile),
  };
}

/** The cache, for commands that only look: undefined where nothing has run yet. */
export function openForReading(folder: string): Cache | undefined {
  return existsSync(folder) ? openCache(folder, { readOnly: true }) : undefined;
}

/** What happens to every task, from the cache alone; throws a `Failure` where that cannot be said. */
export function planFrom(
  { study, site, explain }: Project,
  cache: Cache | undefined,
  forced?: ReadonlySet<TaskId>,
): Plan {
  try {
    return plan(study, knowledgeOf(study, cache ?? noCache, site.tools, forced));
  } catch (error) {
    throw error instanceof DiagnosticError ? new Failure(explain(error)) : error;
  }
}

/** How each task has ended, as far as the cache holds its result. */
export function endedOf({ decisions }: Plan): Upstream[] {
  return decisions.map(upstreamAfter);
}

const noCache: Pick<Cache, 'find' | 'latestOf' | 'pathOf' | 'digestFile'> = {
  find: () => ({ kind: 'miss', reason: 'first' }),
  latestOf: () => undefined,
  pathOf: (digest) => digest,
  digestFile(path) {
    const bytes = readFileSync(path);
    return { digest: sha256(bytes), size: bytes.length };
  },
};

/** Reads the figures that a record names. */
export function figureReader(cache: Pick<Cache, 'pathOf'>): (of: Content) => readonly Figure[] {
  return ({ digest }) => JSON.parse(readFileSync(cache.pathOf(digest), 'utf8'));
}

/** Tasks that a step's name or a task's own name stands for; throws a `Failure` where none does. */
export function tasksNamed(study: ExpandedStudy, name: string): readonly TaskId[] {
  const step = study.steps.find((each) => each.name === name);
  if (step !== undefined) return step.tasks;
  const tasks = study.tasks.filter(
    (task) => task.name === name || task.name.startsWith(`${name}/`),
  );
  if (tasks.length > 0) return tasks.map(({ id }) => id);
  const known = new Set([
    ...study.steps.map((each) => each.name),
    ...study.tasks.map((task) => task.name),
  ]);
  throw new Failure(`there is no step ${name} in ${study.name}${didYouMean(name, known, 'steps')}`);
}
