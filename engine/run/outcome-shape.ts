/** What a group's own step gave, against what `run` promises: its code has seen no compiler. */
import { Ajv, type ErrorObject } from 'ajv';
import type { Outcome, OutputField } from '../step.ts';
import { didYouMean } from '../study/suggest.ts';
import { OutputError } from './output-error.ts';

type Schema = { readonly [keyword: string]: unknown };

const text = { type: 'string' };
const number = { type: 'number' };
const numberOrNone = { type: ['number', 'null'] };
const listOf = (items: Schema): Schema => ({ type: 'array', items });
const object = (needed: { readonly [key: string]: Schema }, more: Schema = {}): Schema => ({
  type: 'object',
  required: Object.keys(needed),
  additionalProperties: false,
  properties: { ...needed, ...more },
});

const measuredOf = (unit: string): Schema =>
  object({
    quantity: text,
    value: number,
    unit: { const: unit },
    standard_error: numberOrNone,
    contributions: { type: 'object', additionalProperties: number },
    effective_samples: numberOrNone,
    conditions: { type: 'object' },
    marks: listOf(text),
  });

const VALUES: {
  readonly [K in Exclude<OutputField['kind'], 'measured'>]: Schema;
} = {
  artifact: object({ file: text }),
  quantity: number,
  number,
  integer: { type: 'integer' },
  text,
  boolean: { type: 'boolean' },
  json: {},
};

const axis = object({ label: text }, { unit: text, scale: { enum: ['linear', 'log'] } });
const numbers = listOf(number);
const head = { id: { type: 'string', pattern: '^[A-Za-z0-9_-]+$' }, title: text };

const plot = object(
  {
    kind: { const: 'plot' },
    ...head,
    x: axis,
    y: axis,
    series: listOf(
      object(
        {
          name: text,
          mark: { enum: ['line', 'dots'] },
          role: { enum: ['measured', 'reference', 'fit', 'limit'] },
          x: numbers,
          y: numbers,
        },
        { error: numbers },
      ),
    ),
  },
  { caption: text, parity: { type: 'boolean' } },
);

const cell = {
  anyOf: [
    { type: ['null', 'string'] },
    object({ value: number }, { error: numberOrNone, unit: text }),
    object({ source: text }),
    object({ verdict: text, tone: { enum: ['good', 'bad', 'neutral'] } }),
  ],
};

const table = object(
  {
    kind: { const: 'table' },
    ...head,
    columns: listOf(object({ label: text }, { unit: text })),
    rows: listOf(listOf(cell)),
  },
  {
    caption: text,
    sideBySide: object({ same: listOf({ type: 'integer' }), source: { type: 'integer' } }),
  },
);

const atoms = object(
  {
    kind: { const: 'atoms' },
    ...head,
    width: number,
    height: number,
    groups: listOf(object({ name: text, x: numbers, y: numbers })),
  },
  { caption: text },
);

const figure = {
  type: 'object',
  discriminator: { propertyName: 'kind' },
  required: ['kind'],
  oneOf: [plot, table, atoms],
};

const outcome: Schema = {
  type: 'object',
  discriminator: { propertyName: 'kind' },
  required: ['kind'],
  oneOf: [
    object(
      { kind: { const: 'done' }, outputs: { type: 'object' } },
      { figures: { type: 'array', items: figure } },
    ),
    object(
      { kind: { const: 'inconclusive' }, reason: text },
      { outputs: { type: 'object' }, figures: { type: 'array', items: figure } },
    ),
  ],
};

const ajv = new Ajv({
  discriminator: true,
  allowUnionTypes: true,
  // Constants of this file, exercised by test: to check them takes longer than to use them.
  meta: false,
  validateSchema: false,
});

/** By unit: a schema is compiled once, as long as it is the same object. */
const measured = new Map<string, Schema>();

function schemaOf(field: OutputField): Schema {
  if (field.kind !== 'measured') return VALUES[field.kind];
  const schema = measured.get(field.unit) ?? measuredOf(field.unit);
  measured.set(field.unit, schema);
  return schema;
}

/** Throws an `OutputError` that says what is wrong. */
export function checkOutcome(
  given: Outcome,
  fields: { readonly [output: string]: OutputField },
): void {
  const isOutcome = ajv.compile(outcome);
  if (!isOutcome(given)) throw new OutputError(`run gave no outcome: ${why(isOutcome.errors)}`);
  const outputs = given.outputs ?? {};
  const names = Object.keys(fields);
  for (const [name, value] of Object.entries(outputs)) {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (field === undefined)
      throw new OutputError(
        `run gave an output ${name}, which step.yaml does not declare${didYouMean(name, names)}`,
      );
    const isValue = ajv.compile(schemaOf(field));
    if (!isValue(value))
      throw new OutputError(`output ${name} is no ${field.kind}: ${why(isValue.errors)}`);
  }
  const missing = names.filter((name) => !Object.hasOwn(outputs, name));
  if (given.kind === 'done' && missing.length > 0)
    throw new OutputError(
      `run gave no ${missing.join(', ')}, which step.yaml declares; where there can be none, end with kind: 'inconclusive' and a reason`,
    );
  for (const each of given.figures ?? []) {
    const uneven =
      each.kind === 'plot'
        ? each.series.find(
            ({ x, y, error = x }) => x.length !== y.length || x.length !== error.length,
          )
        : each.kind === 'atoms'
          ? each.groups.find(({ x, y }) => x.length !== y.length)
          : undefined;
    if (uneven !== undefined)
      throw new OutputError(`figure ${each.id}: ${uneven.name} has lists of unlike lengths`);
  }
}

/** The first problem: `figures/0/series must be array`. */
function why(errors: readonly ErrorObject[] | null | undefined): string {
  const [first] = errors ?? [];
  if (first === undefined) return 'it does not fit';
  const at = first.instancePath.slice(1);
  const { allowedValue, allowedValues, additionalProperty } = first.params;
  const expected = allowedValue ?? allowedValues?.join(', ') ?? additionalProperty;
  return [
    at === '' ? 'it' : at,
    first.message,
    ...(expected === undefined ? [] : [`(${expected})`]),
  ].join(' ');
}
