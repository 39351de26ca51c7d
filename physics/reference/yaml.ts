/** Reading maps and lists of a YAML file, with every mistake noted at its line and column. */
import { basename } from 'node:path';
import {
  type Document,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type YAMLMap,
} from 'yaml';

/** What is wrong with a reference file: one line for each mistake, `file:line:column: …`. */
export class ReferenceFileError extends Error {
  override readonly name = 'ReferenceFileError';
}

/** A map of the file. */
export type Entry = YAMLMap<unknown, unknown>;

/**
 * Methods give undefined, or nothing, for what is not as it should be, and note it; `end` throws
 * what was noted.
 */
export class TableText {
  readonly #document: Document.Parsed;
  readonly #lines: LineCounter;
  readonly #file: string;
  readonly #mistakes: { readonly at: number; readonly message: string }[] = [];

  constructor(document: Document.Parsed, lines: LineCounter, file: string) {
    this.#document = document;
    this.#lines = lines;
    this.#file = basename(file);
    for (const error of document.errors) this.#note(error.pos[0], firstLine(error.message));
    this.end();
  }

  root(): Entry {
    const { contents } = this.#document;
    if (isMap(contents)) return contents;
    this.#note(0, 'expected a table of reference values, beginning with "schema:"');
    throw this.#mistakesFound();
  }

  /** @throws ReferenceFileError if anything was noted */
  end(): void {
    if (this.#mistakes.length > 0) throw this.#mistakesFound();
  }

  /** Notes a mistake at the value of `key`, at the entry itself where there is none. */
  fail(entry: Entry, key: string, message: string): void {
    this.#note(startOf(nodeOf(entry, key)) ?? startOf(entry) ?? 0, message);
  }

  onlyKeys(entry: Entry, known: readonly string[]): void {
    for (const { key } of entry.items) {
      const name = isScalar(key) ? String(key.value) : '?';
      if (!known.includes(name))
        this.#note(
          (isScalar(key) ? startOf(key) : undefined) ?? 0,
          `"${name}" is not known here; expected ${known.join(', ')}`,
        );
    }
  }

  has(entry: Entry, key: string): boolean {
    return entry.has(key);
  }

  isMap(entry: Entry, key: string): boolean {
    return isMap(nodeOf(entry, key));
  }

  /** The map at `key`, which `keysOf` or `isMap` has found to be one. */
  entry(entry: Entry, key: string): Entry {
    const node = nodeOf(entry, key);
    if (!isMap(node)) throw new Error(`${key} is no map`);
    return node;
  }

  /** Names in the map at `key`; notes it if there is no map. */
  keysOf(entry: Entry, key: string): string[] {
    const node = nodeOf(entry, key);
    if (isMap(node))
      return node.items.map((item) => (isScalar(item.key) ? String(item.key.value) : '?'));
    this.fail(entry, key, `${key} must be a map of names and values`);
    return [];
  }

  /** Maps in the list at `key`; a missing list is an empty one. */
  list(entry: Entry, key: string): Entry[] {
    const node = nodeOf(entry, key);
    if (node === undefined) return [];
    if (!isSeq(node)) {
      this.fail(entry, key, `${key} must be a list`);
      return [];
    }
    return node.items.flatMap((item) => {
      if (isMap(item)) return [item];
      const at = (isScalar(item) || isSeq(item) ? startOf(item) : undefined) ?? 0;
      this.#note(at, `each of ${key} must be a map, such as { quantity: density, … }`);
      return [];
    });
  }

  /** A text; a plain number counts as one. */
  text(entry: Entry, key: string): string | undefined {
    const value = this.#scalar(entry, key);
    if (typeof value === 'string' && value.trim() !== '') return value;
    if (typeof value === 'number') return String(value);
    if (value !== undefined) this.fail(entry, key, `${key} must be a text`);
    return undefined;
  }

  texts(entry: Entry, key: string): string[] | undefined {
    const node = nodeOf(entry, key);
    if (isSeq(node) && node.items.every((item) => isScalar(item)))
      return node.items.map((item) => String(isScalar(item) ? item.value : ''));
    this.fail(entry, key, node === undefined ? `${key} is missing` : `${key} must be a list`);
    return undefined;
  }

  number(entry: Entry, key: string): number | undefined {
    const value = this.#scalar(entry, key);
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    if (value !== undefined) this.fail(entry, key, `${key} must be a plain number`);
    return undefined;
  }

  /** Undefined where there is none. */
  truth(entry: Entry, key: string): boolean | undefined {
    if (!entry.has(key)) return undefined;
    const value = this.#scalar(entry, key);
    if (typeof value === 'boolean') return value;
    if (value !== undefined) this.fail(entry, key, `${key} must be true or false`);
    return undefined;
  }

  #scalar(entry: Entry, key: string): unknown {
    const node = nodeOf(entry, key);
    if (isScalar(node) && node.value !== null) return node.value;
    this.fail(
      entry,
      key,
      node === undefined || isScalar(node) ? `${key} is missing` : `${key} must be a single value`,
    );
    return undefined;
  }

  #mistakesFound(): ReferenceFileError {
    const lines = [...this.#mistakes].sort((a, b) => a.at - b.at).map(({ message }) => message);
    return new ReferenceFileError([...new Set(lines)].join('\n'));
  }

  #note(at: number, message: string): void {
    const { line, col } = this.#lines.linePos(at);
    this.#mistakes.push({ at, message: `${this.#file}:${line}:${col}: ${message}` });
  }
}

/** @throws ReferenceFileError if the text is no YAML */
export function openTable(text: string, file: string): TableText {
  const lines = new LineCounter();
  return new TableText(parseDocument(text, { lineCounter: lines }), lines, file);
}

function nodeOf(entry: Entry, key: string): unknown {
  return entry.get(key, true);
}

function startOf(node: unknown): number | undefined {
  return isMap(node) || isSeq(node) || isScalar(node) ? node.range?.[0] : undefined;
}

function firstLine(text: string): string {
  return text.split('\n')[0]!.replace(/ at line \d+, column \d+:?$/, '');
}
