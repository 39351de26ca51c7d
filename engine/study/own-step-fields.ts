/** Inputs and outputs as `step.yaml` declares them, once its shape has been checked. */
import type { InputField, Json, OutputField } from '../step.ts';
import { coerceScalar } from './coerce.ts';
import { readDimension } from './declared-dimension.ts';
import type { Problems } from './diagnostic.ts';
import { describe, type Entry, jsonOf, type Mapping, type Node, type Scalar } from './node.ts';
import { unitNamed } from './units.ts';

/** The scalar under a key of a mapping; undefined if there is none. */
export function scalarAt(given: Mapping, key: string): Scalar | undefined {
  const node = given.entries.get(key)?.value;
  return node?.kind === 'scalar' ? node : undefined;
}

/** Fields by name; those that are wrong are reported and left out. */
export function readFields<T>(
  entries: ReadonlyMap<string, Entry>,
  read: (name: string, given: Mapping) => T | undefined,
): { readonly [name: string]: T } {
  const fields: [string, T][] = [];
  for (const [name, { value }] of entries) {
    const field = value.kind === 'map' ? read(name, value) : undefined;
    if (field !== undefined) fields.push([name, field]);
  }
  return Object.fromEntries(fields);
}

export function readInput(
  name: string,
  given: Mapping,
  problems: Problems,
): InputField | undefined {
  const field = inputField(name, given, problems);
  if (field === undefined) return undefined;
  const about = scalarAt(given, 'about')?.text;
  const whole: InputField = {
    ...field,
    ...(about !== undefined && { about }),
    ...(scalarAt(given, 'optional')?.text === 'true' && { optional: true }),
  };
  const written = given.entries.get('default')?.value;
  return written === undefined ? whole : withDefault(name, whole, written, problems);
}

function inputField(name: string, given: Mapping, problems: Problems): InputField | undefined {
  const kind = scalarAt(given, 'kind')?.text;
  const bound = (key: 'min' | 'max' | 'above'): { readonly [key: string]: number } => {
    const node = scalarAt(given, key);
    const value = node && jsonOf(node);
    return typeof value === 'number' ? { [key]: value } : {};
  };
  const bounds = { ...bound('min'), ...bound('max') };
  switch (kind) {
    case 'quantity': {
      const measures = dimensionOf(`input ${name}`, given, 'temperature', problems);
      return measures && { kind, ...measures, ...bounds, ...bound('above') };
    }
    case 'number':
      return { kind, ...bounds, ...bound('above') };
    case 'integer':
      return { kind, ...bounds };
    case 'text': {
      const pattern = scalarAt(given, 'pattern');
      if (pattern !== undefined && !isPattern(pattern.text))
        return problems.add(
          'wrong-kind',
          pattern.span,
          `pattern of input ${name} is no regular expression`,
        );
      return { kind, ...(pattern !== undefined && { pattern: pattern.text }) };
    }
    case 'choice': {
      const values = given.entries.get('values')?.value;
      const words = values?.kind === 'list' ? values.items : [];
      return { kind, values: words.flatMap((word) => (word.kind === 'scalar' ? [word.text] : [])) };
    }
    case 'artifact':
      return { kind, type: scalarAt(given, 'type')!.text };
    case 'list':
    case 'map': {
      const each = given.entries.get('of')?.value;
      const of = each?.kind === 'map' ? inputField(name, each, problems) : undefined;
      if (of === undefined) return undefined;
      return kind === 'map' ? { kind, of } : { kind, of, ...bound('min') };
    }
    case 'boolean':
    case 'composition':
    case 'file':
    case 'measured':
    case 'json':
      return { kind };
    default:
      return undefined;
  }
}

function isPattern(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}

function dimensionOf(
  subject: string,
  given: Mapping,
  example: 'temperature' | 'viscosity',
  problems: Problems,
): ReturnType<typeof readDimension> {
  const written = { dimension: scalarAt(given, 'dimension'), unit: scalarAt(given, 'unit') };
  return readDimension(subject, given, written, example, problems);
}

/** The field with a default that a study could have given. */
function withDefault(
  name: string,
  field: InputField,
  written: Node,
  problems: Problems,
): InputField | undefined {
  const coerced = (node: Node, of: InputField): Json | undefined => {
    const wrong = (why: string): undefined =>
      problems.add('wrong-kind', node.span, `default of input ${name} ${why}`);
    if (node.kind !== 'scalar') return wrong(`is ${describe(node)}; expected a single value`);
    const read = coerceScalar(node, of);
    return read.kind === 'value'
      ? read.value
      : wrong(read.kind === 'wrong' ? read.why : 'is nothing');
  };
  switch (field.kind) {
    case 'list': {
      const items = written.kind === 'list' ? written.items : [written];
      const values = items.map((item) => coerced(item, field.of));
      const right = values.filter((value) => value !== undefined);
      return right.length < values.length ? undefined : { ...field, default: right };
    }
    case 'map': {
      if (written.kind !== 'map')
        return problems.add(
          'wrong-kind',
          written.span,
          `default of input ${name} is ${describe(written)}; expected a mapping`,
        );
      const values = [...written.entries].map(
        ([key, { value }]) => [key, coerced(value, field.of)] as const,
      );
      const right = values.flatMap(([key, value]) =>
        value === undefined ? [] : [[key, value] as const],
      );
      return right.length < values.length
        ? undefined
        : { ...field, default: Object.fromEntries(right) };
    }
    case 'quantity':
    case 'integer':
    case 'number': {
      const value = coerced(written, field);
      return typeof value === 'number' ? { ...field, default: value } : undefined;
    }
    case 'boolean': {
      const value = coerced(written, field);
      return typeof value === 'boolean' ? { ...field, default: value } : undefined;
    }
    case 'text':
    case 'choice': {
      const value = coerced(written, field);
      return typeof value === 'string' ? { ...field, default: value } : undefined;
    }
    default:
      return field;
  }
}

/** @param file  that a command writes it to; undefined where a module gives it */
export function readOutput(
  name: string,
  given: Mapping,
  file: string | undefined,
  problems: Problems,
): OutputField | undefined {
  const kind = scalarAt(given, 'kind')?.text;
  const about = scalarAt(given, 'about')?.text;
  const more = about === undefined ? {} : { about };
  switch (kind) {
    case 'artifact': {
      const written = scalarAt(given, 'extension')?.text;
      const extension = written ?? /\.([A-Za-z0-9]+)$/.exec(file ?? '')?.[1] ?? 'dat';
      return { kind, type: scalarAt(given, 'type')!.text, extension, ...more };
    }
    case 'measured': {
      const unit = scalarAt(given, 'unit')!.text;
      return { kind, unit: unitNamed(unit)?.name ?? unit, ...more };
    }
    case 'quantity': {
      const measures = dimensionOf(`output ${name}`, given, 'viscosity', problems);
      return measures && { kind, ...measures, ...more };
    }
    case 'number':
    case 'integer':
    case 'text':
    case 'boolean':
    case 'json':
      return { kind, ...more };
    default:
      return undefined;
  }
}
