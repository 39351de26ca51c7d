/** Bindings while a study is resolved: what an input is bound to, and whether elements share it. */
import type { Json } from '../step.ts';
import type { CheckedStep } from './document.ts';
import type { Binding, Span } from './expanded.ts';

/** What the resolution of one input knows besides the node. */
export interface Place {
  readonly step: CheckedStep;
  /** Position of the task on each axis of its step. */
  readonly positions: readonly number[];
  /** The input, as messages name it. */
  readonly subject: string;
}

export interface Bound<B extends Binding = Binding> {
  readonly binding: B;
  /** Whether another task of the same step may have another binding. */
  readonly varies: boolean;
}

export type OutputBinding = Binding & { readonly kind: 'output' };

export function constant(binding: Binding): Bound {
  return { binding, varies: false };
}

/** A list of bindings; all literals together are one literal. */
export function joinList(items: readonly (Bound | undefined)[], span: Span): Bound | undefined {
  const bound = items.filter((item) => item !== undefined);
  if (bound.length < items.length) return undefined;
  const varies = bound.some((item) => item.varies);
  const bindings = bound.map(({ binding }) => binding);
  return bindings.every(({ kind }) => kind === 'literal')
    ? { binding: { kind: 'literal', value: bindings.map(literalValue), span }, varies }
    : { binding: { kind: 'list', items: bindings, span }, varies };
}

/** Named bindings; all literals together are one literal. */
export function joinMap(entries: readonly (readonly [string, Bound])[], span: Span): Bound {
  const varies = entries.some(([, bound]) => bound.varies);
  const bindings = entries.map(([name, { binding }]) => [name, binding] as const);
  return bindings.every(([, { kind }]) => kind === 'literal')
    ? {
        binding: {
          kind: 'literal',
          value: Object.fromEntries(bindings.map(([name, each]) => [name, literalValue(each)])),
          span,
        },
        varies,
      }
    : { binding: { kind: 'map', entries: Object.fromEntries(bindings), span }, varies };
}

function literalValue(binding: Binding): Json {
  return binding.kind === 'literal' ? binding.value : null;
}
