/** What differs between two runs: parameters, files, and what their tasks took and gave. */
import { type ActionRecord, canonicalJson } from '../../cache/index.ts';
import { type Action, actionFromJson, type Part } from '../plan/action.ts';
import { measuredOf } from '../run/record.ts';
import type { Json, Measured } from '../step.ts';
import type { RunSummary, TaskSummary } from './summary.ts';

export interface RunDiff {
  readonly parameters: readonly Difference<Json>[];
  /** Digests. */
  readonly files: readonly Difference<string>[];
  readonly tasks: readonly TaskDiff[];
}

export interface Difference<T> {
  readonly name: string;
  readonly was?: T;
  readonly now?: T;
}

export interface TaskDiff {
  readonly task: string;
  readonly was: TaskSummary['outcome'] | null;
  readonly now: TaskSummary['outcome'] | null;
  /** Plain values among its inputs; bytes and measured values by digest. */
  readonly inputs: readonly Difference<Json>[];
  readonly values: readonly Difference<Measured>[];
  /** Names of outputs whose bytes differ. */
  readonly artifacts: readonly string[];
}

/**
 * Compares runs of one study, or of two.
 *
 * @param recordOf  the record of a key; undefined where it is not in this cache
 */
export function diffRuns(
  was: RunSummary,
  now: RunSummary,
  recordOf: (key: string) => ActionRecord | undefined,
): RunDiff {
  const tasks = namesOf(was.tasks, now.tasks).flatMap((task): TaskDiff[] => {
    const [before, after] = [was.tasks[task], now.tasks[task]];
    if (
      before !== undefined &&
      after !== undefined &&
      before.key === after.key &&
      before.outcome === after.outcome
    )
      return [];
    const [old, fresh] = [before, after].map((each) =>
      each?.key === undefined ? undefined : recordOf(each.key),
    );
    return [
      {
        task,
        was: before?.outcome ?? null,
        now: after?.outcome ?? null,
        inputs: differences(inputsOf(old), inputsOf(fresh)),
        values: differences(old ? measuredOf(old) : {}, fresh ? measuredOf(fresh) : {}),
        artifacts: changedArtifacts(old, fresh),
      },
    ];
  });
  return {
    parameters: differences(was.parameters, now.parameters),
    files: differences(was.files, now.files),
    tasks,
  };
}

function differences<T>(
  was: { readonly [name: string]: T },
  now: { readonly [name: string]: T },
): Difference<T>[] {
  return namesOf(was, now).flatMap((name) => {
    const [before, after] = [was[name], now[name]];
    if (canonicalJson(before ?? null) === canonicalJson(after ?? null)) return [];
    return [
      {
        name,
        ...(before !== undefined && { was: before }),
        ...(after !== undefined && { now: after }),
      },
    ];
  });
}

function inputsOf(record: ActionRecord | undefined): { readonly [input: string]: Json } {
  const action: Action | undefined = record && actionFromJson(record.action);
  if (action === undefined) return {};
  return Object.fromEntries(
    Object.entries(action.inputs).map(([name, part]) => [name, plain(part)] as const),
  );
}

function plain(part: Part): Json {
  if ('value' in part) return part.value;
  if ('content' in part) return part.content.slice(0, 12);
  if ('measured' in part) return part.measured.slice(0, 12);
  if ('gather' in part) return part.gather.map(plain);
  if ('list' in part) return part.list.map(plain);
  return Object.fromEntries(Object.entries(part.map).map(([name, of]) => [name, plain(of)]));
}

function changedArtifacts(was: ActionRecord | undefined, now: ActionRecord | undefined): string[] {
  return namesOf(was?.outputs ?? {}, now?.outputs ?? {}).filter((name) => {
    const [before, after] = [was?.outputs[name], now?.outputs[name]];
    const kind = (after ?? before)?.kind;
    return kind === 'artifact' && before?.digest !== after?.digest;
  });
}

function namesOf(a: object, b: object): string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])];
}
