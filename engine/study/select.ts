/** Which elements of a matrix step a reference means. */
import type { Axis } from './axis.ts';
import { didYouMean, listed, nearest } from './suggest.ts';

export interface Selection {
  readonly output: string;
  /** For each axis of the producer where the element comes from. */
  readonly axes: readonly Choice[];
  /** Written with `*`: a list of elements, even if it comes down to one. */
  readonly gather: boolean;
}

export type Choice =
  | { readonly kind: 'named'; readonly position: number }
  /**
   * Same label as the consumer's axis number `axis` has; `positions` by the position there,
   * negative for a label that only the consumer has.
   */
  | { readonly kind: 'aligned'; readonly axis: number; readonly positions: readonly number[] }
  | { readonly kind: 'gathered' };

export type Selected =
  | { readonly kind: 'selection'; readonly selection: Selection }
  | { readonly kind: 'wrong'; readonly code: string; readonly message: string };

/**
 * Understands the path behind a step's name: labels, `axis=label`, `*`, then the output. An
 * axis that is not named aligns with the same axis of the consumer; `*` gathers the others.
 */
export function select(
  step: string,
  axes: readonly Axis[],
  path: readonly string[],
  outputs: readonly string[],
  consumer: readonly Axis[],
): Selected {
  const wrong = (code: string, message: string): Selected => ({ kind: 'wrong', code, message });
  const output = path.at(-1);
  if (output === undefined || output === '*')
    return wrong('no-output', `name an output of ${step}: ${listed(outputs)}`);
  const selectors = path.slice(0, -1);
  const named = new Map<number, number>();
  let gather = false;
  for (let at = 0; at < selectors.length; ) {
    if (selectors[at] === '*') {
      if (axes.length === 0) return wrong('no-matrix', `${step} has no matrix; leave out .*`);
      gather = true;
      at++;
      continue;
    }
    const pick = pickAt(selectors, at, axes, named);
    if (pick === undefined) return unknownLabel(step, axes, path, at, outputs);
    if ('ambiguous' in pick)
      return wrong(
        'ambiguous-label',
        `${pick.label} is a label of ${pick.ambiguous.join(' and of ')}; write ${pick.ambiguous.map((axis) => `${axis}=${pick.label}`).join(' or ')}`,
      );
    named.set(pick.axis, pick.position);
    at = pick.next;
  }
  if (!outputs.includes(output)) {
    const isLabel = axes.some(({ index }) => index.has(output));
    return wrong(
      'unknown-output',
      isLabel
        ? `name an output of ${step} after ${output}: ${listed(outputs)}`
        : `${step} has no output ${output}${didYouMean(output, outputs, 'its outputs')}`,
    );
  }
  const choices: Choice[] = [];
  const open: Axis[] = [];
  for (const [k, axis] of axes.entries()) {
    const position = named.get(k);
    if (position !== undefined) choices.push({ kind: 'named', position });
    else {
      const shared = sharedAxis(axis, consumer);
      if (shared !== undefined)
        choices.push({
          kind: 'aligned',
          axis: shared,
          positions: consumer[shared]!.labels.map((label) => axis.index.get(label) ?? ABSENT),
        });
      else if (gather) choices.push({ kind: 'gathered' });
      else open.push(axis);
    }
  }
  if (open.length === 0) return { kind: 'selection', selection: { output, axes: choices, gather } };
  const example = [...selectors, ...open.map(({ labels }) => labels[0] ?? 'LABEL')].join('.');
  return wrong(
    'unaligned',
    `${step} is a matrix over ${open.map(({ name, labels }) => `${name} (${listed(labels, 8)})`).join(' and ')}, which this step does not share; choose by label, such as $${step}.${example}.${output}, or gather all with $${step}.${[...selectors, '*'].join('.')}.${output}`,
  );
}

const ABSENT = -1;

type Pick =
  | { readonly axis: number; readonly position: number; readonly next: number }
  | { readonly ambiguous: readonly string[]; readonly label: string }
  | undefined;

/** Labels may hold dots, so the longest label that fits is taken. */
function pickAt(
  selectors: readonly string[],
  at: number,
  axes: readonly Axis[],
  named: ReadonlyMap<number, number>,
): Pick {
  for (let next = selectors.length; next > at; next--) {
    const text = selectors.slice(at, next).join('.');
    const equals = text.indexOf('=');
    const onAxis = axes.findIndex(({ name }) => equals > 0 && name === text.slice(0, equals));
    const position = axes[onAxis]?.index.get(text.slice(equals + 1));
    if (position !== undefined && !named.has(onAxis)) return { axis: onAxis, position, next };
    const having = axes.flatMap((axis, k) => (axis.index.has(text) && !named.has(k) ? [k] : []));
    if (having.length > 1) return { ambiguous: having.map((k) => axes[k]!.name), label: text };
    const [only] = having;
    if (only !== undefined) return { axis: only, position: axes[only]!.index.get(text)!, next };
  }
  return undefined;
}

function unknownLabel(
  step: string,
  axes: readonly Axis[],
  path: readonly string[],
  at: number,
  outputs: readonly string[],
): Selected {
  const given = path[at]!;
  if (axes.length === 0)
    return {
      kind: 'wrong',
      code: 'no-matrix',
      message: `${step} has no matrix, so ${given} chooses nothing; its outputs: ${listed(outputs)}`,
    };
  const labels = axes.flatMap((axis) => axis.labels);
  const near = nearest(given, labels);
  const choices = axes.map(({ name, labels }) => `${name} (${listed(labels, 8)})`).join(' and ');
  return {
    kind: 'wrong',
    code: 'unknown-label',
    message: `${given} is no label of ${step}${near === undefined ? `; it is a matrix over ${choices}` : `; did you mean ${near}?`}`,
  };
}

/**
 * The consumer's axis that is the same as `axis`: of the same name with the same values or the
 * same labels; else the only one that takes its values from the same place.
 */
function sharedAxis(axis: Axis, consumer: readonly Axis[]): number | undefined {
  const byName = consumer.findIndex(
    (other) => other.name === axis.name && (sameSource(axis, other) || sameLabels(axis, other)),
  );
  if (byName >= 0) return byName;
  const bySource = consumer.flatMap((other, k) => (sameSource(axis, other) ? [k] : []));
  return bySource.length === 1 ? bySource[0] : undefined;
}

function sameSource(a: Axis, b: Axis): boolean {
  return a.source !== null && a.source === b.source;
}

function sameLabels(a: Axis, b: Axis): boolean {
  return a.labels.length === b.labels.length && a.labels.every((label) => b.index.has(label));
}
