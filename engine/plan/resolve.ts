/**
 * From a task's bindings to its key and to the values its worker gets, once the digests of what
 * it takes are known.
 */
import type { InputField, Json } from '../step.ts';
import type {
  Binding,
  Condition,
  Element,
  ExpandedStudy,
  Span,
  Task,
  TaskId,
} from '../study/expanded.ts';
import { evaluateExpression, inBaseForm } from '../study/expression.ts';
import {
  type Action,
  actionOf,
  type Environment,
  keyOf,
  listPart,
  mapPart,
  type Part,
  sameParts,
  sortedByPart,
} from './action.ts';
import { compute } from './computation.ts';
import { type Contents, Findings, type NamedFile, type Origin } from './findings.ts';
import { isProgress, outputIn, settle, unsettledDigest } from './settled.ts';
import type { Upstream } from './upstream.ts';

/** All that resolving asks for besides upstream tasks; nothing else of the world is looked at. */
export interface Surroundings extends Contents {
  /** For the steps that start programs, and those that are folders. */
  environment?(task: Task): TaskEnvironment;
}

/** What runs outside the study: for the key, and beside it. */
export interface TaskEnvironment extends Environment {
  /** What the worker gets besides the inputs; in no key. */
  readonly handed?: { readonly [input: string]: Json };
  /** Programs and files of steps, as further files that must stay the same until the result is committed. */
  readonly files?: readonly NamedFile[];
}

interface Known {
  readonly key: string;
  readonly action: Action;
  /** By digest. */
  readonly origins: ReadonlyMap<string, Origin>;
  /** The user's files among the inputs: the same before the result is committed, or it is not. */
  readonly files: readonly NamedFile[];
}

/** Why a task is not run, and gives nothing. */
export type Skip =
  | { readonly kind: 'condition'; readonly span: Span }
  /** It needs a skipped task. */
  | { readonly kind: 'upstream'; readonly task: TaskId };

export type Resolution =
  /** `values` is what the worker gets: JSON, artifacts as `{path, digest, size}`. */
  | (Known & { readonly kind: 'ready'; readonly values: { readonly [input: string]: Json } })
  | { readonly kind: 'waiting'; readonly for: readonly TaskId[] }
  /**
   * It needs a value that the inconclusive task `by` lacks. `reason` names no task, because it
   * travels into keys and results, where labels must not.
   */
  | (Known & {
      readonly kind: 'inconclusive';
      readonly by: TaskId;
      readonly output: string;
      readonly reason: string;
    })
  | { readonly kind: 'skipped'; readonly because: Skip }
  /** It needs the failed (or itself blocked) task `by`. */
  | { readonly kind: 'blocked'; readonly by: TaskId };

/**
 * Resolves the inputs of `task`. Throws what `contentOf` throws, and a
 * `DiagnosticError` where an expression turns out to have no valid value.
 */
export function resolveInputs(
  task: Task,
  study: ExpandedStudy,
  surroundings: Surroundings,
  upstream: (task: TaskId) => Upstream,
): Resolution {
  return new Resolver(task, study, surroundings, upstream).resolve();
}

/** A resolved binding: what it is in the key, and what the worker gets. */
interface Resolved {
  readonly part: Part;
  readonly value: Json;
}

/** A gather gives as many elements as it has to the list it is in. */
interface Spread {
  readonly part: Part;
  readonly elements: readonly Json[];
}

class Resolver {
  readonly #task: Task;
  readonly #around: Surroundings;
  readonly #findings: Findings;

  constructor(
    task: Task,
    study: ExpandedStudy,
    around: Surroundings,
    upstream: (task: TaskId) => Upstream,
  ) {
    this.#task = task;
    this.#around = around;
    this.#findings = new Findings(study, around, upstream);
  }

  resolve(): Resolution {
    for (const condition of this.#task.when ?? [])
      if (this.#holds(condition) === false)
        return { kind: 'skipped', because: { kind: 'condition', span: condition.span } };
    const parts: { [input: string]: Part } = {};
    const values: { [input: string]: Json } = {};
    for (const [name, field] of Object.entries(this.#task.interface.inputs)) {
      const binding = this.#task.inputs[name];
      const standard = defaultOf(field);
      if (binding === undefined) {
        if (standard !== undefined) values[name] = standard;
        continue;
      }
      const resolved = this.#field(binding, field);
      if (resolved === undefined) continue;
      values[name] = resolved.value;
      const isStandard = standard !== undefined && sameParts(resolved.part, { value: standard });
      if (!isStandard) parts[name] = resolved.part;
    }
    const { skippedBy, blockedBy, waiting, origins, missing } = this.#findings;
    if (skippedBy !== undefined)
      return { kind: 'skipped', because: { kind: 'upstream', task: skippedBy } };
    if (blockedBy !== undefined) return { kind: 'blocked', by: blockedBy };
    if (waiting.size > 0) return { kind: 'waiting', for: [...waiting].sort((a, b) => a - b) };
    const environment = this.#around.environment?.(this.#task) ?? {};
    const [lack] = missing;
    const action = {
      ...actionOf(this.#task.interface, parts, environment),
      ...(lack !== undefined && { lacks: lack.reason }),
    };
    const files = [...this.#findings.files, ...(environment.files ?? [])];
    const known = { key: keyOf(action), action, origins, files };
    return lack === undefined
      ? { kind: 'ready', ...known, values: { ...values, ...environment.handed } }
      : { kind: 'inconclusive', ...known, ...lack };
  }

  #holds(condition: Condition): Json | undefined {
    return condition.kind === 'progress'
      ? isProgress(condition, (binding, field) => this.#field(binding, field))
      : this.#field(condition, { kind: 'boolean' })?.value;
  }

  /** Undefined while something it needs is not there; the reason is noted. */
  #field(binding: Binding, field: InputField): Resolved | undefined {
    if (field.kind !== 'list') return this.#single(binding, field);
    if (binding.kind === 'literal') {
      const value = Array.isArray(binding.value) ? binding.value : [binding.value];
      return { part: { value }, value: sortedNames(value) };
    }
    if (binding.kind === 'expression') {
      const resolved = this.#single(binding, field);
      if (resolved === undefined || Array.isArray(resolved.value)) return resolved;
      return { part: { value: [resolved.value] }, value: [resolved.value] };
    }
    return this.#list(binding.kind === 'list' ? binding.items : [binding], field.of);
  }

  #list(items: readonly Binding[], of: InputField): Resolved | undefined {
    const parts: Part[] = [];
    const values: Json[] = [];
    let complete = true;
    for (const item of items) {
      if (item.kind === 'gather') {
        const spread = this.#gather(item.elements, of);
        if (spread !== undefined) {
          parts.push(spread.part);
          for (const element of spread.elements) values.push(element);
        } else complete = false;
        continue;
      }
      const resolved = this.#single(item, of);
      if (resolved !== undefined) {
        parts.push(resolved.part);
        values.push(resolved.value);
      } else complete = false;
    }
    return complete ? { part: listPart(parts), value: values } : undefined;
  }

  /**
   * Elements are handed over in the order of their digests, and of several that lack something
   * the reason does not depend on their order: labels must not reach a result.
   */
  #gather(elements: readonly Element[], of: InputField): Spread | undefined {
    const resolved: Resolved[] = [];
    const { missing } = this.#findings;
    const there = elements.filter((each) => this.#findings.skippedIn(each) === undefined);
    if (elements.length > 0 && there.length === 0)
      this.#findings.skippedBy ??= this.#findings.skippedIn(elements[0]!);
    const lacking = missing.length;
    let complete = true;
    for (const element of there) {
      if (this.#task.partial && this.#findings.hasFailed(element)) continue;
      const one = this.#single(element, of);
      if (one !== undefined) resolved.push(one);
      else complete = false;
    }
    if (!complete) return undefined;
    const found = missing.splice(lacking);
    missing.push(...found.sort((a, b) => (a.reason < b.reason ? -1 : 1)));
    const sorted = sortedByPart(resolved);
    return {
      part: { gather: sorted.map(({ part }) => part) },
      elements: sorted.map(({ value }) => value),
    };
  }

  #single(binding: Binding, field: InputField): Resolved | undefined {
    switch (binding.kind) {
      case 'literal':
        return { part: { value: binding.value }, value: sortedNames(binding.value) };
      case 'file':
        return this.#file(binding);
      case 'output':
        return this.#output(binding, field);
      case 'gather': {
        const spread = this.#gather(binding.elements, field);
        return spread && { part: spread.part, value: [...spread.elements] };
      }
      case 'list':
        return this.#list(binding.items, field.kind === 'list' ? field.of : field);
      case 'map':
        return this.#map(binding.entries, field);
      case 'expression':
        return this.#expression(binding, field);
      case 'first':
        return this.#first(binding, field);
      case 'settled':
        return this.#settled(binding, field);
    }
  }

  #file(binding: Binding & { readonly kind: 'file' }): Resolved {
    const { digest, size } = this.#findings.file(binding);
    return { part: { content: digest }, value: { path: binding.path, digest, size } };
  }

  #map(entries: { readonly [key: string]: Binding }, field: InputField): Resolved | undefined {
    const of: InputField =
      field.kind === 'map' ? field.of : field.kind === 'composition' ? { kind: 'number' } : field;
    const parts: { [name: string]: Part } = {};
    const values: { [name: string]: Json } = {};
    let complete = true;
    for (const name of Object.keys(entries).sort()) {
      const resolved = this.#field(entries[name]!, of);
      if (resolved !== undefined) {
        parts[name] = resolved.part;
        values[name] = resolved.value;
      } else complete = false;
    }
    return complete ? { part: mapPart(parts), value: values } : undefined;
  }

  #expression(
    binding: Binding & { readonly kind: 'expression' },
    field: InputField,
  ): Resolved | undefined {
    const computed = compute(binding, this.#findings, (each, of) => this.#field(each, of));
    switch (computed.kind) {
      case 'waiting':
        return undefined;
      case 'skipped':
        this.#findings.skippedBy ??= computed.by;
        return undefined;
      case 'missing':
        return { part: { measured: computed.digest }, value: null };
      case 'value': {
        const value = inBaseForm(computed.value, binding, field);
        return { part: { value }, value };
      }
    }
  }

  /** The first option that no skipped task takes away; its key is that of the option alone. */
  #first(binding: Binding & { readonly kind: 'first' }, field: InputField): Resolved | undefined {
    const { options } = binding;
    const there = options.find((each) => this.#findings.skippedIn(each) === undefined);
    return this.#single(there ?? options[0]!, field);
  }

  #settled(
    binding: Binding & { readonly kind: 'settled' },
    field: InputField,
  ): Resolved | undefined {
    const lacking = this.#findings.missing.length;
    const settled = settle(binding.settling, (each, of) => this.#field(each, of));
    if (settled.kind === 'turn') return this.#single(binding.values[settled.turn]!, field);
    if (settled.kind === 'unknown')
      return this.#findings.missing.length > lacking
        ? { part: { measured: unsettledDigest({ value: null }, '') }, value: null }
        : undefined;
    // Files of the last turn are as good as those of an inconclusive task.
    const last = this.#single(binding.values[settled.turn]!, field);
    if (last === undefined || field.kind === 'artifact' || field.kind === 'file') return last;
    const { reason } = settled;
    const digest = unsettledDigest(last.part, reason);
    const part: Part = { measured: digest };
    if (field.kind === 'measured') return { part, value: { kind: 'missing', digest, reason } };
    const output = outputIn(binding.values[settled.turn]!);
    if (output !== undefined) this.#findings.lacks(output, reason);
    return { part, value: null };
  }

  #output(binding: Binding & { readonly kind: 'output' }, field: InputField): Resolved | undefined {
    const found = this.#findings.given(binding);
    if (found === undefined) return undefined;
    if (found.kind === 'missing') {
      if (field.kind !== 'measured') {
        this.#findings.lacks(binding, found.reason);
        // Stands in the key for the value, so that no complete action has the same key.
        return { part: { measured: found.digest }, value: null };
      }
      const { digest, reason } = found;
      this.#findings.remember(digest, binding);
      return { part: { measured: digest }, value: { kind: 'missing', digest, reason } };
    }
    const { digest, value } = found;
    if (found.kind === 'artifact') {
      this.#findings.remember(digest, binding);
      return { part: { content: digest }, value };
    }
    if (field.kind === 'measured') {
      this.#findings.remember(digest, binding);
      return { part: { measured: digest }, value: { kind: 'value', digest, measured: value } };
    }
    const plain = SCALARS.has(field.kind)
      ? evaluateExpression(
          asExpression(binding),
          { [binding.output]: this.#findings.operand(binding, found) },
          field,
        )
      : value;
    return { part: { value: plain }, value: plain };
  }
}

/** Inputs that take one plain value, in a unit and within bounds. */
const SCALARS: ReadonlySet<InputField['kind']> = new Set([
  'quantity',
  'integer',
  'number',
  'boolean',
  'text',
  'choice',
  'composition',
]);

/** A reference alone is the expression that it makes up: unit, kind and bounds are checked alike. */
function asExpression(
  binding: Binding & { readonly kind: 'output' },
): Binding & { readonly kind: 'expression' } {
  const { output, span } = binding;
  return { kind: 'expression', text: output, operands: { [output]: binding }, span };
}

function defaultOf(field: InputField): Json | undefined {
  return 'default' in field ? field.default : undefined;
}

/** The same JSON with names by code unit, as in the key: a step may walk through them. */
function sortedNames(json: Json): Json {
  if (typeof json !== 'object' || json === null) return json;
  if (isList(json)) return json.map(sortedNames);
  const names = Object.keys(json).sort();
  return Object.fromEntries(names.map((name) => [name, sortedNames(json[name]!)]));
}

function isList(json: Json): json is readonly Json[] {
  return Array.isArray(json);
}
