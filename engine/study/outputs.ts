/** Whether what a step gives fits what an input takes. */
import type { InputField, OutputField } from '../step.ts';
import { expectedKind } from './coerce.ts';
import { NO_DIMENSION } from './units.ts';
import { quantityOf, type Value } from './value.ts';

/** What an output is called in messages: `a model`, `a measured value`, `a quantity`. */
export function outputName(output: OutputField): string {
  switch (output.kind) {
    case 'artifact':
      return `a file of type ${output.type}`;
    case 'measured':
      return 'a measured value';
    case 'quantity':
      return `a quantity in ${output.unit}`;
    case 'number':
      return 'a number';
    case 'integer':
      return 'a whole number';
    case 'text':
      return 'text';
    case 'boolean':
      return 'true or false';
    case 'json':
      return 'JSON';
  }
}

/** How an output reaches a field: handed over as it is, computed with, or not at all. */
export type Fit =
  | { readonly kind: 'handed' }
  | { readonly kind: 'computed' }
  | { readonly kind: 'wrong'; readonly expected: string };

export function fit(output: OutputField, field: InputField): Fit {
  const isFile = output.kind === 'artifact';
  switch (field.kind) {
    case 'artifact':
      return isFile && output.type === field.type
        ? { kind: 'handed' }
        : { kind: 'wrong', expected: `a file of type ${field.type}` };
    case 'file':
      return isFile ? { kind: 'handed' } : { kind: 'wrong', expected: 'a file' };
    case 'measured':
      return output.kind === 'measured'
        ? { kind: 'handed' }
        : { kind: 'wrong', expected: 'a measured value' };
    case 'json':
      return isFile ? { kind: 'wrong', expected: 'a value' } : { kind: 'handed' };
    case 'quantity':
    case 'integer':
    case 'number':
    case 'boolean':
    case 'text':
    case 'choice':
      return isFile ? { kind: 'wrong', expected: expectedKind(field) } : { kind: 'computed' };
    case 'composition':
    case 'list':
    case 'map':
      return { kind: 'wrong', expected: expectedKind(field) };
  }
}

/** What is known of an output's value before it is there; undefined for files. */
export function valueOfOutput(output: OutputField): Value | undefined {
  switch (output.kind) {
    case 'artifact':
      return undefined;
    case 'measured':
    case 'quantity':
      return quantityOf(null, output.unit);
    case 'number':
    case 'integer':
      return { kind: 'number', value: null, exponents: NO_DIMENSION };
    case 'text':
      return { kind: 'text', value: null };
    case 'boolean':
      return { kind: 'truth', value: null };
    case 'json':
      return { kind: 'unknown' };
  }
}
