/**
 * The parsed study: YAML's three shapes with the place of everything. Scalars keep their text:
 * what `1.10` or `no` means depends on where it stands, so nothing guesses here.
 */
import type { Json } from '../step.ts';
import type { Span } from './expanded.ts';

export type Node = Scalar | List | Mapping | Broken;

export interface Scalar {
  readonly kind: 'scalar';
  readonly text: string;
  /** False in quotes and block scalars: then it is text whatever it looks like. */
  readonly plain: boolean;
  readonly span: Span;
  /** Where `text` begins in the file, if it stands there letter by letter; else null. */
  readonly textStart: number | null;
}

export interface List {
  readonly kind: 'list';
  readonly items: readonly Node[];
  readonly span: Span;
}

export interface Mapping {
  readonly kind: 'map';
  /** In the order of the file. */
  readonly entries: ReadonlyMap<string, Entry>;
  readonly span: Span;
}

/** Stands where the text was wrong and has been reported: nothing more is said about it. */
export interface Broken {
  readonly kind: 'broken';
  readonly span: Span;
}

export interface Entry {
  readonly key: Scalar;
  readonly value: Node;
}

/** Entries of a section; none if it is missing or no mapping. */
export function entriesOf(parent: Node | undefined, name: string): ReadonlyMap<string, Entry> {
  const value = parent?.kind === 'map' ? parent.entries.get(name)?.value : undefined;
  return value?.kind === 'map' ? value.entries : new Map();
}

/** The node that a path of keys leads to. Keys may hold dots: the longest that fits is taken. */
export function navigate(
  from: Node,
  path: readonly string[],
): { readonly node: Node } | { readonly unknown: string; readonly known: readonly string[] } {
  let node = from;
  for (let at = 0; at < path.length; ) {
    const entries: ReadonlyMap<string, Entry> = node.kind === 'map' ? node.entries : new Map();
    let next = path.length;
    while (next > at && !entries.has(path.slice(at, next).join('.'))) next--;
    if (next === at) return { unknown: path[at]!, known: [...entries.keys()] };
    node = entries.get(path.slice(at, next).join('.'))!.value;
    at = next;
  }
  return { node };
}

/** Every scalar in a node, in the order of the file. */
export function scalarsOf(from: Node): Scalar[] {
  const found: Scalar[] = [];
  const open: Node[] = [from];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next.kind === 'scalar') found.push(next);
    else if (next.kind === 'list') for (const item of next.items.toReversed()) open.push(item);
    else if (next.kind === 'map')
      for (const { value } of [...next.entries.values()].reverse()) open.push(value);
  }
  return found;
}

/** YAML 1.2's core schema, for a plain scalar. */
export type Plain = null | boolean | number | string;

const NUMBER = /^[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?$/;

/** What YAML makes of a scalar. */
export function plainValue({ text, plain }: Scalar): Plain {
  if (!plain) return text;
  if (/^(|~|null|Null|NULL)$/.test(text)) return null;
  if (/^(true|True|TRUE)$/.test(text)) return true;
  if (/^(false|False|FALSE)$/.test(text)) return false;
  if (NUMBER.test(text) && Number.isFinite(Number(text))) return Number(text);
  if (/^0x[0-9a-fA-F]+$/.test(text) || /^0o[0-7]+$/.test(text)) return Number(text);
  return text;
}

/** The node as plain JSON, for the schema and for display. */
export function jsonOf(node: Node): Json {
  switch (node.kind) {
    case 'scalar':
      return plainValue(node);
    case 'broken':
      return null;
    case 'list':
      return node.items.map(jsonOf);
    case 'map':
      return Object.fromEntries(
        [...node.entries].map(([name, { value }]) => [name, jsonOf(value)] as const),
      );
  }
}

/** What a message calls a node: `a list`, `the number 5`, `"liquid"`. */
export function describe(node: Node): string {
  if (node.kind === 'list') return node.items.length === 0 ? 'an empty list' : 'a list';
  if (node.kind === 'map') return node.entries.size === 0 ? 'an empty mapping' : 'a mapping';
  if (node.kind === 'broken') return 'nothing';
  const value = plainValue(node);
  if (value === null) return 'nothing';
  if (typeof value === 'number') return `the number ${node.text}`;
  return typeof value === 'boolean' ? node.text : `"${shortened(node.text)}"`;
}

/** Long text cut to what fits into a message. */
export function shortened(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length > 60 ? `${line.slice(0, 57)}...` : line;
}
