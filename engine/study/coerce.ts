/**
 * Single values -> the base form of an input: quantities as numbers in its unit, compositions
 * as fractions by element. Two ways in, a scalar as written and the value of an expression.
 */
import type { InputField, Json } from '../step.ts';
import { parseComposition } from './composition.ts';
import { describe, plainValue, type Scalar } from './node.ts';
import { divide, isInteger, multiply, parseDecimal, type Rational, toNumber } from './rational.ts';
import { didYouMean, nearest } from './suggest.ts';
import {
  describeExponents,
  expectedDimension,
  exponentsOf,
  factorOf,
  NO_DIMENSION,
  parseQuantity,
  sameExponents,
  unitsOf,
} from './units.ts';
import type { Value } from './value.ts';
import { misread, misreadAsText } from './yaml-traps.ts';

/** `why` continues a sentence that begins with the name of the input. */
export type Coerced =
  | { readonly kind: 'value'; readonly value: Json }
  /** Right as far as can be told before a run. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'wrong'; readonly code: string; readonly why: string };

function done(value: Json): Coerced {
  return { kind: 'value', value };
}

function wrong(code: string, why: string): Coerced {
  return { kind: 'wrong', code, why };
}

/** A scalar as written in a file, for a field that one scalar can fill. */
export function coerceScalar(scalar: Scalar, field: InputField): Coerced {
  switch (field.kind) {
    case 'quantity':
      return quantity(scalar, field);
    case 'integer':
    case 'number': {
      const exact = scalar.plain ? parseDecimal(scalar.text) : undefined;
      if (exact === undefined)
        return wrong(
          'wrong-kind',
          !scalar.plain && parseDecimal(scalar.text) !== undefined
            ? `is text, because it is in quotes; write ${scalar.text} without them`
            : `is ${describe(scalar)}; expected ${field.kind === 'integer' ? 'a whole number' : 'a plain number'}`,
        );
      const trap = misread(scalar);
      if (trap !== undefined) return wrong('yaml-trap', trap);
      return plainNumber(exact, field, `is ${scalar.text}; expected a whole number`);
    }
    case 'boolean': {
      const value = plainValue(scalar);
      return typeof value === 'boolean'
        ? done(value)
        : wrong('wrong-kind', `is ${describe(scalar)}; write true or false`);
    }
    case 'text':
      return text(scalar, field);
    case 'choice':
      return choice(scalar.text, field);
    case 'composition': {
      const read = parseComposition(scalar.text);
      return read.kind === 'composition'
        ? done(read.fractions)
        : wrong('bad-composition', `cannot be read: ${read.why}`);
    }
    case 'json': {
      const trap = misread(scalar);
      return trap === undefined ? done(plainValue(scalar)) : wrong('yaml-trap', trap);
    }
    default:
      return wrong('wrong-kind', `is ${describe(scalar)}`);
  }
}

/** Text that a program wrote, as if it stood unquoted in a study. */
export function coerceText(text: string, field: InputField): Coerced {
  return coerceScalar({ ...quoted(text), plain: true }, field);
}

/** The value of an expression. Without a field: a plain number, text, or true or false. */
export function coerceValue(value: Value, field: InputField | undefined): Coerced {
  if (value.kind === 'unknown') return { kind: 'unknown' };
  if (value.kind === 'list') return wrong('wrong-kind', 'is a list; expected a single value');
  switch (field?.kind) {
    case 'quantity': {
      if (value.kind !== 'number')
        return wrong(
          'wrong-kind',
          `is ${nameOf(value)}; expected ${expectedDimension(field.dimension)}`,
        );
      const { exponents } = value;
      if (exponents !== null && !sameExponents(exponents, exponentsOf(field.dimension)))
        return wrong(
          'wrong-dimension',
          `is ${describeExponents(exponents)}; expected ${expectedDimension(field.dimension)}`,
        );
      if (value.value === null) return { kind: 'unknown' };
      return bounded(divide(value.value, factorOf(field.unit)), field, field.unit);
    }
    case 'boolean':
      if (value.kind !== 'truth')
        return wrong('wrong-kind', `is ${nameOf(value)}; expected true or false`);
      return value.value === null ? { kind: 'unknown' } : done(value.value);
    case 'choice':
      if (value.kind !== 'text')
        return wrong(
          'wrong-kind',
          `is ${nameOf(value)}; expected one of ${field.values.join(', ')}`,
        );
      return value.value === null ? { kind: 'unknown' } : choice(value.value, field);
    case 'composition':
      if (value.kind !== 'text')
        return wrong('wrong-kind', `is ${nameOf(value)}; expected a composition, such as Fe90C10`);
      return value.value === null ? { kind: 'unknown' } : coerceScalar(quoted(value.value), field);
    case 'integer':
    case 'number':
      if (value.kind !== 'number')
        return wrong('wrong-kind', `is ${nameOf(value)}; expected a plain number`);
      break;
    case 'artifact':
    case 'file':
    case 'measured':
    case 'list':
    case 'map':
      return wrong('wrong-kind', `is ${nameOf(value)}; expected ${expectedKind(field)}`);
  }
  if (value.kind === 'number') {
    const { exponents } = value;
    if (exponents !== null && !sameExponents(exponents, NO_DIMENSION))
      return wrong(
        'wrong-dimension',
        `is ${describeExponents(exponents)}; expected a plain number: divide by a unit, such as x / 1 ps`,
      );
    if (value.value === null) return { kind: 'unknown' };
    const kind = field?.kind === 'integer' ? field : field?.kind === 'number' ? field : NUMBER;
    const coerced = plainNumber(
      value.value,
      kind,
      `is ${toNumber(value.value)}, a fraction where a whole number is needed; use round( ), floor( ) or ceil( )`,
    );
    return field?.kind === 'text' && coerced.kind === 'value'
      ? done(String(coerced.value))
      : coerced;
  }
  if (value.value === null) return { kind: 'unknown' };
  if (field?.kind !== 'text') return done(value.value);
  return value.kind === 'text'
    ? text(quoted(value.value), field)
    : wrong('wrong-kind', 'is true or false; expected text');
}

const NUMBER: InputField & { readonly kind: 'number' } = { kind: 'number' };

function quoted(value: string): Scalar {
  const span = { file: '', start: 0, end: 0 };
  return { kind: 'scalar', text: value, plain: false, span, textStart: null };
}

function nameOf(value: Value): string {
  switch (value.kind) {
    case 'number':
      return value.exponents === null ? 'a number' : describeExponents(value.exponents);
    case 'truth':
      return 'true or false';
    case 'text':
      return value.value === null ? 'text' : `"${value.value}"`;
    case 'list':
      return 'a list';
    case 'unknown':
      return 'a value';
  }
}

/** What a field takes, in a few words. */
export function expectedKind(field: InputField): string {
  switch (field.kind) {
    case 'quantity':
      return expectedDimension(field.dimension);
    case 'integer':
      return 'a whole number';
    case 'number':
      return 'a plain number';
    case 'boolean':
      return 'true or false';
    case 'text':
      return field.secret === true ? 'text, or { secret: NAME }' : 'text';
    case 'choice':
      return `one of ${field.values.join(', ')}`;
    case 'composition':
      return 'a composition, such as Fe90C10';
    case 'artifact':
      return `${field.type} of another step, or { file: path }`;
    case 'file':
      return 'the path of a file';
    case 'measured':
      return 'a measured value of another step';
    case 'list':
      return `${expectedKind(field.of)}, or a list of such`;
    case 'map':
      return `a mapping from names, each to ${expectedKind(field.of)}`;
    case 'json':
      return 'a value';
  }
}

function quantity(scalar: Scalar, field: InputField & { readonly kind: 'quantity' }): Coerced {
  const expected = expectedDimension(field.dimension);
  const read = parseQuantity(scalar.text);
  switch (read.kind) {
    case 'out-of-range':
      return wrong('out-of-range', 'is too large or too small a number');
    case 'not-a-quantity':
      return wrong('wrong-kind', `is ${describe(scalar)}; expected ${expected}`);
    case 'unknown-unit': {
      const units = unitsOf(field.dimension);
      const near = nearest(read.unit, units);
      const hint = near === undefined ? `expected ${expected}` : `did you mean ${near}?`;
      const all = near === undefined && units.length > 1 ? ` (units: ${units.join(', ')})` : '';
      return wrong('unknown-unit', `has the unknown unit ${read.unit}; ${hint}${all}`);
    }
    case 'quantity': {
      const { value, unit } = read;
      const wanted = exponentsOf(field.dimension);
      const given = unit === null ? NO_DIMENSION : exponentsOf(unit.dimension);
      if (!sameExponents(given, wanted))
        return unit === null
          ? wrong('missing-unit', `has no unit; expected ${expected}`)
          : wrong(
              'wrong-dimension',
              `is given as ${describeExponents(given)}; expected ${expected}`,
            );
      const base = unit === null ? value : multiply(value, unit.factor);
      return bounded(divide(base, factorOf(field.unit)), field, field.unit);
    }
  }
}

function plainNumber(
  exact: Rational,
  field: InputField & { readonly kind: 'integer' | 'number' },
  fraction: string,
): Coerced {
  if (field.kind === 'integer' && !isInteger(exact)) return wrong('not-whole', fraction);
  return bounded(exact, field, '');
}

interface Bounds {
  readonly above?: number;
  readonly min?: number;
  readonly max?: number;
}

function bounded(exact: Rational, bounds: Bounds, unit: string): Coerced {
  const value = toNumber(exact);
  if (value === undefined) return wrong('out-of-range', 'is too large or too small a number');
  const { above, min, max } = bounds;
  const written = (number: number) => (unit === '' ? `${number}` : `${number} ${unit}`);
  if (above !== undefined && !(value > above))
    return wrong('out-of-range', `is ${written(value)}; it must be above ${written(above)}`);
  if (min !== undefined && value < min)
    return wrong('out-of-range', `is ${written(value)}; it must be at least ${written(min)}`);
  if (max !== undefined && value > max)
    return wrong('out-of-range', `is ${written(value)}; it must be at most ${written(max)}`);
  return done(value);
}

function text(scalar: Scalar, field: InputField & { readonly kind: 'text' }): Coerced {
  const trap = misreadAsText(scalar);
  if (trap !== undefined) return wrong('yaml-trap', trap);
  if (field.pattern !== undefined && !new RegExp(field.pattern, 'u').test(scalar.text))
    return wrong('bad-text', `is "${scalar.text}", which does not match ${field.pattern}`);
  return done(scalar.text);
}

function choice(given: string, { values }: InputField & { readonly kind: 'choice' }): Coerced {
  return values.includes(given)
    ? done(given)
    : wrong('unknown-choice', `is "${given}"${didYouMean(given, values, 'expected one of')}`);
}
