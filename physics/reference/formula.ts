/**
 * Formulas of correlations, such as `10 ^ (-0.6074 + 2493 / T)`: numbers, T (kelvin), brackets,
 * `+ - * / ^` and `exp`, `log`, `log10`, `sqrt`. `^` binds tightest and to the right, so
 * `-T ^ 2` is -(T²). Powers and functions give the same bits on every machine.
 */
import { exp, log, log10, pow } from '../elementary.ts';

/** Value at a temperature in K. */
export type Formula = (temperature: number) => number;

/** `column` counts from 1 within the formula. */
export class FormulaError extends Error {
  override readonly name = 'FormulaError';
  readonly column: number;

  constructor(message: string, column: number) {
    super(message);
    this.column = column;
  }
}

const FUNCTIONS: ReadonlyMap<string, (x: number) => number> = new Map([
  ['exp', exp],
  ['log', log],
  ['log10', log10],
  ['sqrt', Math.sqrt],
]);

interface Token {
  readonly text: string;
  readonly column: number;
}

/** @throws FormulaError naming what stands where nothing, or something else, was expected */
export function parseFormula(text: string): Formula {
  const tokens = tokensOf(text);
  let next = 0;
  const peek = (): string | undefined => tokens[next]?.text;

  function fail(expected: string): never {
    const token = tokens[next];
    throw new FormulaError(
      token === undefined
        ? `the formula ends where ${expected} was expected`
        : `"${token.text}" where ${expected} was expected`,
      token?.column ?? text.length + 1,
    );
  }

  function sum(): Formula {
    let left = product();
    for (let sign = peek(); sign === '+' || sign === '-'; sign = peek()) {
      next += 1;
      const [a, b] = [left, product()];
      left = sign === '+' ? (t) => a(t) + b(t) : (t) => a(t) - b(t);
    }
    return left;
  }

  function product(): Formula {
    let left = signed();
    for (let sign = peek(); sign === '*' || sign === '/'; sign = peek()) {
      next += 1;
      const [a, b] = [left, signed()];
      left = sign === '*' ? (t) => a(t) * b(t) : (t) => a(t) / b(t);
    }
    return left;
  }

  function signed(): Formula {
    if (peek() !== '-') return power();
    next += 1;
    const of = signed();
    return (t) => -of(t);
  }

  function power(): Formula {
    const base = atom();
    if (peek() !== '^') return base;
    next += 1;
    const exponent = signed();
    return (t) => pow(base(t), exponent(t));
  }

  function atom(): Formula {
    const token = peek();
    if (token === undefined) fail('a number, T or a bracket');
    if (token === '(') {
      next += 1;
      return bracketed();
    }
    if (/^[\d.]/.test(token)) {
      next += 1;
      const value = Number(token);
      return () => value;
    }
    if (token === 'T') {
      next += 1;
      return (t) => t;
    }
    const apply = FUNCTIONS.get(token);
    if (apply === undefined) fail(`a number, T, a bracket or ${[...FUNCTIONS.keys()].join(', ')}`);
    next += 1;
    if (peek() !== '(') fail('"("');
    next += 1;
    const of = bracketed();
    return (t) => apply(of(t));
  }

  function bracketed(): Formula {
    const inside = sum();
    if (peek() !== ')') fail('")"');
    next += 1;
    return inside;
  }

  const formula = sum();
  if (next < tokens.length) fail('an operator');
  return formula;
}

function tokensOf(text: string): Token[] {
  const pattern = /\s*(?:((?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|[A-Za-z]\w*|[-+*/^()])|(\S))/gy;
  const tokens: Token[] = [];
  for (const match of text.matchAll(pattern)) {
    const found = match[1] ?? match[2]!;
    const column = match.index + match[0].length - found.length + 1;
    if (match[2] !== undefined)
      throw new FormulaError(`"${found}" has no meaning in a formula`, column);
    tokens.push({ text: found, column });
  }
  return tokens;
}
