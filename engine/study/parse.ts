/**
 * YAML text -> nodes with positions. Composition is the library's; what a study may not
 * contain is refused here: aliases and tags, several documents, keys twice, mappings nested
 * past all reading. All errors of the file are reported.
 */
import {
  Composer,
  type CST,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  Parser,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import type { Problems } from './diagnostic.ts';
import type { Span } from './expanded.ts';
import type { Entry, Node, Scalar } from './node.ts';
import { MOST_BYTES } from './read-file.ts';

const MOST_DEPTH = 64;
/** Pieces of YAML: words, commas, line ends. 10,000 written steps have fewer. */
const MOST_PIECES = 2_000_000;

/** Decodes a file; undefined, with the reason in `problems`, if it is too large or no text. */
export function decode(bytes: Uint8Array, file: string, problems: Problems): string | undefined {
  const at = { file, start: 0, end: 0 };
  if (bytes.length > MOST_BYTES)
    return problems.add(
      'too-large',
      at,
      `the file has ${(bytes.length / 1e6).toFixed(1)} MB; a study has at most 5 MB: keep data in files that it names`,
    );
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return problems.add('not-text', at, 'the file is not UTF-8 text; a study is a YAML file');
  }
}

/** The one document of `text`; undefined, with the reasons in `problems`, if it has none. */
export function parse(text: string, file: string, problems: Problems): Node | undefined {
  const tokens = tokensOf(text);
  if (tokens === undefined)
    return problems.add(
      'too-large',
      { file, start: 0, end: 0 },
      'the file has too many keys and values; keep data in files that it names, and let a matrix make many steps',
    );
  const deep = tooDeep(tokens);
  if (deep !== undefined)
    return problems.add(
      'too-deep',
      { file, start: deep, end: deep + 1 },
      `nested more than ${MOST_DEPTH} levels deep`,
    );
  // The library's own test for keys that come twice takes quadratic time.
  const composer = new Composer({ uniqueKeys: false, prettyErrors: false, logLevel: 'silent' });
  const documents = [...composer.compose(tokens, true, text.length)];
  let broken = false;
  for (const document of documents)
    for (const error of document.errors) {
      broken = true;
      const [start, end] = error.pos;
      const message = error.message.replace(/\s+/g, ' ').replace(/\.$/, '');
      const hint =
        error.code === 'MULTILINE_IMPLICIT_KEY' ? '; is the colon after a key missing?' : '';
      problems.add(
        'not-yaml',
        { file, start, end },
        `this is not YAML: ${lowerFirst(message)}${hint}`,
      );
    }
  if (broken) return undefined;
  const [document, second] = documents;
  if (second !== undefined) {
    const start = second.range[0];
    problems.add('several-documents', { file, start, end: start + 3 }, 'a file holds one study');
  }
  return document === undefined || document.contents === null
    ? { kind: 'map', entries: new Map(), span: { file, start: 0, end: 0 } }
    : new Builder(text, file, problems).node(document.contents);
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

/** The file's syntax; undefined if it has more pieces than a study can need. */
function tokensOf(text: string): readonly CST.Token[] | undefined {
  const parser = new Parser();
  const tokens: CST.Token[] = [];
  let pieces = 0;
  for (const piece of new Lexer().lex(text)) {
    if (++pieces > MOST_PIECES) return undefined;
    for (const token of parser.next(piece)) tokens.push(token);
  }
  return [...tokens, ...parser.end()];
}

/** Offset of what is nested too deep. Iterative: composition, which recurses, comes after. */
function tooDeep(tokens: readonly CST.Token[]): number | undefined {
  const open: [CST.Token, number][] = tokens.map((token) => [token, 0]);
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [token, depth] = next;
    if (depth > MOST_DEPTH) return token.offset;
    if (token.type === 'document' && token.value) open.push([token.value, depth]);
    if ('items' in token)
      for (const { key, value } of token.items) {
        if (key) open.push([key, depth + 1]);
        if (value) open.push([value, depth + 1]);
      }
  }
  return undefined;
}

/** Library nodes -> ours. Its depth is bounded. */
class Builder {
  readonly #text: string;
  readonly #file: string;
  readonly #problems: Problems;

  constructor(text: string, file: string, problems: Problems) {
    this.#text = text;
    this.#file = file;
    this.#problems = problems;
  }

  node(from: unknown): Node {
    if (isAlias(from)) {
      const span = this.#span(from.range);
      this.#problems.add(
        'alias',
        span,
        `*${from.source} repeats an anchor, which studies do not use; share values through params or sets`,
      );
      return { kind: 'broken', span };
    }
    if (isScalar(from)) return this.#scalar(from.source ?? String(from.value ?? ''), from);
    if (isSeq(from)) return this.#list(from);
    if (isMap(from)) return this.#map(from);
    throw new TypeError('the YAML library gave a node of an unknown kind');
  }

  #list(from: YAMLSeq): Node {
    this.#refuseTag(from);
    const items: Node[] = [];
    let cut = 0;
    for (const item of from.items) {
      const node = this.node(item);
      if (cut > 0) cut = Math.max(0, cut + opened(node));
      else {
        cut = from.flow ? this.#cut(node) : 0;
        items.push(cut > 0 ? { kind: 'broken', span: node.span } : node);
      }
    }
    return { kind: 'list', items, span: this.#span(from.range) };
  }

  #map(from: YAMLMap): Node {
    this.#refuseTag(from);
    const entries = new Map<string, Entry>();
    let cut = 0;
    for (const pair of from.items) {
      const key = this.node(pair.key);
      const value = pair.value === null ? undefined : this.node(pair.value);
      if (cut > 0) {
        cut = Math.max(0, cut + opened(key) + opened(value));
        continue;
      }
      cut = from.flow && value !== undefined ? this.#cut(value) : 0;
      const kept: Node | undefined =
        cut > 0 && value !== undefined ? { kind: 'broken', span: value.span } : value;
      this.#entry(entries, key, kept, from.flow === true);
    }
    return { kind: 'map', entries, span: this.#span(from.range) };
  }

  #entry(entries: Map<string, Entry>, key: Node, value: Node | undefined, flow: boolean): void {
    if (key.kind !== 'scalar' || (key.text === '' && key.plain)) {
      this.#problems.add('bad-key', key.span, 'a key must be text');
      return;
    }
    const first = entries.get(key.text);
    if (first !== undefined) {
      this.#problems.add('duplicate-key', key.span, `${key.text} is given twice`, [
        { at: first.key.span, message: `${key.text} is given here first` },
      ]);
      return;
    }
    const empty =
      value === undefined || (value.kind === 'scalar' && value.plain && value.text === '');
    if (empty)
      this.#problems.add(
        'no-value',
        key.span,
        value === undefined && flow
          ? `${key.text} has no value: a comma inside { } begins a new entry; quote a value that holds a comma, or use block form`
          : `${key.text} has no value; give one, or leave the line out`,
      );
    entries.set(key.text, { key, value: empty ? { kind: 'broken', span: key.span } : value });
  }

  /**
   * A comma inside `{ }` or `[ ]` ends a plain scalar, so `$( min(a, b) )` falls apart there.
   * Returns how many parentheses wait for the entries that follow, which are its other pieces.
   */
  #cut(node: Node): number {
    if (node.kind !== 'scalar' || !node.plain || !node.text.startsWith('$(')) return 0;
    const missing = opened(node);
    if (missing <= 0) return 0;
    this.#problems.add(
      'split-expression',
      node.span,
      `the expression ends at a comma, because it stands inside { } or [ ]; quote it, '$( ... )', or use block form`,
    );
    return missing;
  }

  #scalar(
    text: string,
    from: {
      range?: readonly [number, number, number] | null | undefined;
      type?: string | undefined;
      tag?: string | undefined;
      anchor?: string | undefined;
      value: unknown;
    },
  ): Scalar {
    this.#refuseTag(from);
    const plain = from.type === undefined || from.type === 'PLAIN';
    const span = this.#span(from.range);
    // The source of a quoted or folded scalar still has its escapes; its value has not.
    const meant = plain ? text : String(from.value);
    const within = this.#text.slice(span.start, span.end).indexOf(meant);
    const textStart = within < 0 ? null : span.start + within;
    return { kind: 'scalar', text: meant, plain, span, textStart };
  }

  #refuseTag(from: {
    range?: readonly [number, number, number] | null | undefined;
    tag?: string | undefined;
  }): void {
    if (from.tag !== undefined)
      this.#problems.add(
        'tag',
        this.#span(from.range),
        `the tag ${from.tag} has no meaning in a study; leave it out`,
      );
  }

  #span(range: readonly [number, number, number] | null | undefined): Span {
    const start = range?.[0] ?? 0;
    return { file: this.#file, start, end: Math.max(start, range?.[1] ?? start) };
  }
}

/** Parentheses that `node` opens and does not close. */
function opened(node: Node | undefined): number {
  if (node?.kind !== 'scalar') return 0;
  let count = 0;
  for (const character of node.text) count += character === '(' ? 1 : character === ')' ? -1 : 0;
  return count;
}
