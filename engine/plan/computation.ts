/** Expressions once the tasks have ended that they take from. */
import type { Binding, TaskId } from '../study/expanded.ts';
import { AbsentError, type Operand, valueOfExpression } from '../study/expression.ts';
import type { Value } from '../study/value.ts';
import type { Findings } from './findings.ts';
import { outputIn, type Resolve, settle, unsettledDigest } from './settled.ts';

type ExpressionBinding = Binding & { readonly kind: 'expression' };

/** An expression as far as its operands are there; what they wait for or lack is noted. */
export type Computed = { readonly kind: 'value'; readonly value: Value } | NotComputed;

type NotComputed =
  /** An inconclusive task lacks a value: this stands for it in a key. */
  | { readonly kind: 'missing'; readonly digest: string }
  | { readonly kind: 'skipped'; readonly by: TaskId }
  | { readonly kind: 'waiting' };

type FoundOperand = { readonly kind: 'operand'; readonly operand: Operand } | NotComputed;

/** @param resolve  gives what is no expression */
export function compute(
  binding: ExpressionBinding,
  findings: Findings,
  resolve: Resolve,
): Computed {
  const operands: { [name: string]: Operand } = {};
  const skipped = new Map<string, TaskId>();
  let missing: (NotComputed & { readonly kind: 'missing' }) | undefined;
  let waiting = false;
  for (const [name, operand] of Object.entries(binding.operands)) {
    const found = operandOf(operand, findings, resolve);
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

function operandOf(binding: Binding, findings: Findings, resolve: Resolve): FoundOperand {
  const by = findings.skippedIn(binding);
  if (by !== undefined) return { kind: 'skipped', by };
  switch (binding.kind) {
    case 'expression': {
      const found = compute(binding, findings, resolve);
      return found.kind === 'value'
        ? { kind: 'operand', operand: { computed: found.value } }
        : found;
    }
    case 'settled':
      return operandSettled(binding, findings, resolve);
    case 'output': {
      const found = findings.given(binding);
      if (found === undefined) return { kind: 'waiting' };
      if (found.kind !== 'missing')
        return { kind: 'operand', operand: findings.operand(binding, found) };
      findings.lacks(binding, found.reason);
      return { kind: 'missing', digest: found.digest };
    }
    default: {
      const resolved = resolve(binding, { kind: 'json' });
      return resolved === undefined
        ? { kind: 'waiting' }
        : { kind: 'operand', operand: { value: resolved.value, unit: null } };
    }
  }
}

function operandSettled(
  binding: Binding & { readonly kind: 'settled' },
  findings: Findings,
  resolve: Resolve,
): FoundOperand {
  const lacking = findings.missing.length;
  const settled = settle(binding.settling, resolve);
  switch (settled.kind) {
    case 'unknown':
      return findings.missing.length > lacking
        ? { kind: 'missing', digest: unsettledDigest({ value: null }, '') }
        : { kind: 'waiting' };
    case 'turn':
      return operandOf(binding.values[settled.turn]!, findings, resolve);
    case 'unsettled': {
      const last = binding.values[settled.turn]!;
      const output = outputIn(last);
      if (output !== undefined) findings.lacks(output, settled.reason);
      const digest = unsettledDigest({ value: null }, settled.reason);
      return { kind: 'missing', digest };
    }
  }
}
