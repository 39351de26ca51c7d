/**
 * Canonical JSON and digests. Equal data gives equal bytes in any folder, locale and time zone:
 * keys sorted by UTF-16 code unit, no spaces, numbers in JavaScript's shortest exact form.
 */
import { createHash } from 'node:crypto';

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
  return createHash('sha256').update(bytes).digest('hex');
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
  return write(value, '$');
}

function write(value: unknown, place: string): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'number':
      if (!Number.isFinite(value) || Object.is(value, -0))
        throw new TypeError(`${place} is ${Object.is(value, -0) ? '-0' : value}: no JSON holds it`);
      return String(value);
    case 'object':
      if (value === null) return 'null';
      if (Array.isArray(value)) return writeArray(value, place);
      return writeObject(value, place);
    default:
      throw new TypeError(`${place} is ${typeof value}: no JSON holds it`);
  }
}

function writeArray(values: readonly unknown[], place: string): string {
  let text = '[';
  for (let k = 0; k < values.length; k++)
    text += (k === 0 ? '' : ',') + write(values[k], `${place}[${k}]`);
  return `${text}]`;
}

function writeObject(value: object, place: string): string {
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null)
    throw new TypeError(`${place} is not plain data: no JSON holds it`);
  // The default sort compares UTF-16 code units, whatever the locale.
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  let text = '{';
  for (const [k, [name, item]] of entries.entries())
    text += `${k === 0 ? '' : ','}${JSON.stringify(name)}:${write(item, `${place}.${name}`)}`;
  return `${text}}`;
}
