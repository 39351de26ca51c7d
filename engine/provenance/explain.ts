/**
 * Why a task runs: the leaves in which its action differs from the task's last one, with what
 * they were, what they are, and where the study says so. `plan`, `explain`, the events of a run
 * and the report all show this value.
 */
import type { ActionRecord, Miss } from '../../cache/index.ts';
import { canonicalJson } from '../../cache/index.ts';
import { type Action, actionFromJson, type Part } from '../plan/action.ts';
import type { Origin } from '../plan/findings.ts';
import type { Skip } from '../plan/resolve.ts';
import type { InputField, Json } from '../step.ts';
import type { Binding, ExpandedStudy, Span, Task } from '../study/expanded.ts';

export type Reason =
  /** Never done before. */
  | { readonly kind: 'first' }
  | { readonly kind: 'forced' }
  /** The result is known, the bytes of `what` were collected from the cache. */
  | { readonly kind: 'evicted'; readonly what: string }
  /** The bytes of `what` were changed in the cache; the changed ones are at `path`. */
  | { readonly kind: 'tampered'; readonly what: string; readonly path: string }
  | { readonly kind: 'changed'; readonly changes: readonly Change[] };

/** One leaf of an action that differs from the last one. */
export interface Change {
  readonly what:
    | 'value'
    | 'file'
    | 'upstream'
    | 'step'
    | 'revision'
    | 'step source'
    | 'tool'
    | 'platform';
  /** Which: an input or a part of one (`temperature`, `composition.C`, `frames[1]`), a file of the step, a tool. */
  readonly name: string;
  /** Absent where there was nothing; a default is written out. */
  readonly was?: string;
  readonly now?: string;
  /** The file or the task and output whose bytes changed. */
  readonly source?: string;
  /** Where the study says it now. */
  readonly span?: Span;
}

/** Why an action that cannot be restored has to run. */
export function reasonToRun(
  miss: Miss,
  action: Action,
  latest: ActionRecord | undefined,
  task: Task,
  study: ExpandedStudy,
  origins: ReadonlyMap<string, Origin>,
): Reason {
  if (miss.reason === 'evicted') return { kind: 'evicted', what: miss.what };
  if (miss.reason === 'tampered') return { kind: 'tampered', what: miss.what, path: miss.path };
  const before = latest === undefined ? undefined : actionFromJson(latest.action);
  if (before === undefined) return { kind: 'first' };
  const changes = differences(before, action, task, study, origins);
  return changes.length === 0 ? { kind: 'first' } : { kind: 'changed', changes };
}

/**
 * The reason in one line, such as
 * `temperature: 1750 K -> 2000 K (fe-cr-c.yaml:23:37)`.
 *
 * @param at  writes a place in the study as `file:line:column`
 */
export function describeReason(reason: Reason, at: (span: Span) => string): string {
  switch (reason.kind) {
    case 'first':
      return 'first run';
    case 'forced':
      return 'forced';
    case 'evicted':
      return `evicted: ${reason.what} was collected from the cache`;
    case 'tampered':
      return `tampered: ${reason.what} was changed in the cache (the changed bytes are at ${reason.path})`;
    case 'changed': {
      const [first, ...others] = reason.changes;
      const more = others.length === 0 ? '' : `, and ${others.length} more`;
      return `${describeChange(first!, at)}${more}`;
    }
  }
}

/** Why a task is skipped, in one line. */
export function describeSkip(
  because: Skip,
  study: ExpandedStudy,
  at: (span: Span) => string,
): string {
  return because.kind === 'upstream'
    ? `${study.tasks[because.task]!.name} was skipped`
    : `its condition does not hold (${at(because.span)})`;
}

/** One change in one line. */
export function describeChange(change: Change, at: (span: Span) => string): string {
  const source = change.source === undefined ? '' : ` (${change.source})`;
  const place = change.span === undefined ? '' : ` (${at(change.span)})`;
  const kind = change.what === 'value' || change.what === 'revision' ? '' : `${change.what} `;
  const values =
    change.was === undefined
      ? `added ${change.now}`
      : change.now === undefined
        ? `removed, was ${change.was}`
        : `${change.was} -> ${change.now}`;
  return `${kind}${change.name}${source}: ${values}${place}`;
}

function differences(
  before: Action,
  now: Action,
  task: Task,
  study: ExpandedStudy,
  origins: ReadonlyMap<string, Origin>,
): Change[] {
  const changes: Change[] = [];
  if (before.step !== now.step)
    return [{ what: 'step', name: 'uses', was: before.step, now: now.step, span: task.span }];
  if (before.revision !== now.revision)
    changes.push({
      what: 'revision',
      name: `revision of ${now.step}`,
      was: String(before.revision),
      now: String(now.revision),
      span: task.span,
    });
  const compare = new Comparison(task, study, origins, changes);
  for (const name of namesOf(before.inputs, now.inputs)) {
    const field = task.interface.inputs[name];
    const standard = standardPart(field);
    const [was, is] = [before.inputs[name] ?? standard, now.inputs[name] ?? standard];
    compare.parts(name, was, is, task.inputs[name], field);
  }
  for (const change of flatDifferences('step source', before.source, now.source))
    changes.push({ ...change, span: task.span });
  const programs = new Map((task.programs ?? []).map(({ name, span }) => [name, span]));
  for (const change of flatDifferences('tool', before.tools, now.tools))
    changes.push({ ...change, span: programs.get(change.name) ?? task.span });
  changes.push(...flatDifferences('platform', before.platform, now.platform));
  return changes;
}

class Comparison {
  readonly #task: Task;
  readonly #study: ExpandedStudy;
  readonly #origins: ReadonlyMap<string, Origin>;
  readonly #changes: Change[];

  constructor(
    task: Task,
    study: ExpandedStudy,
    origins: ReadonlyMap<string, Origin>,
    changes: Change[],
  ) {
    this.#task = task;
    this.#study = study;
    this.#origins = origins;
    this.#changes = changes;
  }

  /** Adds the leaves in which two parts differ. `binding` is where the study gives the new one. */
  parts(
    name: string,
    was: Part | undefined,
    now: Part | undefined,
    binding: Binding | undefined,
    field: InputField | undefined,
  ): void {
    if (canonicalJson(was ?? null) === canonicalJson(now ?? null)) return;
    if (was === undefined || now === undefined) this.#leaf(name, was, now, binding, field);
    else if ('value' in was && 'value' in now)
      this.#values(name, was.value, now.value, binding, field);
    else if ('gather' in was && 'gather' in now)
      this.#multisets(name, was.gather, now.gather, binding);
    else if ('list' in was && 'list' in now && was.list.length === now.list.length)
      for (const [k, part] of now.list.entries())
        this.parts(`${name}[${k}]`, was.list[k], part, itemOf(binding, k), elementOf(field));
    else if ('map' in was && 'map' in now)
      for (const key of namesOf(was.map, now.map))
        this.parts(`${name}.${key}`, was.map[key], now.map[key], entryOf(binding, key), field);
    else this.#leaf(name, was, now, binding, field);
  }

  #values(
    name: string,
    was: Json,
    now: Json,
    binding: Binding | undefined,
    field: InputField | undefined,
  ): void {
    if (canonicalJson(was) === canonicalJson(now)) return;
    if (isList(was) && isList(now) && was.length === now.length) {
      for (const [k, value] of now.entries())
        this.#values(`${name}[${k}]`, was[k]!, value, itemOf(binding, k), elementOf(field));
      return;
    }
    if (isMap(was) && isMap(now)) {
      for (const key of namesOf(was, now)) {
        const [old, fresh] = [was[key], now[key]];
        const entry = entryOf(binding, key);
        if (old !== undefined && fresh !== undefined)
          this.#values(`${name}.${key}`, old, fresh, entry, field);
        else
          this.#leaf(
            `${name}.${key}`,
            old === undefined ? undefined : { value: old },
            fresh === undefined ? undefined : { value: fresh },
            entry,
            field,
          );
      }
      return;
    }
    this.#leaf(name, { value: was }, { value: now }, binding, field);
  }

  /** Elements that are new, each against one that is gone while there are any. */
  #multisets(
    name: string,
    was: readonly Part[],
    now: readonly Part[],
    binding: Binding | undefined,
  ): void {
    const gone = countParts(was);
    const fresh: Part[] = [];
    for (const part of now) {
      const text = canonicalJson(part);
      const same = gone.get(text)?.pop();
      if (same === undefined) fresh.push(part);
    }
    const left = [...gone.values()].flat();
    for (const part of fresh) this.#leaf(name, left.shift(), part, binding, undefined);
    for (const part of left) this.#leaf(name, part, undefined, binding, undefined);
  }

  #leaf(
    name: string,
    was: Part | undefined,
    now: Part | undefined,
    binding: Binding | undefined,
    field: InputField | undefined,
  ): void {
    const digest = now === undefined ? undefined : digestIn(now);
    const origin =
      binding?.kind === 'output'
        ? binding
        : digest === undefined
          ? undefined
          : this.#origins.get(digest);
    // What was removed has no place of its own any more.
    const span = origin?.span ?? binding?.span ?? this.#task.span;
    this.#changes.push({
      what: origin === undefined ? 'value' : origin.kind === 'file' ? 'file' : 'upstream',
      name,
      ...(was !== undefined && { was: shown(was, field) }),
      ...(now !== undefined && { now: shown(now, field) }),
      ...(origin !== undefined && { source: this.#named(origin) }),
      span,
    });
  }

  #named(origin: Origin): string {
    if (origin.kind === 'file') return origin.path;
    return `$${this.#study.tasks[origin.task]?.name ?? origin.task}.${origin.output}`;
  }
}

function flatDifferences(
  what: 'step source' | 'tool' | 'platform',
  was: { readonly [name: string]: Json } = {},
  now: { readonly [name: string]: Json } = {},
): Change[] {
  return namesOf(was, now)
    .filter((name) => canonicalJson(was[name] ?? null) !== canonicalJson(now[name] ?? null))
    .map((name) => ({
      what,
      name,
      ...(name in was && { was: short(was[name]!) }),
      ...(name in now && { now: short(now[name]!) }),
    }));
}

function namesOf(a: object, b: object): string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].sort();
}

function standardPart(field: InputField | undefined): Part | undefined {
  const standard = field !== undefined && 'default' in field ? field.default : undefined;
  return standard === undefined ? undefined : { value: standard };
}

function countParts(parts: readonly Part[]): Map<string, Part[]> {
  const counted = new Map<string, Part[]>();
  for (const part of parts) {
    const text = canonicalJson(part);
    const same = counted.get(text);
    if (same === undefined) counted.set(text, [part]);
    else same.push(part);
  }
  return counted;
}

function digestIn(part: Part): string | undefined {
  if ('content' in part) return part.content;
  return 'measured' in part ? part.measured : undefined;
}

function itemOf(binding: Binding | undefined, k: number): Binding | undefined {
  return binding?.kind === 'list' ? (binding.items[k] ?? binding) : binding;
}

function entryOf(binding: Binding | undefined, key: string): Binding | undefined {
  return binding?.kind === 'map' ? (binding.entries[key] ?? binding) : binding;
}

function elementOf(field: InputField | undefined): InputField | undefined {
  return field?.kind === 'list' ? field.of : field;
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function isMap(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shown(part: Part, field: InputField | undefined): string {
  if ('value' in part) return valueShown(part.value, field);
  if ('gather' in part) return `${part.gather.length} gathered`;
  if ('list' in part) return `${part.list.length} elements`;
  if ('map' in part) return `${Object.keys(part.map).length} entries`;
  return short('content' in part ? part.content : part.measured);
}

function valueShown(value: Json, field: InputField | undefined): string {
  if (typeof value === 'string') return value;
  const unit = field?.kind === 'quantity' && typeof value === 'number' ? ` ${field.unit}` : '';
  return `${short(canonicalJson(value))}${unit}`;
}

const DIGEST_SHOWN = 12;
const LONGEST = 60;

/** Digests by their first digits; long values cut. */
function short(value: Json): string {
  const text = typeof value === 'string' ? value : canonicalJson(value);
  if (/^[0-9a-f]{64}$/.test(text)) return text.slice(0, DIGEST_SHOWN);
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 1)}…`;
}
