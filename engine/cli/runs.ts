/** `curie runs` and `curie diff`: what was run, and what differs between two runs. */
import { type Difference, diffRuns, type RunDiff } from '../provenance/diff.ts';
import { type RunSummary, readSummaries } from '../provenance/summary.ts';
import { formatDuration, formatValue } from '../report/number.ts';
import type { Json, Measured } from '../step.ts';
import { cacheFolder } from './facts.ts';
import { Failure } from './failure.ts';
import { openForReading } from './project.ts';
import { columns, shortened } from './text.ts';

interface RunsOptions {
  readonly cache?: string;
  readonly json?: boolean;
}

export function runsCommand(options: RunsOptions): void {
  const runs = readSummaries(cacheFolder(options));
  if (options.json) {
    console.log(JSON.stringify(runs, null, 2));
    return;
  }
  if (runs.length === 0) console.log('no run has ended here yet');
  const rows = runs.map(({ run, study, profile, started, seconds, tasks }) => {
    const outcomes = Object.values(tasks).map(({ outcome }) => outcome);
    const counts = ['done', 'inconclusive', 'failed', 'skipped', 'not run'].flatMap((kind) => {
      const count = outcomes.filter((outcome) => outcome === kind).length;
      return count === 0 ? [] : [`${count} ${kind}`];
    });
    return [
      run,
      profile === null ? study : `${study} (${profile})`,
      `${started.slice(0, 19).replace('T', ' ')} UTC`,
      formatDuration(seconds),
      counts.join(', '),
    ];
  });
  for (const line of columns(rows)) console.log(line);
}

export function diffCommand(first: string, second: string, options: RunsOptions): void {
  const folder = cacheFolder(options);
  const runs = readSummaries(folder);
  const [was, now] = [runNamed(first, runs), runNamed(second, runs)];
  const cache = openForReading(folder);
  const diff = diffRuns(was, now, (key) => cache?.recordOf(key));
  cache?.close();
  if (options.json) console.log(JSON.stringify(diff, null, 2));
  else for (const line of asText(diff)) console.log(line);
}

/** `last`, `last~1`, or the beginning of a run's name. */
function runNamed(name: string, runs: readonly RunSummary[]): RunSummary {
  const [, back] = /^last(?:~(\d+))?$/.exec(name) ?? [];
  if (name.startsWith('last') && (back !== undefined || name === 'last')) {
    const run = runs[Number(back ?? 0)];
    if (run === undefined)
      throw new Failure(`there is no run ${name}: ${runs.length} have ended here`);
    return run;
  }
  const found = runs.filter(({ run }) => run.startsWith(name));
  if (found.length !== 1)
    throw new Failure(
      found.length === 0
        ? `there is no run ${name}; curie runs lists them, and last, last~1 name the newest`
        : `${name} stands for ${found.length} runs: ${found.map(({ run }) => run).join(', ')}`,
    );
  return found[0]!;
}

function asText({ parameters, files, tasks }: RunDiff): string[] {
  const lines: string[] = [];
  const section = (title: string, rows: readonly (readonly string[])[]): void => {
    if (rows.length > 0) lines.push(title, ...columns(rows).map((line) => `  ${line}`));
  };
  section(
    'parameters',
    parameters.map((each) => row(each, shown)),
  );
  section(
    'files',
    files.map((each) => row(each, (digest) => digest.slice(0, 12))),
  );
  for (const { task, was, now, inputs, values, artifacts } of tasks) {
    const outcome =
      was === null
        ? `new, ${now}`
        : now === null
          ? `gone, was ${was}`
          : was === now
            ? now
            : `${was} -> ${now}`;
    section(`${task}: ${outcome}`, [
      ...inputs.map((each) => row(each, shown)),
      ...values.map((each) => row(each, value)),
      ...(artifacts.length > 0 ? [[artifacts.join(', '), 'other bytes']] : []),
    ]);
    if (inputs.length + values.length + artifacts.length === 0) lines.push(`${task}: ${outcome}`);
  }
  return lines.length === 0 ? ['the two runs used and gave the same'] : lines;
}

function row<T>(of: Difference<T>, text: (value: T) => string): string[] {
  const { name, was, now } = of;
  const [before, after] = [was, now].map((each) => (each === undefined ? undefined : text(each)));
  if (before === undefined) return [name, `added ${after}`];
  if (after === undefined) return [name, `removed, was ${before}`];
  return [name, `${before} -> ${after}`];
}

function shown(value: Json): string {
  return shortened(typeof value === 'string' ? value : JSON.stringify(value), 60);
}

function value({ value: number, standard_error, unit }: Measured): string {
  return `${formatValue(number, standard_error)} ${unit}`;
}
