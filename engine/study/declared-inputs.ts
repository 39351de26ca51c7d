/** Inputs that a protocol declares: what a step that uses it has to give. */
import type { InputField } from '../step.ts';
import { readDimension } from './declared-dimension.ts';
import type { Problems } from './diagnostic.ts';
import { entriesOf, jsonOf, type Mapping, type Node, type Scalar } from './node.ts';
import { DIMENSION_NAMES } from './units.ts';

export interface DeclaredInput {
  readonly field: InputField;
  /** What it is where the step that uses the protocol gives none. */
  readonly standard: Node | undefined;
}

/** Kinds of value that a declared input may have; any other word is a type of artifact. */
const VALUE_TYPES: readonly string[] = [
  'quantity',
  'number',
  'integer',
  'text',
  'boolean',
  'choice',
  'composition',
  'measured',
  'file',
  'json',
];

/** JSON Schema of one declared input. */
export const declaredInputSchema = {
  type: 'object',
  description: 'a mapping such as { type: quantity, dimension: temperature }',
  additionalProperties: false,
  required: ['type'],
  properties: {
    type: {
      type: 'string',
      pattern: '^[a-z][a-z0-9_-]*$',
      description: `one of ${VALUE_TYPES.join(', ')}, or what a file holds, such as model`,
    },
    dimension: { enum: DIMENSION_NAMES, description: `one of ${DIMENSION_NAMES.join(', ')}` },
    unit: { type: 'string', description: 'a unit, such as K' },
    values: {
      type: 'array',
      minItems: 1,
      items: { type: 'string' },
      description: 'a list of the words to choose from',
    },
    list: { type: 'boolean', description: 'true for a list of such' },
    default: { description: 'a value for steps that give none' },
    min: { type: 'number', description: 'a number' },
    max: { type: 'number', description: 'a number' },
    about: { type: 'string', description: 'text' },
  },
} as const;

/** What a protocol declares under `inputs:`; what is wrong is reported and left out. */
export function readInputs(protocol: Mapping, problems: Problems): Map<string, DeclaredInput> {
  const declared = new Map<string, DeclaredInput>();
  for (const [name, { value }] of entriesOf(protocol, 'inputs')) {
    if (value.kind !== 'map') continue;
    const of = fieldOf(name, value, problems);
    if (of === undefined) continue;
    const list = value.entries.get('list')?.value;
    const isList = list !== undefined && jsonOf(list) === true;
    const field: InputField = isList ? { kind: 'list', of } : of;
    declared.set(name, { field, standard: value.entries.get('default')?.value });
  }
  return declared;
}

function fieldOf(name: string, given: Mapping, problems: Problems): InputField | undefined {
  const scalar = (key: string): Scalar | undefined => {
    const node = given.entries.get(key)?.value;
    return node?.kind === 'scalar' ? node : undefined;
  };
  const type = scalar('type')?.text;
  if (type === undefined) return undefined;
  const number = (key: 'min' | 'max'): { readonly [key: string]: number } => {
    const node = scalar(key);
    const value = node && jsonOf(node);
    return typeof value === 'number' ? { [key]: value } : {};
  };
  const bounds = { ...number('min'), ...number('max') };
  switch (type) {
    case 'quantity': {
      const written = { dimension: scalar('dimension'), unit: scalar('unit') };
      const measures = readDimension(`input ${name}`, given, written, 'temperature', problems);
      return measures && { kind: type, ...measures, ...bounds };
    }
    case 'number':
    case 'integer':
      return { kind: type, ...bounds };
    case 'choice': {
      const values = given.entries.get('values')?.value;
      const words = values?.kind === 'list' ? values.items : [];
      if (words.length === 0)
        return problems.add(
          'missing-key',
          given.span,
          `input ${name} is a choice of nothing; add values: [one, another]`,
        );
      return {
        kind: type,
        values: words.flatMap((word) => (word.kind === 'scalar' ? [word.text] : [])),
      };
    }
    case 'text':
    case 'boolean':
    case 'composition':
    case 'measured':
    case 'file':
    case 'json':
      return { kind: type };
    default:
      return { kind: 'artifact', type };
  }
}
