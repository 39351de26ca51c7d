/**
 * What is wrong with a study, and where. Every message a user gets about a study is a
 * `Diagnostic`; offsets become line and column only in print.
 */
import type { Span } from './expanded.ts';

export interface Diagnostic {
  /** Stable name of the kind of problem, `wrong-dimension`; tests and editors match it. */
  readonly code: string;
  readonly at: Span;
  /** What was wrong, what was expected, what to do. */
  readonly message: string;
  /** Other places that matter: the edges of a cycle, where a parameter is used. */
  readonly related: readonly Related[];
}

export interface Related {
  readonly at: Span;
  readonly message: string;
}

/** Thrown where one problem ends the work: an expression evaluated while a study runs. */
export class DiagnosticError extends Error {
  override readonly name = 'DiagnosticError';
  readonly diagnostic: Diagnostic;

  constructor(diagnostic: Diagnostic) {
    super(diagnostic.message);
    this.diagnostic = diagnostic;
  }
}

/** Collects problems: all errors of a study are reported at once, each of them once. */
export class Problems {
  readonly #found = new Map<string, Diagnostic>();

  add(code: string, at: Span, message: string, related: readonly Related[] = []): undefined {
    const id = `${at.file}\0${at.start}\0${code}\0${message}`;
    if (!this.#found.has(id)) this.#found.set(id, { code, at, message, related });
    return undefined;
  }

  get any(): boolean {
    return this.#found.size > 0;
  }

  /** In the order of the file. */
  sorted(): readonly Diagnostic[] {
    return [...this.#found.values()].sort(
      (a, b) => compare(a.at.file, b.at.file) || a.at.start - b.at.start || a.at.end - b.at.end,
    );
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Where a span begins: line and column count from 1, columns in characters. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A value of the command line is its own little file, named by `SET_PREFIX` and its text. */
export const SET_PREFIX = '--set ';

export type ReadFile = (path: string) => Uint8Array;

/** Line and column of a span in the text of its file. */
export function place(span: Span, text: string): Place {
  const { line, start } = lineAt(text, span.start);
  return { file: span.file, line, column: [...text.slice(start, span.start)].length + 1 };
}

/** Line and column of a span; `{ line: 1, column: 1 }` where its file cannot be read any more. */
export function source(span: Span, read: ReadFile): Place {
  return place(span, textOf(span.file, read));
}

/**
 * Prints diagnostics for a terminal: `file:line:column: message`, the line, and a caret under
 * the place; related places follow, indented. Lines are cut to `columns` characters, so that
 * the caret stays under its place in a narrow terminal.
 */
export function formatDiagnostics(
  diagnostics: readonly Diagnostic[],
  read: ReadFile,
  columns?: number,
): string {
  const texts = new Map<string, string>();
  const text = (file: string): string => {
    const known = texts.get(file);
    if (known !== undefined) return known;
    const fresh = textOf(file, read);
    texts.set(file, fresh);
    return fresh;
  };
  const blocks = diagnostics.map(({ at, message, related }) =>
    [
      block(at, message, text(at.file), columns),
      ...related.map((other) => block(other.at, other.message, text(other.at.file), columns, '  ')),
    ].join('\n'),
  );
  // A study must not steer the terminal that shows it.
  return blocks.join('\n\n').replace(/(?![\t\n])\p{Cc}/gu, '\u2423');
}

/** Characters shown on either side of a place. */
const WIDEST = 120;

function block(
  at: Span,
  message: string,
  text: string,
  columns: number | undefined,
  indent = '',
): string {
  if (at.file.startsWith(SET_PREFIX)) return `${indent}${at.file}: ${message}`;
  const { line, column } = place(at, text);
  const head = `${indent}${at.file}:${line}:${column}: ${message}`;
  const whole = lineAt(text, at.start);
  const gutter = String(line);
  const { start, end } = excerpt(whole, at, columns && columns - `${indent}${gutter} | `.length);
  const cut = start > whole.start ? '…' : '';
  const shown = cut + text.slice(start, end) + (end < whole.end ? '…' : '');
  if (shown.trim() === '') return head;
  const before = (cut + text.slice(start, at.start)).replace(/[^\t]/gu, blank);
  const under = width(text.slice(at.start, Math.min(at.end, end)));
  return [
    head,
    `${indent}${gutter} | ${shown}`,
    `${indent}${' '.repeat(gutter.length)} | ${before}${'^'.repeat(Math.max(1, under))}`,
  ].join('\n');
}

interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** Of a line that is wider than there is room, the part around the place. */
function excerpt(line: Stretch, at: Span, room: number | undefined): Stretch {
  if (room === undefined)
    return {
      start: Math.max(line.start, at.start - WIDEST),
      end: Math.min(line.end, at.start + WIDEST),
    };
  const most = Math.max(20, room);
  if (line.end - line.start <= most) return line;
  if (at.end - line.start < most) return { start: line.start, end: line.start + most - 1 };
  const start = Math.min(at.start - Math.floor(most / 3), line.end - most + 1);
  return { start, end: Math.min(line.end, start + most - 2) };
}

/** Marks that combine with the letter before them (the ring of a decomposed Å) take no room. */
function blank(character: string): string {
  return /\p{M}/u.test(character) ? '' : ' ';
}

function width(text: string): number {
  return [...text].filter((character) => !/\p{M}/u.test(character)).length;
}

function lineAt(text: string, offset: number): { line: number; start: number; end: number } {
  const at = Math.min(offset, text.length);
  const start = text.lastIndexOf('\n', at - 1) + 1;
  let line = 1;
  for (let k = text.indexOf('\n'); k !== -1 && k < at; k = text.indexOf('\n', k + 1)) line++;
  const next = text.indexOf('\n', at);
  const end = next === -1 ? text.length : next;
  return { line, start, end: text[end - 1] === '\r' ? end - 1 : end };
}

function textOf(file: string, read: ReadFile): string {
  if (file.startsWith(SET_PREFIX)) return file.slice(SET_PREFIX.length);
  try {
    return new TextDecoder().decode(read(file));
  } catch {
    return '';
  }
}
