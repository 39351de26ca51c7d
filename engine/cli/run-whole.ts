/** A run in which things may have to be done: shows how it goes, and ends with table and report. */

import { existsSync, readFileSync } from 'node:fs';
import { arch, availableParallelism, cpus, platform } from 'node:os';
import { type Cache, CacheError, openCache } from '../../cache/index.ts';
import { missingPrograms } from '../plan/tools.ts';
import type { Upstream } from '../plan/upstream.ts';
import { summaryOf, writeSummary } from '../provenance/summary.ts';
import { findDevices } from '../run/devices.ts';
import type { RunEvent } from '../run/event.ts';
import { openJournal } from '../run/journal.ts';
import type { Capacity } from '../run/resources.ts';
import { runStudy } from '../run/run.ts';
import { type Diagnostic, formatDiagnostics } from '../study/diagnostic.ts';
import { gpusToUse, type InForce } from './facts.ts';
import { EXIT, Failure } from './failure.ts';
import { interruptible } from './interrupt.ts';
import { machineOf, stepWorkers } from './machine.ts';
import { shownPath } from './places.ts';
import { selectionOf } from './plan.ts';
import { figureReader, openProject, type Project } from './project.ts';
import { rememberUnchanged } from './remember.ts';
import { reportOf } from './report.ts';
import type { RunOptions } from './run.ts';
import { countsText, viewOf } from './run-view.ts';
import { resultTables } from './table.ts';
import { glossary, terminalWidth } from './text.ts';
import type { RunName } from './unchanged.ts';
import { version } from './version.ts';

export async function runWhole(file: string, options: RunOptions, name: RunName): Promise<void> {
  const project = openProject(file, options);
  const selection = selectionOf(project.study, options);
  const capacity = capacityOf(project, options);
  const { included } = selection;
  const missing = missingPrograms(
    project.study.tasks.filter(({ id }) => included?.has(id) ?? true),
    project.site.tools,
  );
  if (missing.length > 0)
    throw new Failure(formatDiagnostics(missing, readFileSync, process.stderr.columns));
  const cache = openCache(project.cacheFolder);
  try {
    await run(file, name, project, cache, capacity, selection, options);
  } finally {
    cache.close();
  }
}

async function run(
  file: string,
  { id, wallClock, clock }: RunName,
  project: Project,
  cache: Cache,
  capacity: Capacity,
  { included, forced }: ReturnType<typeof selectionOf>,
  options: RunOptions,
): Promise<void> {
  const { study, results, at, explain } = project;
  const root = cache.run(id);
  const journal = openJournal(root.folder);
  const events: RunEvent[] = [];
  const view = await viewOf(options);
  const emit = (event: RunEvent): void => {
    if (event.kind !== 'task-progress') events.push(event);
    journal.write(event);
    view.hear(event);
  };
  const executor = stepWorkers();
  const stop = interruptible(() => view.stopping());
  try {
    emit({
      kind: 'run-started',
      at: 0,
      run: id,
      study: study.name,
      file: study.file,
      profile: study.profile,
      tasks: study.tasks
        .filter((task) => included?.has(task.id) ?? true)
        .map(({ name, step }) => ({ name, step })),
      wallClock,
      pid: process.pid,
    });
    await cache.hashAhead(study.files);
    const { ended, counts } = await runStudy({
      study,
      cache,
      executor,
      capacity,
      results,
      root,
      forced,
      tools: project.site.tools,
      ...(included !== undefined && { included }),
      emit,
      signal: stop.signal,
      clock,
      at,
      explain,
      version: version(),
      host: hostFacts(),
    });
    emit({ kind: 'run-finished', at: clock(), ...counts });
    const about = { run: id, started: wallClock, seconds: clock() / 1000 };
    const contentOf = (path: string) => (existsSync(path) ? cache.digestFile(path) : undefined);
    writeSummary(root.folder, summaryOf(study, ended, contentOf, about));
    await view.close();
    const said = outcomeText(project, cache, ended, events);
    if (!options.json) {
      process.stdout.write(said);
      console.log(`\n${countsText(counts, clock())}`);
    }
    const code = stop.signal.aborted
      ? EXIT.interrupted
      : counts.failed + counts.blocked > 0
        ? EXIT.failed
        : 0;
    const { path } = await reportOf(project, cache, ended, events).catch((error: unknown) => {
      throw error instanceof CacheError && code !== 0 ? new Failure(error.message, code) : error;
    });
    if (!options.json) console.log(`report: ${shownPath(path)}`);
    const conclusion = { run: id, said, report: path };
    rememberUnchanged(file, options, project, cache, ended, events, conclusion);
    if (code !== 0) throw new Failure('', code);
  } finally {
    await view.close();
    stop.dispose();
    executor.close();
    journal.close();
  }
}

function capacityOf({ study, site }: Project, { jobs, gpus }: RunOptions): Capacity {
  const machine = machineOf(jobs, site);
  const wanting = study.tasks.filter(({ resources }) => (resources.gpu ?? 0) > 0);
  const devices =
    gpus === undefined && wanting.length === 0 ? [] : devicesNamed(gpusToUse(gpus, site));
  const diagnostics = wanting.flatMap((task): Diagnostic[] =>
    devices.length > 0
      ? []
      : [
          {
            code: 'no-gpu',
            at: task.span,
            message: `${task.step} asks for a GPU, and this machine has none that may be used: run it where there is one, or leave out resources.gpu`,
            related: [],
          },
        ],
  );
  if (diagnostics.length > 0) {
    const once = [...new Map(diagnostics.map((each) => [each.message, each])).values()];
    throw new Failure(formatDiagnostics(once, readFileSync, process.stderr.columns));
  }
  return { ...machine, gpus: devices };
}

function devicesNamed({ value, from }: InForce<string>): string[] {
  try {
    return findDevices(value, process.env);
  } catch (error) {
    throw new Failure(`${from}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function hostFacts(): { readonly [fact: string]: string | number } {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    system: `${platform()} ${arch()}`,
    node: process.versions.node,
  };
}

/** What the user reads last: values, and what is missing. */
function outcomeText(
  { study }: Project,
  cache: Cache,
  ended: readonly Upstream[],
  events: readonly RunEvent[],
): string {
  const parts: string[] = [];
  const tables = resultTables(study, ended, figureReader(cache));
  if (tables.length > 0) parts.push(tables.join('\n'));
  const open = study.tasks.flatMap(({ id, name }) => {
    const reason = reasonOf(ended[id]!);
    return reason === undefined ? [] : [[name, reason] as const];
  });
  if (open.length > 0) parts.push(inconclusiveText(open).join('\n'));
  for (const event of events) if (event.kind === 'task-failed') parts.push(failureText(event));
  return parts.map((part) => `\n${part}\n`).join('');
}

/** Beside each other where somebody looks; one line each where a program reads. */
function inconclusiveText(open: readonly (readonly [task: string, reason: string])[]): string[] {
  if (!process.stdout.isTTY) return open.map(([name, why]) => `inconclusive: ${name}: ${why}`);
  return ['inconclusive', ...glossary(open, terminalWidth() - 2).map((line) => `  ${line}`)];
}

/** Why a task is inconclusive; undefined if it is not. */
function reasonOf(end: Upstream): string | undefined {
  if (end.kind === 'inconclusive') return end.reason;
  return end.kind === 'record' ? end.record.reason : undefined;
}

function failureText(event: RunEvent & { readonly kind: 'task-failed' }): string {
  return [
    `failed: ${event.task}: ${event.message}`,
    ...event.log.map((line) => `  | ${line}`),
    ...(event.folder === null ? [] : [`  its files and whole log: ${shownPath(event.folder)}`]),
  ].join('\n');
}
