/**
 * Canonical JSON and digests. Equal data gives equal bytes in any folder, locale and time zone:
 * keys sorted by UTF-16 code unit, no spaces, numbers in JavaScript's shortest exact form.
 */
import { hash } from 'node:crypto';

/** Anything that JSON can hold. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };

/** Hex SHA-256 of `bytes` (a string counts as UTF-8). */
export function sha256(bytes: Uint8Array | string): string {
  return hash('sha256', bytes, 'hex');
}

/** Digest of the canonical form of `value`: the key of an action, the digest of a value. */
export function digestOf(value: Json): string {
  return sha256(canonicalJson(value));
}

/**
 * The one way to write `value` down. Throws a `TypeError` that names the place for what JSON
 * cannot hold exactly: NaN, infinities, -0, undefined, functions, class instances.
 */
export function canonicalJson(value: unknown): string {
  try {
    return write(value);
  } catch (error) {
    if (error instanceof Unwritable) throw new TypeError(`$${error.place} ${error.why}`);
    throw error;
  }
}

/** What no JSON holds; its place is put together on the way out, because it is rarely wanted. */
class Unwritable extends Error {
  place = '';
  readonly why: string;

  constructor(why: string) {
    super(why);
    this.why = why;
  }
}

function write(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'number':
      if (!Number.isFinite(value) || Object.is(value, -0))
        throw new Unwritable(`is ${Object.is(value, -0) ? '-0' : value}: no JSON holds it`);
      return String(value);
    case 'object':
      if (value === null) return 'null';
      return Array.isArray(value) ? writeArray(value) : writeObject(value);
    default:
      throw new Unwritable(`is ${typeof value}: no JSON holds it`);
  }
}

function writeArray(values: readonly unknown[]): string {
  let text = '[';
  let k = 0;
  try {
    for (; k < values.length; k++) text += (k === 0 ? '' : ',') + write(values[k]);
  } catch (error) {
    throw within(error, `[${k}]`);
  }
  return `${text}]`;
}

function writeObject(value: object): string {
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null)
    throw new Unwritable('is not plain data: no JSON holds it');
  // The default sort compares UTF-16 code units, whatever the locale.
  const names = Object.keys(value).sort();
  let text = '{';
  let name = '';
  try {
    for (name of names) {
      if (text.length > 1) text += ',';
      text += `${JSON.stringify(name)}:${write(value[name as keyof typeof value])}`;
    }
  } catch (error) {
    throw within(error, `.${name}`);
  }
  return `${text}}`;
}

function within(error: unknown, place: string): unknown {
  if (error instanceof Unwritable) error.place = place + error.place;
  return error;
}
