/** Bindings while a study is resolved: what an input is bound to, and whether elements share it. */
import type { Json } from '../step.ts';
import type { Binding, Span } from './expanded.ts';

export interface Bound<B extends Binding = Binding> {
  readonly binding: B;
  /** Whether another task of the same step may have another binding. */
  readonly varies: boolean;
}

export type OutputBinding = Binding & { readonly kind: 'output' };

export function constant(binding: Binding): Bound {
  return { binding, varies: false };
}

/** A list of bindings; undefined if one of them is. Each item keeps its place in the study. */
export function listOf(items: readonly (Bound | undefined)[], span: Span): Bound | undefined {
  const bound = items.filter((item) => item !== undefined);
  if (bound.length < items.length) return undefined;
  return {
    binding: { kind: 'list', items: bound.map(({ binding }) => binding), span },
    varies: bound.some((item) => item.varies),
  };
}

/** Named bindings, each with its place in the study. */
export function mapOf(entries: readonly (readonly [string, Bound])[], span: Span): Bound {
  return {
    binding: {
      kind: 'map',
      entries: Object.fromEntries(entries.map(([name, { binding }]) => [name, binding] as const)),
      span,
    },
    varies: entries.some(([, bound]) => bound.varies),
  };
}

/** A list or map as one literal, if it consists of literals only. */
export function asLiteral({ binding, varies }: Bound): Bound {
  const value = literalOf(binding);
  return value === undefined
    ? { binding, varies }
    : { binding: { kind: 'literal', value, span: binding.span }, varies };
}

function literalOf(binding: Binding): Json | undefined {
  switch (binding.kind) {
    case 'literal':
      return binding.value;
    case 'list': {
      const values = binding.items.map(literalOf).filter((value) => value !== undefined);
      return values.length < binding.items.length ? undefined : values;
    }
    case 'map': {
      const entries = Object.entries(binding.entries);
      const known = entries.flatMap(([name, entry]) => {
        const value = literalOf(entry);
        return value === undefined ? [] : [[name, value] as const];
      });
      return known.length < entries.length ? undefined : Object.fromEntries(known);
    }
    default:
      return undefined;
  }
}
