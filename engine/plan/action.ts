/**
 * An action: everything that decides what a task gives, and nothing else. Its digest is the
 * task's key.
 *
 * Inside: step type and revision, the files of a step of a group's own, every input that differs from its default (literals in base
 * form, bytes and measured values by digest), tools by content, the platform where a step says
 * that it matters. Outside: labels, task and file names, order of gathered elements, time
 * limits, retries, threads, devices, formatting of the study.
 */
import { canonicalJson, digestOf } from '../../cache/index.ts';
import type { Json } from '../step.ts';

/** Changing the meaning of a key means a new name here. */
const SCHEMA = 'curie/action@1';

export interface Action {
  readonly schema: typeof SCHEMA;
  readonly step: string;
  readonly revision: number;
  readonly inputs: { readonly [input: string]: Part };
  /** Files of a step that is a folder, by name there: their digests. */
  readonly source?: { readonly [file: string]: string };
  /** Programs that the step starts, by name: digests of their files. */
  readonly tools?: { readonly [tool: string]: string };
  /** Only for steps whose results depend on it. */
  readonly platform?: { readonly [fact: string]: Json };
  /**
   * Only for what cannot be done because a value is missing: why. It is all that such an action
   * gives to others, and may come from a condition, which is no input.
   */
  readonly lacks?: string;
}

/** What an input, or a part of one, stands for in a key. */
export type Part =
  | { readonly value: Json }
  /** Bytes, whoever made them and wherever they are. */
  | { readonly content: string }
  /** A measured value, or the lack of one, by digest. */
  | { readonly measured: string }
  /** A multiset: sorted, so that labels and order do not matter. */
  | { readonly gather: readonly Part[] }
  | { readonly list: readonly Part[] }
  | { readonly map: { readonly [name: string]: Part } };

/** What runs outside the study but decides the result. */
export interface Environment {
  readonly source?: { readonly [file: string]: string };
  readonly tools?: { readonly [tool: string]: string };
  readonly platform?: { readonly [fact: string]: Json };
}

export function actionOf(
  step: { readonly type: string; readonly revision: number },
  inputs: { readonly [input: string]: Part },
  environment: Environment = {},
): Action {
  return {
    schema: SCHEMA,
    step: step.type,
    revision: step.revision,
    inputs,
    ...(environment.source && { source: environment.source }),
    ...(environment.tools && { tools: environment.tools }),
    ...(environment.platform && { platform: environment.platform }),
  };
}

export function keyOf(action: Action): string {
  return digestOf(actionAsJson(action));
}

/** The action as plain JSON, as records keep it. */
export function actionAsJson(action: Action): Json {
  return { ...action, inputs: { ...action.inputs } };
}

/** An action read back from a record; undefined if it is of another schema. */
export function actionFromJson(json: Json): Action | undefined {
  return isAction(json) ? json : undefined;
}

/** A record's checksum vouches for the rest of what was written under this schema. */
function isAction(json: unknown): json is Action {
  return typeof json === 'object' && json !== null && 'schema' in json && json.schema === SCHEMA;
}

/** A list of parts; plain values together are one plain value, however they were written. */
export function listPart(parts: readonly Part[]): Part {
  const values = plainValues(parts);
  if (values !== undefined) return { value: values };
  const [only] = parts;
  return parts.length === 1 && only !== undefined && 'gather' in only ? only : { list: parts };
}

/** A map of parts; plain values together are one plain value. */
export function mapPart(parts: { readonly [name: string]: Part }): Part {
  const names = Object.keys(parts);
  const values = plainValues(Object.values(parts));
  return values === undefined
    ? { map: parts }
    : { value: Object.fromEntries(names.map((name, k) => [name, values[k]!])) };
}

function plainValues(parts: readonly Part[]): Json[] | undefined {
  const values: Json[] = [];
  for (const part of parts) {
    if (!('value' in part)) return undefined;
    values.push(part.value);
  }
  return values;
}

/** Elements in the order of their parts, whatever the order of the study. */
export function sortedByPart<T extends { readonly part: Part }>(elements: readonly T[]): T[] {
  return elements
    .map((element) => ({ element, order: canonicalJson(element.part) }))
    .sort((a, b) => (a.order < b.order ? -1 : a.order > b.order ? 1 : 0))
    .map(({ element }) => element);
}

/** A part as plain JSON. */
export function partAsJson(part: Part): Json {
  return { ...part } as Json;
}

/** True if the two stand for the same. */
export function sameParts(a: Part, b: Part): boolean {
  return canonicalJson(a) === canonicalJson(b);
}
