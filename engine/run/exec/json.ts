/** JSON that a program wrote. */
import type { Json } from '../../step.ts';

export type Fail = (why: string) => never;
export type Members = { readonly [key: string]: Json };

export function parseJson(file: string, text: string, fail: Fail): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    return fail(`${file} is not JSON: ${error instanceof Error ? error.message : error}`);
  }
}

export function isMembers(value: Json): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
