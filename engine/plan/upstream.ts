/** How a task that others take from has ended, and what it gave. */
import { type ActionRecord, digestOf } from '../../cache/index.ts';
import type { Json } from '../step.ts';
import type { Binding, TaskId } from '../study/expanded.ts';

/** How a task that others depend on has ended, as far as it has. */
export type Upstream =
  | { readonly kind: 'record'; readonly record: ActionRecord }
  /** Inconclusive without having run, because an input is: no record need exist. */
  | { readonly kind: 'inconclusive'; readonly key: string; readonly reason: string }
  /** Its condition does not hold, or it needs a skipped task: it gives nothing. */
  | { readonly kind: 'skipped' }
  | { readonly kind: 'failed' }
  | { readonly kind: 'pending' };

/** What a task that has ended gave for an output. */
export type Given =
  /** `value`: JSON, artifacts as `{path, digest, size}`. */
  | { readonly kind: 'artifact' | 'value'; readonly digest: string; readonly value: Json }
  /** The task is inconclusive and lacks it. */
  | { readonly kind: 'missing'; readonly digest: string; readonly reason: string };

export interface NothingGiven {
  readonly kind: 'skipped' | 'failed' | 'pending';
}

/** @param pathOf  where stored bytes are */
export function givenBy(
  upstream: Upstream,
  output: string,
  pathOf: (digest: string) => string,
): Given | NothingGiven {
  switch (upstream.kind) {
    case 'inconclusive':
      return {
        kind: 'missing',
        digest: missingDigest(output, upstream.key),
        reason: upstream.reason,
      };
    case 'record': {
      const { record } = upstream;
      const given = record.outputs[output];
      if (given === undefined)
        return {
          kind: 'missing',
          digest: missingDigest(output, record.key),
          reason: record.reason ?? `the step gave no ${output}`,
        };
      if (given.kind === 'value') return given;
      const { digest, size } = given;
      return { kind: 'artifact', digest, value: { path: pathOf(digest), digest, size } };
    }
    default:
      return upstream;
  }
}

/** What stands in a key for a value that the inconclusive action `key` lacks. */
export function missingDigest(output: string, key: string): string {
  return digestOf({ missing: output, of: key });
}

/** A skipped task without which a binding has no value; undefined if it may have one. */
export function skippedIn(
  binding: Binding,
  upstream: (task: TaskId) => Upstream,
): TaskId | undefined {
  const first = (bindings: readonly Binding[]): TaskId | undefined => {
    for (const each of bindings) {
      const skipped = skippedIn(each, upstream);
      if (skipped !== undefined) return skipped;
    }
    return undefined;
  };
  switch (binding.kind) {
    case 'output':
      return upstream(binding.task).kind === 'skipped' ? binding.task : undefined;
    case 'gather':
      // Elements that were skipped are left out, as long as others are there.
      return binding.elements.some((element) => skippedIn(element, upstream) === undefined)
        ? undefined
        : first(binding.elements);
    case 'settled': {
      // Further turns are skipped once it has settled.
      const [value] = binding.values;
      return value && skippedIn(value, upstream);
    }
    case 'first':
      return binding.options.some((option) => skippedIn(option, upstream) === undefined)
        ? undefined
        : first(binding.options);
    case 'list':
      return first(binding.items);
    case 'map':
      return first(Object.values(binding.entries));
    // What an expression needs shows when it is evaluated.
    default:
      return undefined;
  }
}
