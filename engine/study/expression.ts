/**
 * What expressions give. One evaluation serves two ends: while a study is checked, values of
 * steps are not known yet but their dimensions are, and the unknown travels through to the
 * result; while it runs, everything is known. Numbers are exact until the end.
 */
import type { InputField, Json } from '../step.ts';
import { coerceValue } from './coerce.ts';
import { DiagnosticError } from './diagnostic.ts';
import type { Binding } from './expanded.ts';
import {
  add,
  compare,
  divide,
  floor,
  fromNumber,
  multiply,
  type Rational,
  round,
  subtract,
} from './rational.ts';
import {
  type Comparison,
  ExpressionError,
  type FunctionName,
  type Operator,
  parseExpression,
  type Range,
  type Tree,
} from './syntax.ts';
import {
  describeExponents,
  type Exponents,
  NO_DIMENSION,
  sameExponents,
  unitNamed,
} from './units.ts';
import { KINDS, quantityOf, type Value, valueOfJson } from './value.ts';

/** What stands for a name of the expression; throws `ExpressionError` if nothing does. */
export type Lookup = (name: Tree & { readonly kind: 'name' }) => Value;

/** A name has no value, because the task that would give it was skipped. */
export class AbsentError extends Error {
  override readonly name = 'AbsentError';
  readonly operand: string;

  constructor(operand: string) {
    super(`${operand} was skipped`);
    this.operand = operand;
  }
}

/** Evaluates a tree as far as its names are known. Throws `ExpressionError`, `AbsentError`. */
export function evaluate(tree: Tree, lookup: Lookup): Value {
  switch (tree.kind) {
    case 'number':
      return quantityOf(tree.value, tree.unit?.name ?? '');
    case 'text':
      return { kind: 'text', value: tree.text };
    case 'truth':
      return { kind: 'truth', value: tree.value };
    case 'name':
      return lookup(tree);
    case 'unary': {
      if (tree.operator === 'not') {
        const value = truth(tree.operand, lookup);
        return { kind: 'truth', value: value === null ? null : !value };
      }
      const { value, exponents } = number(tree.operand, lookup);
      return {
        kind: 'number',
        value: value === null ? null : { num: -value.num, den: value.den },
        exponents,
      };
    }
    case 'binary':
      return binary(tree.operator, tree.left, tree.right, lookup);
    case 'call':
      return call(tree.name, tree.args, tree, lookup);
  }
}

function fail(code: string, range: Range, message: string): never {
  throw new ExpressionError(code, range, message);
}

function binary(operator: Operator, left: Tree, right: Tree, lookup: Lookup): Value {
  switch (operator) {
    case 'and':
    case 'or': {
      // Both sides are evaluated, so that a mistake in either shows.
      const [a, b] = [truth(left, lookup), truth(right, lookup)];
      const decisive = operator === 'or';
      if (a === decisive || b === decisive) return { kind: 'truth', value: decisive };
      return { kind: 'truth', value: a === null || b === null ? null : !decisive };
    }
    case '+':
    case '-': {
      const [a, b] = [number(left, lookup), number(right, lookup)];
      const exponents = alike(a.exponents, b.exponents, left, right, operator);
      const value =
        a.value === null || b.value === null
          ? null
          : (operator === '+' ? add : subtract)(a.value, b.value);
      return { kind: 'number', value, exponents };
    }
    case '*':
    case '/': {
      const [a, b] = [number(left, lookup), number(right, lookup)];
      const sign = operator === '*' ? 1 : -1;
      const exponents =
        a.exponents === null || b.exponents === null
          ? null
          : productOf(a.exponents, b.exponents, sign);
      if (operator === '/' && b.value?.num === 0n)
        fail('bad-expression', right, 'this is zero, and nothing can be divided by it');
      const value =
        a.value === null || b.value === null
          ? null
          : (operator === '*' ? multiply : divide)(a.value, b.value);
      return { kind: 'number', value, exponents };
    }
    default:
      return { kind: 'truth', value: comparison(operator, left, right, lookup) };
  }
}

function productOf(a: Exponents, b: Exponents, sign: number): Exponents {
  return [a[0] + sign * b[0], a[1] + sign * b[1], a[2] + sign * b[2], a[3] + sign * b[3]];
}

/** The dimension that two values share. */
function alike(
  a: Exponents | null,
  b: Exponents | null,
  left: Range,
  right: Range,
  operator: string,
): Exponents | null {
  if (a === null || b === null) return a ?? b;
  if (sameExponents(a, b)) return a;
  return fail(
    'wrong-dimension',
    { start: left.start, end: right.end },
    `${operator} has ${describeExponents(a)} on one side and ${describeExponents(b)} on the other`,
  );
}

function comparison(operator: Comparison, left: Tree, right: Tree, lookup: Lookup): boolean | null {
  const [a, b] = [evaluate(left, lookup), evaluate(right, lookup)];
  if (a.kind === 'unknown' || b.kind === 'unknown') return null;
  if (a.kind === 'number' && b.kind === 'number') {
    alike(a.exponents, b.exponents, left, right, operator);
    if (a.value === null || b.value === null) return null;
    return holds(operator, compare(a.value, b.value));
  }
  const equality = operator === '==' || operator === '!=';
  if (!equality || a.kind === 'list' || a.kind !== b.kind)
    fail(
      'wrong-kind',
      { start: left.start, end: right.end },
      `${operator} cannot compare ${KINDS[a.kind]} with ${KINDS[b.kind]}`,
    );
  if ('value' in a && 'value' in b && a.value !== null && b.value !== null)
    return holds(operator, a.value === b.value ? 0 : 1);
  return null;
}

function holds(operator: Comparison, order: number): boolean {
  switch (operator) {
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
    case '==':
      return order === 0;
    case '!=':
      return order !== 0;
  }
}

function number(tree: Tree, lookup: Lookup): Value & { readonly kind: 'number' } {
  const value = evaluate(tree, lookup);
  if (value.kind === 'number') return value;
  if (value.kind === 'unknown') return { kind: 'number', value: null, exponents: null };
  return fail('wrong-kind', tree, `this is ${KINDS[value.kind]}; expected a number`);
}

function truth(tree: Tree, lookup: Lookup): boolean | null {
  const value = evaluate(tree, lookup);
  if (value.kind === 'truth') return value.value;
  if (value.kind === 'unknown') return null;
  return fail('wrong-kind', tree, `this is ${KINDS[value.kind]}; expected true or false`);
}

function call(name: FunctionName, args: readonly Tree[], whole: Range, lookup: Lookup): Value {
  switch (name) {
    case 'if': {
      const [condition, ...branches] = args;
      const decided = truth(condition!, lookup);
      // Both are evaluated, so that a mistake in either shows.
      const [yes, no] = branches.map((branch) => ifThere(branch, lookup));
      const chosen = decided === false ? no! : yes!;
      if (chosen instanceof AbsentError) throw chosen;
      if (yes instanceof AbsentError || no instanceof AbsentError) return chosen;
      const either = oneKind([yes!, no!], branches, whole, 'if');
      return decided === null ? either : chosen;
    }
    case 'first': {
      const values = args.map((arg) => ifThere(arg, lookup));
      const there = values.flatMap((value, k) =>
        value instanceof AbsentError ? [] : [{ value, arg: args[k]! }],
      );
      if (there.length === 0) throw values[0];
      return oneKind(
        there.map(({ value }) => value),
        there.map(({ arg }) => arg),
        whole,
        'first',
        true,
      );
    }
    case 'min':
    case 'max': {
      const values = args.map((arg) => number(arg, lookup));
      const exponents = values.reduce<Exponents | null>(
        (sofar, value, k) => alike(sofar, value.exponents, args[0]!, args[k]!, name),
        null,
      );
      const known = values.map(({ value }) => value).filter((value) => value !== null);
      if (known.length < values.length) return { kind: 'number', value: null, exponents };
      const wanted = name === 'min' ? -1 : 1;
      const value = known.reduce((best, each) => (compare(each, best) * wanted > 0 ? each : best));
      return { kind: 'number', value, exponents };
    }
    case 'round':
    case 'floor':
    case 'ceil': {
      const { value, exponents } = number(args[0]!, lookup);
      if (exponents !== null && !sameExponents(exponents, NO_DIMENSION))
        fail(
          'wrong-dimension',
          args[0]!,
          `${name} needs a plain number, and this is ${describeExponents(exponents)}; divide by a unit first, such as ${name}(x / 1 ps) * 1 ps`,
        );
      return {
        kind: 'number',
        value: value === null ? null : { num: rounded(name, value), den: 1n },
        exponents: NO_DIMENSION,
      };
    }
  }
}

function ifThere(tree: Tree, lookup: Lookup): Value | AbsentError {
  try {
    return evaluate(tree, lookup);
  } catch (error) {
    if (error instanceof AbsentError) return error;
    throw error;
  }
}

function rounded(name: 'round' | 'floor' | 'ceil', value: Rational): bigint {
  if (name === 'round') return round(value);
  return name === 'floor' ? floor(value) : -floor({ num: -value.num, den: value.den });
}

/** What is known of a result that is one of `values`; or, with `take`, the first of them. */
function oneKind(
  values: readonly Value[],
  trees: readonly Tree[],
  whole: Range,
  name: string,
  take = false,
): Value {
  const [first] = values;
  let exponents: Exponents | null = null;
  for (const [k, value] of values.entries()) {
    if (value.kind !== first!.kind)
      if (value.kind === 'unknown' || first!.kind === 'unknown') return { kind: 'unknown' };
      else
        fail('wrong-kind', whole, `${name} mixes ${KINDS[first!.kind]} with ${KINDS[value.kind]}`);
    if (value.kind === 'number')
      exponents = alike(exponents, value.exponents, trees[0]!, trees[k]!, name);
  }
  if (take || first!.kind === 'list' || first!.kind === 'unknown') return first!;
  return first!.kind === 'number'
    ? { kind: 'number', value: null, exponents }
    : { kind: first!.kind, value: null };
}

/** What a name of an expression stands for: a value with its unit where it has one. */
export type Operand =
  | { readonly value: Json; readonly unit: string | null }
  /** What another expression gave. */
  | { readonly computed: Value };

type ExpressionBinding = Binding & { readonly kind: 'expression' };

/**
 * The value of an `expression` binding once its operands are known, checked and in base form
 * for `field`. Throws `DiagnosticError` with the place in the study, and `AbsentError`.
 *
 * @param operands  by the names that `binding.operands` has; without those of skipped tasks
 * @param field     the input; for a list the one value that the expression gives; without it
 *                  the value must be a plain number, text, or true or false
 */
export function evaluateExpression(
  binding: ExpressionBinding,
  operands: { readonly [name: string]: Operand },
  field: InputField | undefined,
): Json {
  return inBaseForm(valueOfExpression(binding, operands), binding, field);
}

/** The same, not yet for an input. */
export function valueOfExpression(
  binding: ExpressionBinding,
  operands: { readonly [name: string]: Operand },
): Value {
  try {
    return evaluate(parseExpression(binding.text), ({ name, start, end }) => {
      const operand = operands[name];
      if (operand !== undefined)
        return valueOfOperand(operand, binding.operands[name], { start, end }, name);
      if (name in binding.operands) throw new AbsentError(name);
      throw new ExpressionError('no-value', { start, end }, `${name} has no value`);
    });
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    throw wrongResult(binding, error.code, error.message);
  }
}

/** The value of an expression, checked and in base form for an input. */
export function inBaseForm(
  value: Value,
  binding: ExpressionBinding,
  field: InputField | undefined,
): Json {
  const coerced = coerceValue(value, field?.kind === 'list' ? field.of : field);
  if (coerced.kind === 'wrong')
    throw wrongResult(binding, coerced.code, `the result ${coerced.why}`);
  if (coerced.kind === 'unknown')
    throw wrongResult(binding, 'no-value', 'the result is not a single value');
  return coerced.value;
}

function valueOfOperand(
  operand: Operand,
  from: Binding | undefined,
  range: Range,
  name: string,
): Value {
  if ('computed' in operand) return operand.computed;
  const { value, unit } = operand;
  if (unit === null || typeof value !== 'number')
    return from?.kind === 'output' && typeof value === 'string'
      ? { kind: 'text', value }
      : valueOfJson(value);
  if (unitNamed(unit) === undefined && unit !== '')
    return fail('unknown-unit', range, `${name} is in ${unit}, which expressions do not know`);
  return quantityOf(fromNumber(value), unit);
}

function wrongResult(
  { text, span }: ExpressionBinding,
  code: string,
  message: string,
): DiagnosticError {
  return new DiagnosticError({ code, at: span, message: `${text}: ${message}`, related: [] });
}
