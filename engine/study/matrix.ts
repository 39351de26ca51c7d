/**
 * The elements of a matrix step: every combination of its axes, where axes under `zip` run in
 * step, less what `exclude` names, and then what `include` adds. Elements are counted in this
 * order, the last axis running fastest.
 */
import { type Axis, AxisBuilder, type AxisValues, labelOf } from './axis.ts';
import type { Problems } from './diagnostic.ts';
import type { Span } from './expanded.ts';
import { type Entry, entriesOf, type Mapping, type Node } from './node.ts';
import { didYouMean } from './suggest.ts';

/** A study may grow to this many tasks. */
export const MOST_TASKS = 200_000;

/** Keys of a matrix that are no axes. */
export const MATRIX_WORDS: readonly string[] = ['zip', 'include', 'exclude'];

export interface Matrix {
  readonly axes: readonly Axis[];
  readonly size: number;
  /** For each element its position on each axis; null where all combinations are there. */
  readonly elements: readonly Positions[] | null;
  /** Number of each element by its positions, where `elements` are given. */
  readonly numbers: ReadonlyMap<string, number>;
}

export type Positions = readonly number[];

/** A step without a matrix: one element. */
export const NO_MATRIX: Matrix = { axes: [], size: 1, elements: null, numbers: new Map() };

/** Position on each axis of element number `element`. */
export function positionsOf({ axes, elements }: Matrix, element: number): Positions {
  if (elements !== null) return elements[element]!;
  const positions: number[] = [];
  let rest = element;
  for (let k = axes.length - 1; k >= 0; k--) {
    const size = axes[k]!.labels.length;
    positions[k] = rest % size;
    rest = Math.floor(rest / size);
  }
  return positions;
}

/** Number of the element with these positions; undefined if it is not there. */
export function elementAt(matrix: Matrix, positions: Positions): number | undefined {
  if (positions.some((position) => position < 0)) return undefined;
  if (matrix.elements !== null) return matrix.numbers.get(positions.join(' '));
  return positions.reduce(
    (number, position, k) => number * matrix.axes[k]!.labels.length + position,
    0,
  );
}

/** The axes of a `matrix:`, and the rows under `include`, as written. */
export interface WrittenMatrix {
  readonly axes: readonly Entry[];
  readonly include: readonly Mapping[];
}

export function writtenMatrix(step: Mapping): WrittenMatrix {
  const given = entriesOf(step, 'matrix');
  const zip = given.get('zip')?.value;
  return {
    axes: [...given.values()].flatMap((entry) =>
      entry.key.text === 'zip'
        ? [...(zip?.kind === 'map' ? zip.entries.values() : [])]
        : MATRIX_WORDS.includes(entry.key.text)
          ? []
          : [entry],
    ),
    include: rowsOf(given.get('include')?.value),
  };
}

/** Names of the axes, those that are wrong included. */
export function axisNamesOf({ axes, include }: WrittenMatrix): readonly string[] {
  return axes.length > 0
    ? axes.map(({ key }) => key.text)
    : [...(include[0]?.entries.keys() ?? [])];
}

function rowsOf(node: Node | undefined): readonly Mapping[] {
  return (node?.kind === 'list' ? node.items : []).filter((row) => row.kind === 'map');
}

/**
 * The matrix that a step gives; undefined, with the reason in `problems`, if it is wrong.
 *
 * @param valuesOf  follows an axis to its values; undefined if that failed, which was reported
 */
export function readMatrix(
  step: Mapping,
  at: Span,
  valuesOf: (axis: string, node: Node) => AxisValues | undefined,
  problems: Problems,
): Matrix | undefined {
  return new Reader(valuesOf, problems).read(step, at);
}

/** Axes that run together, and the positions that they take together. */
interface Factor {
  readonly axes: readonly AxisBuilder[];
  readonly positions: readonly Positions[];
}

class Reader {
  readonly #valuesOf: (axis: string, node: Node) => AxisValues | undefined;
  readonly #problems: Problems;

  constructor(valuesOf: (axis: string, node: Node) => AxisValues | undefined, problems: Problems) {
    this.#valuesOf = valuesOf;
    this.#problems = problems;
  }

  read(step: Mapping, at: Span): Matrix | undefined {
    const given = entriesOf(step, 'matrix');
    const factors: (Factor | undefined)[] = [];
    for (const [name, { key, value }] of given)
      if (name === 'zip') factors.push(this.#zip(value, key.span));
      else if (!MATRIX_WORDS.includes(name)) factors.push(this.#single(name, value));
    const known = factors.filter((factor) => factor !== undefined);
    if (known.length < factors.length) return undefined;
    const builders = known.flatMap(({ axes }) => axes);
    if (!MATRIX_WORDS.some((word) => given.has(word))) return whole(builders);
    const count = known.reduce((product, { positions }) => product * positions.length, 1);
    if (count > MOST_TASKS)
      return this.#problems.add(
        'too-many-tasks',
        at,
        `this matrix has ${count} elements; a study has at most ${MOST_TASKS} tasks`,
      );
    const rows = writtenMatrix(step).include;
    // Without an axis, all elements are those under `include`.
    const elements = known.length === 0 && rows.length > 0 ? [] : productOf(known);
    const kept = this.#exclude(elements, builders, given.get('exclude')?.value);
    return this.#include(kept, builders, rows);
  }

  #single(name: string, value: Node): Factor | undefined {
    const builder = this.#axis(name, value, false);
    return builder && { axes: [builder[0]], positions: builder[1].map((position) => [position]) };
  }

  #axis(
    name: string,
    value: Node,
    repeats: boolean,
  ): readonly [AxisBuilder, readonly number[]] | undefined {
    const found = this.#valuesOf(name, value);
    if (found === undefined) return undefined;
    const builder = new AxisBuilder(name, found.source, this.#problems);
    const positions = builder.addAll(found.values, repeats);
    return builder.axis === undefined ? undefined : [builder, positions];
  }

  #zip(node: Node, at: Span): Factor | undefined {
    const entries = node.kind === 'map' ? [...node.entries.values()] : [];
    const columns = entries.map(({ key, value }) => this.#axis(key.text, value, true));
    const known = columns.filter((column) => column !== undefined);
    if (known.length < columns.length || known.length === 0) return undefined;
    const [[first, sequence], ...others] = known as [(typeof known)[0], ...typeof known];
    for (const [other, positions] of others)
      if (positions.length !== sequence.length)
        return this.#problems.add(
          'uneven-zip',
          at,
          `axes under zip run in step, and ${first.name} has ${count(sequence.length)} where ${other.name} has ${positions.length}`,
        );
    const rows = sequence.map((_, k) => known.map(([, positions]) => positions[k]!));
    const seen = new Set<string>();
    const repeated = rows.find((row) => seen.size === seen.add(row.join(' ')).size);
    if (repeated !== undefined)
      return this.#problems.add(
        'duplicate-element',
        at,
        `zip has the element ${nameOf(
          known.map(([builder]) => builder),
          repeated,
        )} twice`,
      );
    return { axes: known.map(([builder]) => builder), positions: rows };
  }

  #exclude(
    elements: readonly Positions[],
    axes: readonly AxisBuilder[],
    node: Node | undefined,
  ): readonly Positions[] {
    return rowsOf(node).reduce((left, row) => {
      const wanted = this.#labels(row, axes);
      if (wanted === undefined) return left;
      const kept = left.filter((each) => !wanted.every(([axis, at]) => each[axis] === at));
      if (kept.length === left.length)
        this.#problems.add('excludes-nothing', row.span, 'no element is left out by this');
      return kept;
    }, elements);
  }

  /** Positions that a row under `exclude` names, by axis. */
  #labels(
    row: Mapping,
    axes: readonly AxisBuilder[],
  ): readonly (readonly [axis: number, position: number])[] | undefined {
    const found: (readonly [number, number])[] = [];
    for (const { key, value } of row.entries.values()) {
      const axis = this.#axisNamed(key.text, key.span, axes);
      if (axis === undefined || value.kind === 'broken') return undefined;
      const builder = axes[axis]!;
      const label = value.kind === 'scalar' ? labelOf(value) : '';
      const position = builder.positionOf(label);
      if (position === undefined)
        return this.#problems.add(
          'unknown-label',
          value.span,
          `exclude names elements by label, and ${label === '' ? 'this' : label} is no label of ${builder.name}${didYouMean(label, builder.labels, 'labels')}`,
        );
      found.push([axis, position]);
    }
    return found;
  }

  #axisNamed(name: string, at: Span, axes: readonly AxisBuilder[]): number | undefined {
    const axis = axes.findIndex((each) => each.name === name);
    if (axis >= 0) return axis;
    const known = axes.map((each) => each.name);
    return this.#problems.add(
      'unknown-axis',
      at,
      `the matrix has no axis ${name}${didYouMean(name, known, 'axes')}`,
    );
  }

  #include(
    elements: readonly Positions[],
    axes: readonly AxisBuilder[],
    rows: readonly Mapping[],
  ): Matrix | undefined {
    const builders =
      axes.length > 0 || rows.length === 0
        ? axes
        : [...rows[0]!.entries.keys()].map((name) => new AxisBuilder(name, null, this.#problems));
    const all = new Map(elements.map((each) => [each.join(' '), each] as const));
    for (const row of rows) {
      const positions = this.#row(row, builders);
      if (positions === undefined) continue;
      if (all.has(positions.join(' ')))
        this.#problems.add(
          'duplicate-element',
          row.span,
          `the element ${nameOf(builders, positions)} is there already`,
        );
      all.set(positions.join(' '), positions);
    }
    const listed = [...all.values()];
    const built = builders.map(({ axis }) => axis).filter((axis) => axis !== undefined);
    if (built.length < builders.length) return undefined;
    const numbers = new Map([...all.keys()].map((key, k) => [key, k] as const));
    return { axes: built, size: listed.length, elements: listed, numbers };
  }

  #row(row: Mapping, axes: readonly AxisBuilder[]): Positions | undefined {
    const keys = [...row.entries.values()].map(({ key }) => key);
    const named = keys.map((key) => this.#axisNamed(key.text, key.span, axes));
    if (named.includes(undefined)) return undefined;
    const positions: number[] = [];
    for (const builder of axes) {
      const value = row.entries.get(builder.name)?.value;
      if (value === undefined) {
        this.#problems.add(
          'missing-key',
          row.span,
          `an element under include gives a value for every axis; this one lacks ${builder.name}`,
        );
        return undefined;
      }
      const position = builder.addOne(value);
      if (position === undefined) return undefined;
      positions.push(position);
    }
    return positions;
  }
}

function whole(builders: readonly AxisBuilder[]): Matrix {
  const axes = builders.map(({ axis }) => axis!);
  const size = axes.reduce((product, { labels }) => product * labels.length, 1);
  return { axes, size, elements: null, numbers: new Map() };
}

function productOf(factors: readonly Factor[]): readonly Positions[] {
  return factors.reduce<readonly Positions[]>(
    (rows, { positions }) => rows.flatMap((row) => positions.map((more) => [...row, ...more])),
    [[]],
  );
}

function nameOf(axes: readonly AxisBuilder[], positions: Positions): string {
  return positions.map((position, k) => axes[k]!.labels[position]!).join('/');
}

function count(values: number): string {
  return `${values} value${values === 1 ? '' : 's'}`;
}
