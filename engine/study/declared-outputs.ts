/** Outputs that a step declares in the study: the files its program writes, and what they hold. */
import type { Json, OutputField } from '../step.ts';
import { readDimension } from './declared-dimension.ts';
import type { Problems } from './diagnostic.ts';
import { wrongFileName } from './file-names.ts';
import { entriesOf, type Mapping, type Node, type Scalar } from './node.ts';
import { DIMENSION_NAMES, unitNamed } from './units.ts';

/** One declared output: the file that the program writes, and what curie makes of it. */
export interface DeclaredOutput {
  readonly file: string;
  readonly output: OutputField;
  /** The study names the unit, so that a number alone in the file is in it. */
  readonly plain: boolean;
}

/** Kinds of value that a declared output may have; any other word is a type of artifact. */
const VALUE_TYPES: readonly string[] = [
  'quantity',
  'measured',
  'number',
  'integer',
  'text',
  'boolean',
  'json',
];

/** JSON Schema of one declared output. */
export const declaredOutputSchema = {
  type: 'object',
  description: 'a mapping such as { file: eta.json, type: quantity, dimension: viscosity }',
  additionalProperties: false,
  required: ['file'],
  properties: {
    file: {
      type: 'string',
      minLength: 1,
      description: 'the name of a file that the program writes',
    },
    type: {
      type: 'string',
      pattern: '^[a-z][a-z0-9_-]*$',
      description: `one of ${VALUE_TYPES.join(', ')}, or what the file holds, such as frames`,
    },
    dimension: { enum: DIMENSION_NAMES, description: `one of ${DIMENSION_NAMES.join(', ')}` },
    unit: { type: 'string', description: 'a unit, such as mPa·s' },
  },
} as const;

/** The input `outputs`: for each name its file and what it is, as the interface has it. */
export function declaredAsJson(declared: { readonly [name: string]: DeclaredOutput }): Json {
  return Object.fromEntries(
    Object.entries(declared).map(
      ([name, { file, output, plain }]) =>
        [name, { file, ...output, ...(plain && { plain }) }] as const,
    ),
  );
}

/** What a step declares under `outputs:`; what is wrong is reported and left out. */
export function readDeclared(
  step: string,
  key: Scalar,
  text: Mapping,
  problems: Problems,
): { readonly [name: string]: DeclaredOutput } {
  if (!text.entries.has('outputs'))
    problems.add(
      'missing-key',
      key.span,
      `step ${step} declares no outputs; add outputs: { name: { file: FILE, type: TYPE } }`,
    );
  const declared: [string, DeclaredOutput][] = [];
  for (const [name, { value }] of entriesOf(text, 'outputs')) {
    const field = (each: string): Scalar | undefined => {
      const node = value.kind === 'map' ? value.entries.get(each)?.value : undefined;
      return node?.kind === 'scalar' ? node : undefined;
    };
    const file = field('file');
    const wrong = file === undefined ? undefined : wrongFileName(file.text);
    if (wrong !== undefined) problems.add('bad-file-name', file!.span, `output ${name}: ${wrong}`);
    const output = readOutput(name, value, field, problems);
    if (file !== undefined && output !== undefined)
      declared.push([name, { file: file.text, output, plain: field('unit') !== undefined }]);
  }
  return Object.fromEntries(declared);
}

function readOutput(
  name: string,
  node: Node,
  field: (name: string) => Scalar | undefined,
  problems: Problems,
): OutputField | undefined {
  const type = field('type')?.text ?? 'file';
  const [dimension, unit] = [field('dimension'), field('unit')];
  switch (type) {
    case 'quantity': {
      const measures = readDimension(
        `output ${name}`,
        node,
        { dimension, unit },
        'viscosity',
        problems,
      );
      return measures && { kind: 'quantity', ...measures };
    }
    case 'measured':
      return unit === undefined
        ? problems.add(
            'missing-key',
            node.span,
            `output ${name} is measured in no unit; add unit: mPa·s, or whatever it is`,
          )
        : { kind: 'measured', unit: unitNamed(unit.text)?.name ?? unit.text };
    case 'number':
    case 'integer':
    case 'text':
    case 'boolean':
    case 'json':
      return { kind: type };
    default: {
      const extra = dimension ?? unit;
      if (extra !== undefined)
        return problems.add(
          'wrong-kind',
          extra.span,
          `output ${name} is a file, which has no ${dimension === undefined ? 'unit' : 'dimension'}; for a value give type: quantity (value types: ${VALUE_TYPES.join(', ')})`,
        );
      const extension = /\.([A-Za-z0-9]+)$/.exec(field('file')?.text ?? '')?.[1] ?? 'dat';
      return { kind: 'artifact', type, extension };
    }
  }
}
