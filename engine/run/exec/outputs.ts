/** What a program has left in its folder -> typed outputs. */
import { closeSync, lstatSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import {
  type InputField,
  type Json,
  type OutputField,
  type OutputValue,
  StepError,
} from '../../step.ts';
import { coerceText } from '../../study/coerce.ts';
import { didYouMean } from '../../study/suggest.ts';
import { filesIn } from './folder.ts';
import { type Fail, isMembers, parseJson } from './json.ts';
import { readMeasured } from './measured.ts';
import type { Hidden } from './variables.ts';

/** One of the declared outputs, as the input `outputs` holds it. */
export type Declared = OutputField & {
  readonly file: string;
  /** A number alone in the file is in the declared unit. */
  readonly plain?: true;
};

/** Values live in records, which are read whole. */
const LARGEST_VALUE = 1_000_000;

/**
 * Reads the declared outputs. Throws a `StepError` for one that is missing, is not what it was
 * declared to be, or holds a secret.
 */
export function readOutputs(
  declared: { readonly [name: string]: Declared },
  folder: string,
  hidden: Hidden,
): { readonly [name: string]: OutputValue } {
  return Object.fromEntries(
    Object.entries(declared).map(([name, output]) => {
      const fail = (why: string): never => {
        throw new StepError(`output ${name}: ${why}`);
      };
      checkFile(output.file, folder, hidden, fail);
      if (output.kind === 'artifact') return [name, { file: output.file }] as const;
      return [name, readValue(name, output, textOf(output.file, folder, fail), fail)] as const;
    }),
  );
}

function checkFile(file: string, folder: string, hidden: Hidden, fail: Fail): void {
  const path = join(folder, file);
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) {
    const written = filesIn(folder);
    fail(`the program did not write ${file}${didYouMean(file, written, 'its folder holds')}`);
  }
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) fail(`${file} is a link to nothing`);
  if (!stat?.isFile())
    fail(`${file} is no ordinary file; declare the files of a folder one by one, or pack them`);
  if (hidden.longest > 0 && contains(path, hidden))
    fail(`${file} contains the value of a secret, which no result may hold`);
}

const PIECE = 1 << 20;

/** Whether a file holds a secret; read piece by piece, because outputs may be large. */
function contains(path: string, hidden: Hidden): boolean {
  const overlap = hidden.longest - 1;
  const buffer = Buffer.alloc(PIECE + overlap);
  const descriptor = openSync(path, 'r');
  try {
    for (let kept = 0; ; ) {
      const read = readSync(descriptor, buffer, kept, PIECE, null);
      if (read === 0) return false;
      const filled = kept + read;
      if (hidden.isIn(buffer.subarray(0, filled))) return true;
      kept = Math.min(overlap, filled);
      buffer.copyWithin(0, filled - kept, filled);
    }
  } finally {
    closeSync(descriptor);
  }
}

function textOf(file: string, folder: string, fail: Fail): string {
  const path = join(folder, file);
  const { size } = statSync(path);
  if (size > LARGEST_VALUE)
    fail(
      `${file} has ${(size / 1e6).toFixed(1)} MB, and a value at most 1 MB; declare it as a file: leave out its type`,
    );
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path));
  } catch {
    return fail(`${file} is not UTF-8 text`);
  }
}

function readValue(
  name: string,
  output: Declared & { readonly kind: Exclude<OutputField['kind'], 'artifact'> },
  text: string,
  fail: Fail,
): OutputValue {
  const { file } = output;
  switch (output.kind) {
    case 'text':
      return text.replace(/\r?\n$/, '');
    case 'json':
      return parseJson(file, text, fail);
    case 'number':
    case 'integer':
    case 'boolean':
      return coerced(file, text.trim(), { kind: output.kind }, fail);
    case 'quantity': {
      const { dimension, unit } = output;
      return coerced(
        file,
        quantityText(file, text, output.plain ? unit : '', fail),
        { kind: 'quantity', dimension, unit },
        fail,
      );
    }
    case 'measured':
      return readMeasured(name, output.unit, file, text.trim(), fail);
  }
}

function coerced(file: string, text: string, field: InputField, fail: Fail): Json {
  const read = coerceText(text, field);
  if (read.kind === 'value') return read.value;
  return fail(`${file} ${read.kind === 'wrong' ? read.why : 'holds no value'}`);
}

/**
 * A quantity as the study would write it, of a file that holds that, `{ "value": 5.2, "unit":
 * "mPa·s" }`, or a number alone, which is in `unit`.
 */
function quantityText(file: string, text: string, unit: string, fail: Fail): string {
  const given = text.trim();
  if (!given.startsWith('{')) return /^[-+.\deE]+$/.test(given) ? `${given} ${unit}`.trim() : given;
  const json = parseJson(file, given, fail);
  const { value, unit: own = unit } = isMembers(json) ? json : {};
  return typeof value === 'number' && typeof own === 'string'
    ? `${value} ${own}`.trim()
    : fail(`${file} must hold such as 5.2 mPa·s or { "value": 5.2, "unit": "mPa·s" }`);
}
