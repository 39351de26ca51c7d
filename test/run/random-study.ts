/** The one step of random studies: every input is one that the naive evaluator knows. */
import type { Json } from '../../cache/index.ts';
import {
  type Figure,
  type Measured,
  type MeasuredInput,
  type Outcome,
  StepError,
} from '../../engine/step.ts';
import type { Binding, ExpandedStudy } from '../../engine/study/expanded.ts';
import {
  file,
  gather,
  literal,
  output,
  somewhere,
  step,
  study,
  type ToyTask,
} from '../plan/rig.ts';
import type { Desk } from './in-process.ts';
import { figureOf, type Node, numberOf, reasonOf, textOf, type World } from './naive.ts';

const artifact = { kind: 'artifact', type: 'text' } as const;
const toy = step(
  'toy',
  {
    mark: { kind: 'text', default: 'x' },
    keep: { kind: 'integer', default: 99 },
    open: { kind: 'boolean', default: false },
    figure: { kind: 'boolean', default: false },
    file: { kind: 'file', optional: true },
    parts: { kind: 'list', of: artifact, default: [] },
    bag: { kind: 'list', of: artifact, optional: true },
    need: { kind: 'quantity', dimension: 'temperature', unit: 'K', optional: true },
    list: { kind: 'list', of: { kind: 'measured' }, default: [] },
  },
  {
    out: { kind: 'artifact', type: 'text', extension: 'txt' },
    value: { kind: 'measured', unit: 'K' },
  },
);

/** Files that nodes may name. */
export const FILES: readonly string[] = ['/data/in.txt', '/data/ünïcode.txt'];

function firstOf(needs: number, orElse: number | undefined): Binding {
  if (orElse === undefined) return output(needs, 'value');
  const options = [output(needs, 'value'), output(orElse, 'value')];
  return { kind: 'first', options, span: somewhere };
}

function condition({ of, above }: NonNullable<Node['when']>): Binding {
  return {
    kind: 'expression',
    text: `up.value > ${above} K`,
    operands: { 'up.value': output(of, 'value') },
    span: somewhere,
  };
}

function listOf(tasks: readonly number[], name: string): Binding {
  return {
    kind: 'list',
    items: tasks.map((other) => output(other, name)),
    span: somewhere,
  };
}

/** The world as a study; `turned`: written in another way that means the same. */
export function studyOf(world: World, names: readonly string[], turned: boolean): ExpandedStudy {
  const tasks = world.nodes.map((node, k): ToyTask => {
    const { mark, keep, open, figure, takes, gathers, needs, lists } = node;
    return {
      name: names[k]!,
      of: { ...toy, revision: world.revision },
      inputs: {
        // Sometimes written out, sometimes left to its default: the same.
        ...((mark !== 'x' || turned) && { mark: literal(mark) }),
        keep: literal(keep),
        ...(open && { open: literal(true) }),
        ...(figure && { figure: literal(true) }),
        ...(node.file !== undefined && { file: file(FILES[node.file]!) }),
        ...(takes.length > 0 && { parts: listOf(takes, 'out') }),
        ...(gathers !== undefined && {
          bag: gather(...(turned ? [...gathers].reverse() : gathers)),
        }),
        ...(needs !== undefined && { need: firstOf(needs, node.orElse) }),
        ...(lists.length > 0 && { list: listOf(lists, 'value') }),
      },
      after: node.after,
      ...(node.when !== undefined && { when: [condition(node.when)] }),
      partial: node.partial,
    };
  });
  return study(...tasks);
}

/** The step itself; `given` gets what it gave. */
export function perform(desk: Desk, failing: ReadonlySet<string>, given: Set<string>): Outcome {
  const { values, read } = desk;
  const mark = String(values.mark);
  if (failing.has(mark)) throw new StepError(`${mark} fails today`);
  const list = (of: Json | undefined): readonly Json[] => (Array.isArray(of) ? of : []);
  const text = textOf({
    mark,
    keep: Number(values.keep),
    file: values.file === undefined ? null : read(values.file),
    parts: list(values.parts).map(read),
    bag: values.bag === undefined ? null : list(values.bag).map(read),
    need: values.need === undefined ? null : Number(values.need),
    list: list(values.list).map(measuredIn),
  });
  const out = desk.write('out.txt', text);
  given.add(text);
  const figures: Figure[] = [];
  if (values.figure === true) {
    given.add(figureOf(text));
    figures.push(...JSON.parse(figureOf(text)));
  }
  return values.open === true
    ? { kind: 'inconclusive', reason: reasonOf(mark), outputs: { out }, figures }
    : { kind: 'done', outputs: { out, value: measured(numberOf(text)) }, figures };
}

/** A value as the step gives it. */
export function measured(value: number): Measured {
  return {
    quantity: 'temperature',
    value,
    unit: 'K',
    standard_error: null,
    contributions: {},
    effective_samples: null,
    conditions: {},
    marks: [],
  };
}

/** A measured value as a step sees it: its number, or why there is none. */
function measuredIn(json: Json): number | string {
  const input = json as unknown as MeasuredInput;
  return input.kind === 'value' ? input.measured.value : input.reason;
}
