/**
 * JSON Schemas of a study (draft 07, which editors know best).
 *
 * `languageSchema` is the language without step types: loading checks every file against it, and
 * its descriptions are the words of the messages. `studySchema` adds what each step type takes,
 * for editors.
 */
import type { InputField, StepDeclaration } from '../step.ts';
import { declaredInputSchema } from './declared-inputs.ts';
import { declaredOutputSchema } from './declared-outputs.ts';
import { execDeclaration } from './exec-interface.ts';
import { EXEC, LANGUAGE, NAME, STUDY_NAME } from './names.ts';
import { MOST_TURNS } from './repeat.ts';
import { expectedDimension } from './units.ts';

export type JsonSchema = { readonly [keyword: string]: unknown };

const name = { pattern: NAME, description: 'lower-case letters, digits and _, a letter first' };
const scalar = { type: ['string', 'number', 'boolean'], description: 'a value' };
const named = (values: JsonSchema, description: string): JsonSchema => ({
  type: 'object',
  description,
  propertyNames: name,
  additionalProperties: values,
});
const parameter: JsonSchema = {
  description: 'a value such as 128 or 25 ps, or a list of values',
  anyOf: [scalar, { type: 'array', items: scalar }],
};

const axis: JsonSchema = {
  description: 'a mapping from labels to values, a list of values, or $sets.NAME',
  anyOf: [{ type: 'string', pattern: '^\\$' }, { type: 'array' }, { type: 'object' }],
};

/** Rows of a matrix, axis by axis. */
const rows = (description: string, propertyNames: JsonSchema = {}): JsonSchema => ({
  type: 'array',
  description,
  items: { type: 'object', description, minProperties: 1, propertyNames },
});

const attempts: JsonSchema = { type: 'integer', minimum: 1, maximum: 10, description: '1 to 10' };

const step: JsonSchema = {
  type: 'object',
  description: 'a mapping with uses and with',
  additionalProperties: false,
  properties: {
    uses: { type: 'string', description: 'the name of a step type' },
    protocol: { type: 'string', minLength: 1, description: 'the path of a protocol file' },
    with: { type: 'object', description: 'a mapping from inputs to their values' },
    matrix: {
      type: 'object',
      description: 'a mapping from axes to their values',
      minProperties: 1,
      propertyNames: name,
      properties: {
        zip: {
          type: 'object',
          description: 'a mapping from axes that run in step to their values',
          minProperties: 1,
          propertyNames: name,
          additionalProperties: axis,
        },
        include: rows('a list of elements to add, each a mapping from axes to values', name),
        exclude: rows('a list of elements to leave out, each a mapping from axes to labels'),
      },
      additionalProperties: axis,
    },
    when: {
      type: ['string', 'boolean'],
      description: 'a condition, such as $( params.updates > 100 )',
    },
    after: {
      description: 'the name of a step that must end first, or a list of them',
      anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }],
    },
    resources: {
      type: 'object',
      description: 'a mapping such as { cpu: 2, memory: 4 GB, gpu: 1 }',
      additionalProperties: false,
      properties: {
        cpu: { type: 'integer', minimum: 1, description: 'a number of cores, such as 2' },
        gpu: {
          type: 'number',
          minimum: 0,
          maximum: 1,
          description: 'a share of one GPU, such as 1 or 0.5',
        },
        memory: { type: 'string', description: 'an amount such as 4 GB or 500 MB' },
      },
    },
    partial: {
      type: 'boolean',
      description: 'true or false',
    },
    timeout: { type: 'string', description: 'a time such as 30 min or 12 h' },
    repeat: {
      type: 'object',
      description: 'a mapping with carry, until and max',
      additionalProperties: false,
      required: ['until', 'max'],
      properties: {
        carry: {
          type: 'object',
          description: 'a mapping from inputs to what the turn before gave, such as $outputs.state',
        },
        until: {
          type: ['string', 'boolean'],
          description: 'a condition on what a turn gave, such as $( outputs.error < 5 )',
        },
        max: {
          type: 'integer',
          minimum: 1,
          maximum: MOST_TURNS,
          description: `a number of turns, 1 to ${MOST_TURNS}`,
        },
      },
    },
    retry: {
      description: '1 to 10 further attempts, such as 2, or { times: 2, wait: 30 s }',
      anyOf: [
        attempts,
        {
          type: 'object',
          additionalProperties: false,
          required: ['times'],
          properties: {
            times: attempts,
            wait: { type: 'string', description: 'a time such as 30 s or 5 min' },
          },
        },
      ],
    },
    outputs: {
      type: 'object',
      description: 'a mapping from outputs to the files that the program writes',
      minProperties: 1,
      propertyNames: name,
      additionalProperties: declaredOutputSchema,
    },
  },
};

const version: JsonSchema = {
  const: LANGUAGE,
  description: `${LANGUAGE}, the version of the language`,
};
const fileName: JsonSchema = {
  type: 'string',
  pattern: STUDY_NAME,
  description: 'a name of letters, digits, _, . and -',
};
const params = named(parameter, 'a mapping from parameters to their values');
const sets = named(
  {
    description: 'a mapping from labels to values, or a list of values',
    anyOf: [{ type: 'object' }, { type: 'array', items: scalar }],
  },
  'a mapping from sets to their elements',
);
const stepsOf = (each: JsonSchema): JsonSchema => ({
  ...named(each, 'a mapping from steps to what they do'),
  minProperties: 1,
});

/** The language, whatever step types there are. */
export function languageSchema(stepSchema: JsonSchema = step): JsonSchema {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'curie study',
    type: 'object',
    description: 'a mapping with curie, study and steps',
    additionalProperties: false,
    required: ['curie', 'study', 'steps'],
    properties: {
      curie: version,
      study: fileName,
      params,
      profiles: {
        type: 'object',
        description: 'a mapping from profiles to the parameters they change',
        additionalProperties: params,
      },
      sets,
      steps: stepsOf(stepSchema),
    },
  };
}

/** The language of protocol files. */
export function protocolSchema(stepSchema: JsonSchema = step): JsonSchema {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'curie protocol',
    type: 'object',
    description: 'a mapping with curie, protocol, inputs, steps and outputs',
    additionalProperties: false,
    required: ['curie', 'protocol', 'steps', 'outputs'],
    properties: {
      curie: version,
      protocol: fileName,
      inputs: named(declaredInputSchema, 'a mapping from inputs to what they are'),
      params,
      sets,
      steps: stepsOf(stepSchema),
      outputs: {
        ...named(scalar, 'a mapping from outputs to what steps give, such as $step.output'),
        minProperties: 1,
      },
    },
  };
}

/** Studies with the inputs of each step type: completion and checks in editors. */
export function studySchema(registry: readonly StepDeclaration[]): JsonSchema {
  return languageSchema(knownSteps(registry));
}

/** The same for protocols. */
export function protocolSchemaFor(registry: readonly StepDeclaration[]): JsonSchema {
  return protocolSchema(knownSteps(registry));
}

function knownSteps(registry: readonly StepDeclaration[]): JsonSchema {
  const types = [...registry, execDeclaration];
  return {
    ...step,
    properties: {
      ...asRecord(step.properties),
      uses: {
        type: 'string',
        description: 'step type',
        oneOf: [
          ...types.map(({ type, about }) => ({ const: type, description: about })),
          { pattern: '^\\.\\.?/', description: 'the folder of a step of your own' },
        ],
      },
    },
    oneOf: [{ required: ['uses'] }, { required: ['protocol'] }],
    allOf: types.map((declaration) => ({
      if: { properties: { uses: { const: declaration.type } }, required: ['uses'] },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
      then: conditionsOf(declaration),
    })),
  };
}

function asRecord(value: unknown): JsonSchema {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function conditionsOf({ type, inputs }: StepDeclaration): JsonSchema {
  const given = Object.entries(inputs).filter(([input]) => type !== EXEC || input !== 'outputs');
  const required = given.filter(([, field]) => isRequired(field)).map(([input]) => input);
  const withSchema = {
    type: 'object',
    additionalProperties: false,
    required,
    properties: Object.fromEntries(
      given.map(([input, field]) => [input, schemaOf(field)] as const),
    ),
  };
  const ownOutputs = type === EXEC ? {} : { outputs: false, timeout: false };
  return {
    properties: { with: withSchema, ...ownOutputs },
    required: required.length > 0 ? ['with'] : [],
  };
}

/** Whether a study must give an input. */
export function isRequired(field: InputField): boolean {
  return field.optional !== true && !('default' in field && field.default !== undefined);
}

const reference = { type: 'string', pattern: '^\\$' };
const number = '[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?';

/** JSON Schema of one input; references and expressions fit everywhere. */
function schemaOf(field: InputField): JsonSchema {
  const values = valuesOf(field);
  const about = [
    field.about,
    'unit' in field && field.unit !== '' ? `in ${field.unit}` : undefined,
  ];
  const description = about.filter((part) => part !== undefined).join('; ');
  return {
    ...(description !== '' && { description }),
    ...('default' in field && field.default !== undefined && { default: defaultOf(field) }),
    anyOf: [...values, reference],
  };
}

function defaultOf(field: InputField): unknown {
  if (!('default' in field)) return undefined;
  return field.kind === 'quantity' && field.unit !== ''
    ? `${field.default} ${field.unit}`
    : field.default;
}

function valuesOf(field: InputField): readonly JsonSchema[] {
  switch (field.kind) {
    case 'quantity': {
      const plain = field.dimension === 'fraction' || field.dimension === 'dimensionless';
      const written = {
        type: 'string',
        pattern: `^${number}\\s*\\S+$`,
        description: expectedDimension(field.dimension),
      };
      return plain ? [{ type: 'number' }, written] : [written];
    }
    case 'integer':
      return [{ type: 'integer', ...boundsOf(field) }];
    case 'number':
      return [{ type: 'number', ...boundsOf(field) }];
    case 'boolean':
      return [{ type: 'boolean' }];
    case 'text':
      return [
        { type: 'string', ...(field.pattern !== undefined && { pattern: field.pattern }) },
        { type: 'number' },
        ...(field.secret === true ? [secretMap] : []),
      ];
    case 'choice':
      return [{ enum: field.values }];
    case 'composition':
      return [
        { type: 'string', pattern: '^([A-Z][a-z]?(\\d+\\.?\\d*|\\.\\d+)?)+$' },
        {
          type: 'object',
          minProperties: 1,
          additionalProperties: { anyOf: [{ type: 'number' }, reference] },
        },
      ];
    case 'artifact':
    case 'measured':
      return field.kind === 'measured' ? [] : [fileMap];
    case 'file':
      return [{ type: 'string', minLength: 1 }, fileMap];
    case 'list': {
      const items = schemaOf(field.of);
      const least = field.min !== undefined && { minItems: field.min };
      return [{ type: 'array', items, ...least }, ...valuesOf(field.of)];
    }
    case 'map':
      return [{ type: 'object', additionalProperties: schemaOf(field.of) }];
    case 'json':
      return [{}];
  }
}

const secretMap: JsonSchema = {
  type: 'object',
  required: ['secret'],
  additionalProperties: false,
  properties: { secret: { type: 'string', minLength: 1 } },
};

const fileMap: JsonSchema = {
  type: 'object',
  required: ['file'],
  additionalProperties: false,
  properties: { file: { type: 'string', minLength: 1 } },
};

function boundsOf(field: {
  readonly min?: number;
  readonly max?: number;
  readonly above?: number;
}): JsonSchema {
  return {
    ...(field.min !== undefined && { minimum: field.min }),
    ...(field.max !== undefined && { maximum: field.max }),
    ...(field.above !== undefined && { exclusiveMinimum: field.above }),
  };
}
