/** Expressions once the tasks have ended that they take from. */
import type { Json } from '../step.ts';
import type { Binding, TaskId } from '../study/expanded.ts';
import { AbsentError, type Operand, valueOfExpression } from '../study/expression.ts';
import type { Value } from '../study/value.ts';
import type { Findings } from './findings.ts';

type ExpressionBinding = Binding & { readonly kind: 'expression' };

/** An expression as far as its operands are there; what they wait for or lack is noted. */
export type Computed = { readonly kind: 'value'; readonly value: Value } | NotComputed;

type NotComputed =
  /** An inconclusive task lacks a value: this stands for it in a key. */
  | { readonly kind: 'missing'; readonly digest: string }
  | { readonly kind: 'skipped'; readonly by: TaskId }
  | { readonly kind: 'waiting' };

type FoundOperand = { readonly kind: 'operand'; readonly operand: Operand } | NotComputed;

/** @param plain  value of an operand that no task gives */
export function compute(
  binding: ExpressionBinding,
  findings: Findings,
  plain: (binding: Binding) => Json | undefined,
): Computed {
  const operands: { [name: string]: Operand } = {};
  const skipped = new Map<string, TaskId>();
  let missing: (NotComputed & { readonly kind: 'missing' }) | undefined;
  let waiting = false;
  for (const [name, operand] of Object.entries(binding.operands)) {
    const found = operandOf(operand, findings, plain);
    if (found.kind === 'operand') operands[name] = found.operand;
    // Whether it is needed shows when the expression is evaluated.
    else if (found.kind === 'skipped') skipped.set(name, found.by);
    else if (found.kind === 'missing') missing ??= found;
    else waiting = true;
  }
  if (waiting) return { kind: 'waiting' };
  if (missing !== undefined) return missing;
  try {
    return { kind: 'value', value: valueOfExpression(binding, operands) };
  } catch (error) {
    if (!(error instanceof AbsentError)) throw error;
    return { kind: 'skipped', by: skipped.get(error.operand)! };
  }
}

function operandOf(
  binding: Binding,
  findings: Findings,
  plain: (binding: Binding) => Json | undefined,
): FoundOperand {
  const by = findings.skippedIn(binding);
  if (by !== undefined) return { kind: 'skipped', by };
  switch (binding.kind) {
    case 'expression': {
      const found = compute(binding, findings, plain);
      return found.kind === 'value'
        ? { kind: 'operand', operand: { computed: found.value } }
        : found;
    }
    case 'output': {
      const found = findings.given(binding);
      if (found === undefined) return { kind: 'waiting' };
      if (found.kind !== 'missing')
        return { kind: 'operand', operand: findings.operand(binding, found) };
      findings.lacks(binding, found.reason);
      return { kind: 'missing', digest: found.digest };
    }
    default: {
      const value = plain(binding);
      return value === undefined
        ? { kind: 'waiting' }
        : { kind: 'operand', operand: { value, unit: null } };
    }
  }
}
