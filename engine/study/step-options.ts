/** What a step says about how it runs: resources, time limit, further attempts. */
import type { Problems } from './diagnostic.ts';
import type { Retry, Task } from './expanded.ts';
import { describe, jsonOf, type Mapping, type Node } from './node.ts';
import { fromNumber, multiply, parseDecimal, toNumber } from './rational.ts';

/** Before the first further attempt, seconds, unless the step says so; it doubles each time. */
const FIRST_WAIT = 10;

export function readResources(
  step: string,
  given: Node | undefined,
  problems: Problems,
): Task['resources'] {
  if (given?.kind !== 'map') return {};
  const cpu = numberIn(given, 'cpu');
  const gpu = numberIn(given, 'gpu');
  const memory = readMemory(`step ${step}`, given, problems);
  return {
    ...(cpu !== undefined && { threads: { min: cpu, max: cpu } }),
    ...(memory !== undefined && { memory }),
    ...(gpu !== undefined && { gpu }),
  };
}

/** MB of `memory`; undefined if it is not given, or wrong, which is reported. */
export function readMemory(
  subject: string,
  given: Mapping,
  problems: Problems,
): number | undefined {
  const node = given.entries.get('memory')?.value;
  if (node?.kind !== 'scalar') return undefined;
  return (
    amount(node.text, MEMORY) ??
    problems.add(
      'wrong-kind',
      node.span,
      `memory of ${subject} is ${describe(node)}; expected an amount such as 4 GB or 500 MB`,
    )
  );
}

/** Seconds; null without a limit. */
export function readTimeout(given: Node | undefined, problems: Problems): number | null {
  return given?.kind === 'scalar' ? (seconds('timeout', given, problems) ?? null) : null;
}

/** Further attempts: `retry: 3`, or `retry: { times: 3, wait: 30 s }`. */
export function readRetry(given: Node | undefined, problems: Problems): Retry | undefined {
  if (given?.kind === 'scalar') {
    const times = jsonOf(given);
    return typeof times === 'number' ? { times, wait: FIRST_WAIT } : undefined;
  }
  if (given?.kind !== 'map') return undefined;
  const times = numberIn(given, 'times');
  const wait = given.entries.get('wait')?.value;
  const first = wait === undefined ? FIRST_WAIT : seconds('wait', wait, problems);
  return times === undefined || first === undefined ? undefined : { times, wait: first };
}

function numberIn(given: Mapping, name: string): number | undefined {
  const node = given.entries.get(name)?.value;
  const value = node === undefined ? undefined : jsonOf(node);
  return typeof value === 'number' ? value : undefined;
}

function seconds(name: string, given: Node, problems: Problems): number | undefined {
  if (given.kind !== 'scalar') return undefined;
  return (
    amount(given.text, DURATION) ??
    problems.add(
      'wrong-kind',
      given.span,
      `${name} is ${describe(given)}; expected a time such as 30 min or 12 h (s, min, h, d)`,
    )
  );
}

const MEMORY: { readonly [unit: string]: number } = { MB: 1, GB: 1000, TB: 1_000_000 };
const DURATION: { readonly [unit: string]: number } = { s: 1, min: 60, h: 3600, d: 86_400 };

/** `4 GB` in the unit whose factor is 1; undefined if it is no such amount, or not positive. */
function amount(text: string, units: { readonly [unit: string]: number }): number | undefined {
  const match = /^([0-9.]+)\s*([A-Za-z]+)$/.exec(text.trim());
  const exact = match === null ? undefined : parseDecimal(match[1]!);
  if (exact === undefined || exact.num === 0n || !Object.hasOwn(units, match![2]!))
    return undefined;
  return toNumber(multiply(exact, fromNumber(units[match![2]!]!)));
}
