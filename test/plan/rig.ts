/** Studies without YAML, toy steps without workers: what plan tests share. */
import {
  type ActionRecord,
  type Cache,
  type Content,
  digestOf,
  type Json,
  type RecordedOutput,
  sha256,
} from '../../cache/index.ts';
import { actionAsJson } from '../../engine/plan/action.ts';
import { type Decision, decide, type Knowledge } from '../../engine/plan/plan.ts';
import type { Upstream } from '../../engine/plan/upstream.ts';
import type { InputField, OutputField, StepInterface } from '../../engine/step.ts';
import type {
  Binding,
  Condition,
  ExpandedStudy,
  Span,
  Task,
  TaskId,
} from '../../engine/study/expanded.ts';

export const somewhere: Span = { file: '/studies/toy.yaml', start: 0, end: 1 };

/** A place in the study that tests can recognise. */
export function line(n: number): Span {
  return { file: '/studies/toy.yaml', start: n, end: n + 1 };
}

export const at = (span: Span): string => `toy.yaml:${span.start}`;

export function literal(value: Json, span = somewhere): Binding {
  return { kind: 'literal', value, span };
}

export function file(path: string, span = somewhere): Binding {
  return { kind: 'file', path, span };
}

export function output(
  task: TaskId,
  name = 'out',
  span = somewhere,
): Binding & { readonly kind: 'output' } {
  return { kind: 'output', task, output: name, span };
}

export function gather(...tasks: readonly TaskId[]): Binding {
  return { kind: 'gather', elements: tasks.map((task) => output(task)), span: somewhere };
}

export function step(
  type: string,
  inputs: { readonly [name: string]: InputField },
  outputs: { readonly [name: string]: OutputField } = {
    out: { kind: 'artifact', type: 'text', extension: 'txt' },
  },
): StepInterface {
  return {
    type,
    revision: 1,
    about: type,
    inputs,
    outputs,
    resources: { threads: { min: 1, max: 1 }, memory: 1 },
    determinism: 'exact',
    cites: [],
    load: () => Promise.reject(new Error('toy steps have no code to load')),
  };
}

export interface ToyTask {
  readonly name: string;
  readonly of: StepInterface;
  readonly inputs?: { readonly [name: string]: Binding };
  readonly after?: readonly TaskId[];
  readonly partial?: boolean;
  readonly when?: readonly Condition[];
}

export function study(...tasks: readonly ToyTask[]): ExpandedStudy {
  return {
    name: 'toy',
    file: '/studies/toy.yaml',
    parameters: {},
    profile: null,
    steps: [],
    files: [],
    sources: [],
    tasks: tasks.map(
      (task, id): Task => ({
        id,
        name: task.name,
        step: task.name.split('/')[0]!,
        labels: {},
        interface: task.of,
        inputs: task.inputs ?? {},
        after: task.after ?? [],
        resources: {},
        partial: task.partial ?? false,
        timeout: null,
        ...(task.when !== undefined && { when: task.when }),
        span: somewhere,
      }),
    ),
  };
}

/** A file's content as `digestFile` tells it. */
export function contentOf(text: string): Content {
  return { digest: sha256(text), size: Buffer.byteLength(text) };
}

/** Nothing known, no file there: what a test does not say, the plan must not ask. */
export const ignorance: Knowledge = {
  find: () => ({ kind: 'miss', reason: 'first' }),
  latestOf: () => undefined,
  contentOf: (path) => {
    throw new Error(`${path} was not expected to be read`);
  },
  pathOf: (digest) => `/cas/${digest}`,
};

/** A record as a run would have left it. */
export function record(
  outputs: { readonly [name: string]: RecordedOutput },
  inconclusive?: string,
  action: Json = { toy: digestOf(outputs) },
): ActionRecord {
  return {
    schema: 'curie/record@1',
    key: digestOf(action),
    action,
    outcome: inconclusive === undefined ? 'done' : 'inconclusive',
    ...(inconclusive !== undefined && { reason: inconclusive }),
    outputs,
    warnings: [],
    provenance: {
      started: '2026-11-24T09:00:00.000Z',
      seconds: 0,
      threads: 1,
      host: {},
      curie: '0.1.0',
    },
  };
}

export function artifact(text: string): RecordedOutput {
  return { kind: 'artifact', ...contentOf(text), type: 'text', extension: 'txt' };
}

export function value(json: Json): RecordedOutput {
  return { kind: 'value', value: json, digest: digestOf(json) };
}

/** What toy steps do: from the values that a worker gets to the text of `out`. */
export type Program = (
  values: { readonly [input: string]: Json },
  read: (artifact: Json) => string,
) => string;

export class ToyFailure extends Error {}

export interface ToyRun {
  readonly executed: string[];
  readonly decisions: readonly Decision[];
  /** Text of `out` of each task that has one. */
  readonly texts: { readonly [task: string]: string };
}

/** Runs a study task by task on a cache, as the engine does, without its processes. */
export async function runToy(
  toy: ExpandedStudy,
  cache: Cache,
  programs: { readonly [step: string]: Program },
  world: {
    readonly contentOf: (path: string) => Content;
    readonly read: (path: string) => string;
    readonly forced?: ReadonlySet<TaskId>;
  },
): Promise<ToyRun> {
  const states: Upstream[] = [];
  const executed: string[] = [];
  const decisions: Decision[] = [];
  const texts: { [task: string]: string } = {};
  const known: Knowledge = {
    ...ignorance,
    find: (key) => cache.find(key),
    latestOf: (task) => cache.latestOf(toy.name, task),
    contentOf: world.contentOf,
    pathOf: (digest) => cache.pathOf(digest),
    ...(world.forced && { forced: world.forced }),
  };
  const read = (of: Json): string => {
    if (typeof of !== 'object' || of === null || !('path' in of)) throw new Error('no artifact');
    return world.read(String(of.path));
  };
  for (const task of toy.tasks) {
    const decision = decide(task, toy, known, (id) => states[id] ?? { kind: 'pending' });
    decisions.push(decision);
    if (decision.kind === 'restore') {
      states[task.id] = { kind: 'record', record: decision.record };
    } else if (decision.kind === 'inconclusive') {
      states[task.id] = { kind: 'inconclusive', key: decision.key, reason: decision.reason };
      continue;
    } else if (decision.kind === 'run') {
      executed.push(task.name);
      let text: string;
      try {
        text = programs[task.interface.type]!(decision.values, read);
      } catch (error) {
        if (!(error instanceof ToyFailure)) throw error;
        states[task.id] = { kind: 'failed' };
        continue;
      }
      const lease = await cache.waitForLease(decision.key);
      const content = await cache.addBytes(Buffer.from(text));
      const out: RecordedOutput = { kind: 'artifact', ...content, type: 'text', extension: 'txt' };
      const done = record({ out }, undefined, actionAsJson(decision.action));
      await cache.commit(done, lease);
      lease.release();
      states[task.id] = { kind: 'record', record: done };
    } else {
      states[task.id] = { kind: 'failed' };
      continue;
    }
    cache.noteLatest(toy.name, task.name, decision.key);
    const state = states[task.id];
    const out = state?.kind === 'record' ? state.record.outputs.out : undefined;
    if (out?.kind === 'artifact') texts[task.name] = world.read(cache.pathOf(out.digest));
  }
  return { executed, decisions, texts };
}
