/** The environment of a program, and what of it no log may show. */
import { type Secret, StepError } from '../../step.ts';

/** Same in every place and season, unless the step sets them. */
const FIXED = { LANG: 'C.UTF-8', TZ: 'UTC' } as const;

type Environment = { readonly [name: string]: string | undefined };

export interface Variables {
  readonly all: { readonly [name: string]: string };
  /** Values that came from outside and are no part of the study. */
  readonly hidden: Hidden;
}

/**
 * Variables of a program: nothing of curie's own environment but what the step names.
 *
 * @param env      as the step sets them
 * @param pass     names handed over from `own`; one that is not set there is not set here either
 * @param path     value of PATH
 * @param gpu      device granted to the task: the only one that its program sees
 * @param own      environment that curie runs in
 * @throws StepError for a secret that is not there
 */
export function variablesOf(
  env: { readonly [name: string]: string | Secret },
  pass: readonly string[],
  path: string,
  gpu: string | undefined,
  own: Environment,
): Variables {
  const all: { [name: string]: string } = { ...FIXED };
  const secrets: string[] = [];
  const passed: string[] = [];
  for (const name of pass) {
    const value = own[name];
    if (value === undefined) continue;
    all[name] = value;
    passed.push(value);
  }
  for (const [name, value] of Object.entries(env)) {
    if (typeof value === 'string') all[name] = value;
    else {
      all[name] = secretNamed(value.secret, own);
      secrets.push(all[name]);
    }
  }
  all.PATH = path;
  all.CUDA_VISIBLE_DEVICES = gpu ?? '';
  return { all, hidden: new Hidden(secrets, passed) };
}

function secretNamed(name: string, own: Environment): string {
  const value = own[name];
  if (value === undefined || value === '')
    throw new StepError(
      `the secret ${name} is ${value === undefined ? 'not set' : 'empty'} in the environment that curie runs in; set it there, such as with: export ${name}=...`,
    );
  return value;
}

/** Shorter ones would stand in any text by chance. */
const SHORTEST_PASSED = 4;
const SHORTEST_LEAK = 8;

/** Values that reach the program and nothing that is kept. */
export class Hidden {
  /** Longest first: one may contain another. */
  readonly #lines: readonly string[];
  readonly #leaks: readonly Buffer[];

  constructor(secrets: readonly string[], passed: readonly string[]) {
    const lines = [...secrets, ...passed.filter((value) => value.length >= SHORTEST_PASSED)]
      // Output is looked at by lines.
      .flatMap((value) => value.split('\n'))
      .map((line) => line.trim())
      .filter((line) => line !== '');
    this.#lines = [...new Set(lines)].sort((a, b) => b.length - a.length);
    this.#leaks = secrets
      .filter((value) => value.length >= SHORTEST_LEAK)
      .map((value) => Buffer.from(value));
  }

  /** A line of output without them. */
  scrub(line: string): string {
    return this.#lines.reduce((text, value) => text.replaceAll(value, '***'), line);
  }

  /** Lengths that matter when a file is searched piece by piece; 0 if there is nothing to find. */
  get longest(): number {
    return Math.max(0, ...this.#leaks.map((value) => value.length));
  }

  /** Whether bytes contain a secret. */
  isIn(bytes: Buffer): boolean {
    return this.#leaks.some((value) => bytes.includes(value));
  }
}
