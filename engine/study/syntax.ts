/**
 * Grammar of `$( expression )`: text -> tree. From loose to tight: or, and, not, comparison,
 * + -, * /, sign, call or value.
 */
import { parseDecimal, type Rational } from './rational.ts';
import { didYouMean } from './suggest.ts';
import { type Unit, unitAt, unitNamed } from './units.ts';

/** Characters of the expression's text. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

export type Tree = Range &
  (
    | { readonly kind: 'number'; readonly value: Rational; readonly unit: Unit | null }
    | { readonly kind: 'text'; readonly text: string }
    | { readonly kind: 'truth'; readonly value: boolean }
    /** `params.atoms`, `density.Fe.density`; `name` is as written, `path` its parts. */
    | { readonly kind: 'name'; readonly name: string; readonly path: readonly string[] }
    | { readonly kind: 'unary'; readonly operator: '-' | 'not'; readonly operand: Tree }
    | {
        readonly kind: 'binary';
        readonly operator: Operator;
        readonly left: Tree;
        readonly right: Tree;
      }
    | { readonly kind: 'call'; readonly name: FunctionName; readonly args: readonly Tree[] }
  );

export type Operator = '+' | '-' | '*' | '/' | Comparison | 'and' | 'or';
export type Comparison = '<' | '<=' | '>' | '>=' | '==' | '!=';

/** Functions and how many arguments they take. */
const FUNCTIONS = {
  if: [3, 3],
  min: [1, 1000],
  max: [1, 1000],
  round: [1, 1],
  floor: [1, 1],
  ceil: [1, 1],
  first: [1, 1000],
} as const satisfies { readonly [name: string]: readonly [number, number] };
export type FunctionName = keyof typeof FUNCTIONS;

/** What is wrong inside an expression, and where in its text. */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError';
  readonly code: string;
  readonly range: Range;

  constructor(code: string, range: Range, message: string) {
    super(message);
    this.code = code;
    this.range = range;
  }
}

const LONGEST = 4000;
const DEEPEST = 64;

/** The tree of an expression (without `$(` and `)`). Throws `ExpressionError`. */
export function parseExpression(text: string): Tree {
  if (text.length > LONGEST)
    throw new ExpressionError('bad-expression', { start: 0, end: 1 }, 'the expression is too long');
  return new Reader(text, tokensOf(text)).whole();
}

type Token = Range &
  (
    | { readonly kind: 'number'; readonly value: Rational; readonly unit: Unit | null }
    | { readonly kind: 'word'; readonly text: string; readonly path: readonly string[] }
    | { readonly kind: 'text' | 'sign'; readonly text: string }
    | { readonly kind: 'end' }
  );

const NUMBER = /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;
const WORD = /[A-Za-z_][A-Za-z0-9_]*/y;
/** What follows a name's dots: a name, a label, `axis='label'`, or one in quotes. */
const PART =
  /\.(?:([A-Za-z_][A-Za-z0-9_]*=)?(?:'([^']*)'|"([^"]*)")|((?:[A-Za-z_][A-Za-z0-9_]*=)?[A-Za-z0-9_]+))/y;
const TEXT = /'([^']*)'|"([^"]*)"/y;
const SIGN = /<=|>=|==|!=|[-+*/()<>,=]/y;
const WORDS_OF_LOGIC = /^(and|or|not)(?![A-Za-z0-9_])/;

function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found !== null) at = pattern.lastIndex;
    return found;
  };
  while (true) {
    match(/\s+/y);
    const start = at;
    if (at >= text.length) {
      tokens.push({ kind: 'end', start, end: start });
      return tokens;
    }
    const number = match(NUMBER);
    if (number !== null) {
      const value = parseDecimal(number[0]);
      if (value === undefined)
        throw new ExpressionError(
          'bad-expression',
          { start, end: at },
          `${number[0]} is too large or too small a number`,
        );
      const end = at;
      match(/\s+/y);
      const spelling = unitAt(text, at);
      const isUnit = spelling !== undefined && !WORDS_OF_LOGIC.test(text.slice(at));
      at = isUnit ? at + spelling.length : end;
      const unit = isUnit ? unitNamed(spelling)! : null;
      tokens.push({ kind: 'number', value, unit, start, end: at });
      continue;
    }
    const word = match(WORD);
    if (word !== null) {
      const path = [word[0]];
      for (let part = match(PART); part !== null; part = match(PART)) {
        const [, axis = '', single, double, bare] = part;
        path.push(bare ?? axis + (single ?? double));
      }
      tokens.push({ kind: 'word', text: text.slice(start, at), path, start, end: at });
      continue;
    }
    const quoted = match(TEXT);
    if (quoted !== null) {
      tokens.push({ kind: 'text', text: quoted[1] ?? quoted[2] ?? '', start, end: at });
      continue;
    }
    const sign = match(SIGN);
    if (sign === null) {
      const character = String.fromCodePoint(text.codePointAt(at)!);
      throw new ExpressionError(
        'bad-expression',
        { start, end: start + character.length },
        character === '$'
          ? 'names stand without $ inside $( )'
          : `"${character}" has no meaning in an expression`,
      );
    }
    tokens.push({ kind: 'sign', text: sign[0], start, end: at });
  }
}

class Reader {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;

  constructor(text: string, tokens: readonly Token[]) {
    this.#text = text;
    this.#tokens = tokens;
  }

  whole(): Tree {
    const tree = this.#or();
    const rest = this.#next;
    if (rest.kind === 'end') return tree;
    throw this.#unexpected(rest);
  }

  get #next(): Token {
    return this.#tokens[this.#at]!;
  }

  #unexpected(token: Token): ExpressionError {
    const fail = (message: string) => new ExpressionError('bad-expression', token, message);
    if (token.kind === 'end')
      return fail(
        this.#at === 0
          ? 'the expression is empty'
          : 'the expression ends where a value should follow',
      );
    const before = this.#tokens[this.#at - 1];
    if (token.kind === 'word' && before?.kind === 'number' && before.unit === null)
      return new ExpressionError(
        'unknown-unit',
        token,
        `${token.text} is not a unit that curie knows`,
      );
    if (token.kind === 'sign' && token.text === '=') return fail('= compares nothing; write ==');
    return fail(`"${this.#text.slice(token.start, token.end)}" is not expected here`);
  }

  /** The operator that comes next, if it is one of `operators`. */
  #take<O extends string>(operators: readonly O[]): O | undefined {
    const token = this.#next;
    if (token.kind !== 'sign' && token.kind !== 'word') return undefined;
    const found = operators.find((operator) => operator === token.text);
    if (found !== undefined) this.#at++;
    return found;
  }

  #chain(operators: readonly Operator[], below: () => Tree): Tree {
    let left = below();
    for (let operator = this.#take(operators); operator; operator = this.#take(operators)) {
      const right = below();
      left = { kind: 'binary', operator, left, right, start: left.start, end: right.end };
    }
    return left;
  }

  #or(): Tree {
    this.#depth++;
    if (this.#depth > DEEPEST)
      throw new ExpressionError('bad-expression', this.#next, 'nested too deep');
    const tree = this.#chain(['or'], () => this.#chain(['and'], () => this.#not()));
    this.#depth--;
    return tree;
  }

  #not(): Tree {
    const starts: number[] = [];
    for (let start = this.#next.start; this.#take(['not']); start = this.#next.start)
      starts.push(start);
    return starts.reduceRight<Tree>(
      (operand, start) => ({ kind: 'unary', operator: 'not', operand, start, end: operand.end }),
      this.#comparison(),
    );
  }

  #comparison(): Tree {
    const operators: readonly Comparison[] = ['<=', '>=', '==', '!=', '<', '>'];
    const left = this.#sum();
    const operator = this.#take(operators);
    if (operator === undefined) return left;
    const right = this.#sum();
    const token = this.#next;
    if (this.#take(operators) !== undefined)
      throw new ExpressionError(
        'bad-expression',
        token,
        'comparisons do not chain; join them with and',
      );
    return { kind: 'binary', operator, left, right, start: left.start, end: right.end };
  }

  #sum(): Tree {
    return this.#chain(['+', '-'], () => this.#chain(['*', '/'], () => this.#signed()));
  }

  #signed(): Tree {
    const starts: [string, number][] = [];
    let start = this.#next.start;
    for (let sign = this.#take(['-', '+']); sign; sign = this.#take(['-', '+'])) {
      starts.push([sign, start]);
      start = this.#next.start;
    }
    return starts.reduceRight<Tree>(
      (operand, [sign, from]) =>
        sign === '+'
          ? operand
          : { kind: 'unary', operator: '-', operand, start: from, end: operand.end },
      this.#value(),
    );
  }

  #value(): Tree {
    const token = this.#next;
    const { start, end } = token;
    this.#at++;
    switch (token.kind) {
      case 'number':
        return { kind: 'number', value: token.value, unit: token.unit, start, end };
      case 'text':
        return { kind: 'text', text: token.text, start, end };
      case 'sign':
        if (token.text === '(') {
          const inner = this.#or();
          return { ...inner, start, end: this.#close(token) };
        }
        break;
      case 'word':
        if (this.#take(['(']) !== undefined) return this.#call(token);
        if (token.text === 'true' || token.text === 'false')
          return { kind: 'truth', value: token.text === 'true', start, end };
        if (WORDS_OF_LOGIC.test(token.text)) break;
        return { kind: 'name', name: token.text, path: token.path, start, end };
    }
    this.#at--;
    throw this.#unexpected(token);
  }

  #close(opening: Range): number {
    const { end } = this.#next;
    if (this.#take([')']) !== undefined) return end;
    if (this.#next.kind !== 'end') throw this.#unexpected(this.#next);
    throw new ExpressionError(
      'bad-expression',
      { start: opening.start, end: opening.start + 1 },
      'this parenthesis is never closed',
    );
  }

  #call(word: Range & { readonly text: string }): Tree {
    if (!isFunction(word.text))
      throw new ExpressionError(
        'unknown-function',
        word,
        `there is no function ${word.text}${didYouMean(word.text, Object.keys(FUNCTIONS))}`,
      );
    const args: Tree[] = [];
    const opening = this.#tokens[this.#at - 1]!;
    if (this.#next.kind !== 'sign' || this.#next.text !== ')')
      do args.push(this.#or());
      while (this.#take([',']) !== undefined);
    const end = this.#close(opening);
    const [least, most] = FUNCTIONS[word.text];
    if (args.length < least || args.length > most)
      throw new ExpressionError(
        'bad-expression',
        { start: word.start, end },
        `${word.text} takes ${least === most ? least : `at least ${least}`} value${least === 1 ? '' : 's'}; it has ${args.length}`,
      );
    return { kind: 'call', name: word.text, args, start: word.start, end };
  }
}

function isFunction(text: string): text is FunctionName {
  return Object.hasOwn(FUNCTIONS, text);
}
