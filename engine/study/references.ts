/** `$name.part.part` and `$( expression )`: what a scalar says besides its text. */
import type { Span } from './expanded.ts';
import { type Node, type Scalar, scalarsOf } from './node.ts';
import { ExpressionError, parseExpression, type Range, type Tree } from './syntax.ts';

/** A scalar, understood. */
export type Said =
  | { readonly kind: 'literal'; readonly scalar: Scalar }
  | { readonly kind: 'reference'; readonly reference: Reference }
  | {
      readonly kind: 'expression';
      readonly text: string;
      readonly offset: number;
      readonly tree: Tree;
    }
  | { readonly kind: 'wrong'; readonly code: string; readonly at: Span; readonly message: string };

/** `$density.Fe.state`: root `density`, path `Fe`, `state`. */
export interface Reference {
  readonly root: string;
  readonly path: readonly string[];
  /** As written, without `$`. */
  readonly text: string;
  readonly span: Span;
}

const known = new WeakMap<Scalar, Said>();

/** What a scalar says. Read once for each scalar. */
export function said(scalar: Scalar): Said {
  const before = known.get(scalar);
  if (before !== undefined) return before;
  const fresh = read(scalar);
  known.set(scalar, fresh);
  return fresh;
}

function read(scalar: Scalar): Said {
  const { text, span } = scalar;
  if (!text.startsWith('$')) return { kind: 'literal', scalar };
  if (text.startsWith('$$')) {
    const start = scalar.textStart === null ? null : scalar.textStart + 1;
    return {
      kind: 'literal',
      scalar: { ...scalar, text: text.slice(1), plain: false, textStart: start },
    };
  }
  if (text.startsWith('$(')) return readExpression(scalar);
  const match = /^\$([A-Za-z_][A-Za-z0-9_-]*)((?:\.[^.\s]+)*)$/u.exec(text);
  if (match === null)
    return {
      kind: 'wrong',
      code: 'bad-reference',
      at: span,
      message: `${text} is no reference; write $step.output or $params.name, or $$ for text that begins with $`,
    };
  const path = match[2]!.split('.').slice(1);
  return { kind: 'reference', reference: { root: match[1]!, path, text: text.slice(1), span } };
}

function readExpression(scalar: Scalar): Said {
  const { text } = scalar;
  if (!text.endsWith(')'))
    return {
      kind: 'wrong',
      code: 'bad-expression',
      at: scalar.span,
      message: scalar.plain
        ? 'an expression is all of a value, $( ... ), and this one is never closed; quote it if it holds a comma, a colon or #'
        : 'an expression is all of a value, $( ... ), and this one is never closed',
    };
  const offset = 2;
  const inner = text.slice(offset, -1);
  try {
    return { kind: 'expression', text: inner.trim(), offset, tree: parseExpression(inner) };
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    const at = spanWithin(scalar, offset, error.range);
    return { kind: 'wrong', code: error.code, at, message: error.message };
  }
}

/** The place in the file of a range of a scalar's text, from its character `offset` on. */
export function spanWithin(scalar: Scalar, offset: number, range: Range): Span {
  const { textStart, span } = scalar;
  if (textStart === null) return span;
  const start = textStart + offset + range.start;
  const end = textStart + offset + range.end;
  return { file: span.file, start, end: Math.max(end, start + 1) };
}

/** Every reference in a node, those inside expressions included, in the order of the file. */
export function referencesIn(node: Node): Reference[] {
  return scalarsOf(node).flatMap((scalar) => {
    const meaning = said(scalar);
    switch (meaning.kind) {
      case 'reference':
        return [meaning.reference];
      case 'expression':
        return namesIn(meaning.tree).map((name) => referenceOf(name, scalar, meaning.offset));
      default:
        return [];
    }
  });
}

/** A name of an expression as a reference. */
export function referenceOf(
  name: Tree & { readonly kind: 'name' },
  scalar: Scalar,
  offset: number,
): Reference {
  const [root, ...path] = name.path;
  return { root: root!, path, text: name.name, span: spanWithin(scalar, offset, name) };
}

/** The names of an expression, in its order. */
export function namesIn(tree: Tree): (Tree & { readonly kind: 'name' })[] {
  const found: (Tree & { readonly kind: 'name' })[] = [];
  const open: Tree[] = [tree];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next.kind === 'name') found.push(next);
    else if (next.kind === 'unary') open.push(next.operand);
    else if (next.kind === 'binary') open.push(next.right, next.left);
    else if (next.kind === 'call') open.push(...next.args.toReversed());
  }
  return found;
}
