/** Repeated steps once their turns have ended: which of them gives a value, or why none does. */
import { digestOf } from '../../cache/index.ts';
import type { InputField, Json } from '../step.ts';
import type { Binding, Progress, Settling, TaskId } from '../study/expanded.ts';
import { type Part, partAsJson, sameParts } from './action.ts';

/** How a repeated step has ended. */
export type Settled =
  /** In this turn. */
  | { readonly kind: 'turn'; readonly turn: number }
  /** Not: after this turn, the last. `reason` is for the user. */
  | { readonly kind: 'unsettled'; readonly turn: number; readonly reason: string }
  /** Its condition waits for something or lacks it, which has been noted. */
  | { readonly kind: 'unknown' };

/** What resolving gives for a binding, as far as it is needed here. */
export type Resolve = (
  binding: Binding,
  field: InputField,
) => { readonly part: Part; readonly value: Json } | undefined;

/** Follows the turns of a repeated step, as far as they have ended. */
export function settle({ turns }: Settling, resolve: Resolve): Settled {
  for (const [turn, { until }] of turns.entries()) {
    const holds = resolve(until, { kind: 'boolean' });
    if (typeof holds?.value !== 'boolean') return { kind: 'unknown' };
    if (holds.value) return { kind: 'turn', turn };
    const next = turns[turn + 1];
    if (next === undefined) break;
    const progress = next.progress === null || isProgress(next.progress, resolve);
    if (progress === undefined) return { kind: 'unknown' };
    if (!progress)
      return {
        kind: 'unsettled',
        turn,
        reason: `no progress: turn ${turn + 2} would repeat turn ${turn + 1}`,
      };
  }
  const reason = `not settled after ${turns.length} ${turns.length === 1 ? 'turn' : 'turns'}`;
  return { kind: 'unsettled', turn: turns.length - 1, reason };
}

/** Whether a turn takes anything else than the one before; undefined while that is not known. */
export function isProgress({ inputs }: Progress, resolve: Resolve): boolean | undefined {
  let known = true;
  for (const { field, before, now } of inputs) {
    const [was, is] = [before && resolve(before, field), resolve(now, field)];
    if (was === undefined || is === undefined) known = false;
    else if (was === null || !sameParts(was.part, is.part)) return true;
  }
  return known ? false : undefined;
}

/** What stands in a key for a value that a repeated step did not settle on. */
export function unsettledDigest(last: Part, reason: string): string {
  return digestOf({ unsettled: partAsJson(last), reason });
}

/** The first output that a binding takes, with its task. */
export function outputIn(
  binding: Binding,
): { readonly task: TaskId; readonly output: string } | undefined {
  const first = (bindings: readonly Binding[]) => {
    for (const each of bindings) {
      const found = outputIn(each);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  switch (binding.kind) {
    case 'output':
      return binding;
    case 'gather':
      return first(binding.elements);
    case 'settled':
      return first(binding.values);
    case 'first':
      return first(binding.options);
    case 'list':
      return first(binding.items);
    case 'map':
      return first(Object.values(binding.entries));
    case 'expression':
      return first(Object.values(binding.operands));
    default:
      return undefined;
  }
}
