/** One axis of a matrix: labels and what they stand for. */
import type { Problems } from './diagnostic.ts';
import type { Span } from './expanded.ts';
import { describe, type Node, type Scalar } from './node.ts';
import { said } from './references.ts';

export interface Axis {
  readonly name: string;
  /** `sets.potentials` where the values come from there: such axes are one and the same. */
  readonly source: string | null;
  readonly labels: readonly string[];
  readonly values: readonly Node[];
  /** Position of each label. */
  readonly index: ReadonlyMap<string, number>;
}

/** What `$sets.NAME`, or a value as written, comes to. */
export interface AxisValues {
  readonly values: Node;
  readonly source: string | null;
}

/** Labels name folders of results. */
const LONGEST_LABEL = 100;

/** Collects the labels of an axis; what cannot be one is reported and left out. */
export class AxisBuilder {
  readonly name: string;
  readonly #source: string | null;
  readonly #problems: Problems;
  readonly #labels: string[] = [];
  readonly #values: Node[] = [];
  readonly #index = new Map<string, number>();
  #wrong = false;

  constructor(name: string, source: string | null, problems: Problems) {
    this.name = name;
    this.#source = source;
    this.#problems = problems;
  }

  /** The axis so far; undefined if there is nothing right about it. */
  get axis(): Axis | undefined {
    if (this.#wrong && this.#labels.length === 0) return undefined;
    return {
      name: this.name,
      source: this.#source,
      labels: [...this.#labels],
      values: [...this.#values],
      index: new Map(this.#index),
    };
  }

  get labels(): readonly string[] {
    return this.#labels;
  }

  positionOf(label: string): number | undefined {
    return this.#index.get(label);
  }

  /**
   * Adds all values: a mapping from labels, or a list of scalars whose text is the label.
   * Returns the position of each; only with `repeats` may one come twice.
   */
  addAll(values: Node, repeats: boolean): readonly number[] {
    const positions: (number | undefined)[] = [];
    if (values.kind === 'map')
      for (const { key, value } of values.entries.values())
        positions.push(this.#add(key.text, value, key.span));
    else if (values.kind === 'list')
      for (const item of values.items) positions.push(this.#addItem(item, repeats));
    else if (values.kind === 'scalar')
      this.#problems.add(
        'bad-axis',
        values.span,
        `the values of ${this.name} are ${describe(values)}; expected a mapping from labels to values, a list, or $sets.NAME`,
      );
    if (values.kind === 'scalar' || values.kind === 'broken') this.#wrong = true;
    return positions.filter((position) => position !== undefined);
  }

  /** Position of a value outside the list: a label, a scalar, or `{ label: value }`. */
  addOne(node: Node): number | undefined {
    if (node.kind === 'scalar') return this.#index.get(labelOf(node)) ?? this.#addItem(node, true);
    if (node.kind === 'map' && node.entries.size === 1)
      for (const { key, value } of node.entries.values())
        return this.#add(key.text, value, key.span);
    return this.#addItem(node, true);
  }

  #addItem(item: Node, repeats: boolean): number | undefined {
    if (item.kind === 'scalar') {
      const label = labelOf(item);
      const before = this.#index.get(label);
      if (repeats && before !== undefined && isSame(this.#values[before]!, item)) return before;
      return this.#add(label, item, item.span);
    }
    this.#wrong = true;
    if (item.kind !== 'broken')
      this.#problems.add(
        'bad-axis',
        item.span,
        `an element of ${this.name} is ${describe(item)}; give it a label: { label: value }`,
      );
    return undefined;
  }

  #add(label: string, node: Node, at: Span): number | undefined {
    const wrong = (code: string, message: string): undefined => {
      this.#wrong = true;
      return this.#problems.add(code, at, message);
    };
    if (!/^[A-Za-z0-9_+=@%.-]+$/.test(label) || /^\.+$/.test(label))
      return wrong(
        'bad-label',
        `"${label}" cannot be a label, because labels name tasks and folders; use letters, digits and _ + - . = @ %`,
      );
    if (label.length > LONGEST_LABEL)
      return wrong(
        'bad-label',
        `"${label.slice(0, 30)}..." has ${label.length} characters, and a label at most ${LONGEST_LABEL}, because it names a folder; use a mapping from labels to values`,
      );
    if (this.#index.has(label))
      return wrong(
        'duplicate-label',
        `two elements of ${this.name} have the label ${label}; use a mapping from labels to values`,
      );
    const position = this.#labels.length;
    this.#index.set(label, position);
    this.#labels.push(label);
    this.#values.push(node);
    return position;
  }
}

/** Whether two values with one label are one value. */
function isSame(a: Node, b: Node): boolean {
  return a.kind === 'scalar' && b.kind === 'scalar' && a.text === b.text && a.plain === b.plain;
}

/** A scalar as a label: `2000 K` -> `2000K`, `$pretrain.model` -> `pretrain.model`. */
export function labelOf(scalar: Scalar): string {
  const meaning = said(scalar);
  const text = meaning.kind === 'literal' ? meaning.scalar.text : scalar.text.replace(/^\$/, '');
  return text
    .trim()
    .replace(/\s+/gu, '')
    .replace(/Å|\u212B|A\u030A/gu, 'A')
    .replace(/³/gu, '3')
    .replace(/·/gu, '.')
    .replace(/\//gu, '-');
}
