/** A measured value as a program writes it: what it leaves out is unknown, never guessed. */
import type { Json, Measured } from '../../step.ts';
import { didYouMean } from '../../study/suggest.ts';
import { convert, parseQuantity, unitNamed } from '../../study/units.ts';
import { type Fail, isMembers, type Members, parseJson } from './json.ts';

const KEYS: readonly (keyof Measured)[] = [
  'quantity',
  'value',
  'unit',
  'standard_error',
  'contributions',
  'effective_samples',
  'conditions',
  'marks',
];

/**
 * Reads JSON with at least `value`, or a quantity such as `5.2 mPa·s`, into the declared unit.
 *
 * @param name  what the quantity is called unless the file says it
 * @param unit  the declared one; a number without a unit is in it
 */
export function readMeasured(
  name: string,
  unit: string,
  file: string,
  text: string,
  fail: Fail,
): Measured {
  const given = text.startsWith('{') ? membersOf(file, text, fail) : ofQuantity(file, text, fail);
  for (const key of Object.keys(given))
    if (!KEYS.some((known) => known === key))
      fail(`${file} has an unknown key ${key}${didYouMean(key, KEYS)}`);
  const own = textAt('unit', given, unit, file, fail);
  const inUnit = (value: number): number => converted(value, own, unit, file, fail);
  const error = given.standard_error ?? null;
  const samples = given.effective_samples ?? null;
  return {
    quantity: textAt('quantity', given, name, file, fail),
    value: inUnit(numberAt('value', given.value, file, fail)),
    unit,
    standard_error:
      error === null ? null : inUnit(notNegative('standard_error', error, file, fail)),
    contributions: Object.fromEntries(
      Object.entries(mappingAt('contributions', given, file, fail)).map(
        ([part, value]) =>
          [part, inUnit(notNegative(`contributions.${part}`, value, file, fail))] as const,
      ),
    ),
    effective_samples:
      samples === null ? null : notNegative('effective_samples', samples, file, fail),
    conditions: mappingAt('conditions', given, file, fail),
    marks: marksOf(given, file, fail),
  };
}

function membersOf(file: string, text: string, fail: Fail): Members {
  const json = parseJson(file, text, fail);
  return isMembers(json) ? json : fail(`${file} must hold a JSON object`);
}

function ofQuantity(file: string, text: string, fail: Fail): Members {
  const match = /^(\S+)\s*(.*)$/su.exec(text);
  const read = parseQuantity(text);
  if (read.kind === 'not-a-quantity' || read.kind === 'out-of-range')
    fail(
      `${file} must be a number with a unit, or JSON such as { "value": 5.2, "standard_error": 0.3 }`,
    );
  const number = Number.parseFloat(match?.[1] ?? '');
  if (read.kind === 'unknown-unit') return { value: number, unit: read.unit };
  return { value: number, ...(read.kind === 'quantity' && read.unit && { unit: read.unit.name }) };
}

/** Units that curie does not know are fine as long as they are the same. */
function converted(value: number, from: string, to: string, file: string, fail: Fail): number {
  if (from === to) return value;
  const [a, b] = [unitNamed(from), unitNamed(to)];
  if (a === undefined || b === undefined || a.dimension !== b.dimension)
    fail(`${file} is in ${from}, which is no unit of what was declared in ${to}`);
  return convert(value, from, to);
}

function numberAt(key: string, value: Json | undefined, file: string, fail: Fail): number {
  return typeof value === 'number' && Number.isFinite(value)
    ? value
    : fail(`${file} must give a number for ${key}`);
}

function notNegative(key: string, value: Json, file: string, fail: Fail): number {
  const number = numberAt(key, value, file, fail);
  return number >= 0
    ? number
    : fail(`${file} gives ${number} for ${key}, which cannot be negative`);
}

function textAt(key: string, given: Members, standard: string, file: string, fail: Fail): string {
  const value = given[key] ?? standard;
  return typeof value === 'string' ? value : fail(`${file} must give text for ${key}`);
}

function mappingAt(key: string, given: Members, file: string, fail: Fail): Members {
  const value = given[key] ?? {};
  return isMembers(value) ? value : fail(`${file} must give a mapping for ${key}`);
}

function marksOf(given: Members, file: string, fail: Fail): readonly string[] {
  const marks = given.marks ?? [];
  const texts = Array.isArray(marks) ? marks.filter((mark) => typeof mark === 'string') : [];
  return Array.isArray(marks) && texts.length === marks.length
    ? texts
    : fail(`${file} must give a list of texts for marks`);
}
