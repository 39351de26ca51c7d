/**
 * JSON Schema of `step.yaml`, the interface of a group's own step (draft 07). Its descriptions are
 * the words of the messages.
 */
import { LANGUAGE, NAME } from './names.ts';
import { DIMENSION_NAMES } from './units.ts';

type Schema = { readonly [keyword: string]: unknown };

const number = { type: 'number', description: 'a number, in the unit of the input' };
const about = { type: 'string', description: 'text' };
const unit = { type: 'string', description: 'a unit, such as K' };
const dimension = { enum: DIMENSION_NAMES, description: `one of ${DIMENSION_NAMES.join(', ')}` };
const fileName = {
  type: 'string',
  minLength: 1,
  description: 'the name of a file in the working folder of the command',
};
const holds = {
  type: 'string',
  pattern: '^[a-z][a-z0-9_-]*$',
  description: 'what the file holds, such as frames',
};
const bounds = { min: number, max: number };

/** Kinds of a single value, with what each may say besides. */
const SINGLE: { readonly [kind: string]: Schema } = {
  quantity: { dimension, unit, above: number, ...bounds },
  integer: bounds,
  number: { above: number, ...bounds },
  boolean: {},
  text: { pattern: { type: 'string', description: 'a regular expression' } },
  choice: {
    values: {
      type: 'array',
      minItems: 1,
      items: { type: 'string' },
      description: 'a list of the words to choose from',
    },
  },
  composition: {},
  artifact: { type: holds },
  file: {},
  measured: {},
  json: {},
};

/** What a kind cannot do without. */
const NEEDED: { readonly [kind: string]: readonly string[] } = {
  choice: ['values'],
  artifact: ['type'],
  list: ['of'],
  map: ['of'],
  measured: ['unit'],
};

const standard = { default: { description: 'a value for steps that give none' } };
const WITH_DEFAULT = ['quantity', 'integer', 'number', 'boolean', 'text', 'choice', 'list', 'map'];

/** One of several kinds, told apart by `kind`. */
function oneOf(
  description: string,
  kinds: { readonly [kind: string]: Schema },
  common: Schema,
): Schema {
  const names = Object.keys(kinds);
  return {
    type: 'object',
    description,
    // Errors are then those of the kind that is meant.
    discriminator: { propertyName: 'kind' },
    oneOf: names.map((kind) => ({
      description: `one of ${names.join(', ')}`,
      additionalProperties: false,
      required: ['kind', ...(NEEDED[kind] ?? []).filter((key) => key in kinds[kind]!)],
      properties: { kind: { const: kind }, ...kinds[kind], ...common },
    })),
  };
}

const single = oneOf('a mapping such as { kind: quantity, dimension: temperature }', SINGLE, {});

const input = oneOf(
  'a mapping such as { kind: quantity, dimension: temperature }',
  Object.fromEntries(
    Object.entries<Schema>({
      ...SINGLE,
      artifact: { type: holds, file: fileName },
      file: { file: fileName },
      list: {
        of: single,
        min: { type: 'integer', minimum: 0, description: 'the fewest elements' },
      },
      map: { of: single },
    }).map(([kind, keys]) => [kind, WITH_DEFAULT.includes(kind) ? { ...keys, ...standard } : keys]),
  ),
  { about, optional: { type: 'boolean', description: 'true or false' } },
);

const output = oneOf(
  'a mapping such as { kind: measured, unit: mPa·s }',
  {
    artifact: {
      type: holds,
      extension: {
        type: 'string',
        pattern: '^[A-Za-z0-9]+$',
        description: 'the ending of its name under results/, such as extxyz',
      },
    },
    measured: { unit },
    quantity: { dimension, unit },
    number: {},
    integer: {},
    text: {},
    boolean: {},
    json: {},
  },
  { about, file: fileName },
);

const fields = (description: string, each: Schema): Schema => ({
  type: 'object',
  description,
  propertyNames: {
    pattern: NAME,
    description: 'lower-case letters, digits and _, a letter first',
  },
  additionalProperties: each,
});

const words = (description: string): Schema => ({
  type: 'array',
  description,
  items: { type: 'string', description: 'text' },
});

const cores = { type: 'integer', minimum: 1, description: 'a number of cores, such as 2' };

export const stepFileSchema: Schema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'curie step',
  type: 'object',
  description: 'a mapping with curie, step, about, inputs and outputs',
  additionalProperties: false,
  required: ['curie', 'step', 'about', 'outputs'],
  properties: {
    curie: { const: LANGUAGE, description: `${LANGUAGE}, the version of the language` },
    step: {
      type: 'string',
      pattern: '^[a-z][a-z0-9-]*$',
      description: 'the name of the step type: lower-case letters, digits and -, a letter first',
    },
    about: { type: 'string', minLength: 1, description: 'a sentence on what the step does' },
    revision: { type: 'integer', minimum: 1, description: 'a number, 1 without it' },
    determinism: {
      enum: ['exact', 'statistical'],
      description: 'exact for the same bytes on every machine, statistical without it',
    },
    resources: {
      type: 'object',
      description: 'a mapping such as { cpu: 2, memory: 4 GB }',
      additionalProperties: false,
      properties: {
        cpu: {
          description: 'a number of cores, such as 2, or { min: 1, max: 8 }',
          anyOf: [
            cores,
            {
              type: 'object',
              additionalProperties: false,
              required: ['min', 'max'],
              properties: { min: cores, max: cores },
            },
          ],
        },
        memory: { type: 'string', description: 'an amount such as 4 GB or 500 MB' },
      },
    },
    cites: {
      type: 'array',
      description: 'a list of DOIs of the methods used',
      items: {
        type: 'string',
        pattern: '^10\\.\\S+/\\S+$',
        description: 'a DOI, such as 10.1063/1',
      },
    },
    inputs: fields('a mapping from inputs to what they are', input),
    outputs: {
      ...fields('a mapping from outputs to what they are', output),
      minProperties: 1,
    },
    command: {
      type: 'array',
      minItems: 1,
      description: 'a list of the program and its arguments',
      items: { type: ['string', 'number'], description: 'text' },
    },
    stdout: fileName,
    env: {
      type: 'object',
      description: 'a mapping from variables to text, or to { secret: NAME }',
      additionalProperties: {
        description: 'text, or { secret: NAME }',
        anyOf: [
          { type: ['string', 'number'] },
          {
            type: 'object',
            additionalProperties: false,
            required: ['secret'],
            properties: { secret: { type: 'string', minLength: 1 } },
          },
        ],
      },
    },
    pass: words('a list of variables that are handed over'),
    tools: words('a list of further programs that the command starts'),
  },
};
