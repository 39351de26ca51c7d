/** Values inside expressions. */
import type { Json } from '../step.ts';
import { fromNumber, multiply, type Rational } from './rational.ts';
import {
  type Exponents,
  exponentsOf,
  factorOf,
  NO_DIMENSION,
  parseQuantity,
  unitNamed,
} from './units.ts';

/** A value, or as much as is known of it: `null` for what only a run will tell. */
export type Value =
  /** `value` in SI base units. */
  | {
      readonly kind: 'number';
      readonly value: Rational | null;
      readonly exponents: Exponents | null;
    }
  | { readonly kind: 'truth'; readonly value: boolean | null }
  | { readonly kind: 'text'; readonly value: string | null }
  | { readonly kind: 'list' }
  /** Some JSON that a step gives. */
  | { readonly kind: 'unknown' };

/** What messages call them. */
export const KINDS: { readonly [kind in Value['kind']]: string } = {
  number: 'a number',
  truth: 'true or false',
  text: 'text',
  list: 'a list',
  unknown: 'a value',
};

/** A number in a unit as a value; of an unknown unit, nothing of its dimension is known. */
export function quantityOf(value: Rational | null, unit: string): Value {
  if (unit === '') return { kind: 'number', value, exponents: NO_DIMENSION };
  const known = unitNamed(unit);
  return known === undefined
    ? { kind: 'number', value, exponents: null }
    : {
        kind: 'number',
        value: value === null ? null : multiply(value, factorOf(unit)),
        exponents: exponentsOf(known.dimension),
      };
}

/** What a parameter holds, as a value: `25 ps` is a quantity whether quoted or not. */
export function valueOfJson(json: Json): Value {
  switch (typeof json) {
    case 'number':
      return quantityOf(fromNumber(json), '');
    case 'boolean':
      return { kind: 'truth', value: json };
    case 'string': {
      const read = parseQuantity(json);
      return read.kind === 'quantity' && read.unit !== null
        ? quantityOf(read.value, read.unit.name)
        : { kind: 'text', value: json };
    }
    default:
      return Array.isArray(json) ? { kind: 'list' } : { kind: 'unknown' };
  }
}
