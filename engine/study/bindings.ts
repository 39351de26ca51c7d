/**
 * One input of one task: node -> binding. References are followed through parameters, sets and
 * axes to a literal, a file, an output of another step or an expression over those.
 */
import type { InputField, Json, OutputField } from '../step.ts';
import { type Coerced, coerceScalar, coerceValue, expectedKind } from './coerce.ts';
import { normalise } from './composition.ts';
import type { Problems, Related } from './diagnostic.ts';
import type { CheckedStep, CheckedStudy } from './document.ts';
import type { Binding, Span } from './expanded.ts';
import { evaluate } from './expression.ts';
import type { Files } from './files.ts';
import { positionsOf, type Selection, select } from './matrix.ts';
import { describe, type Mapping, type Node, navigate, plainValue, type Scalar } from './node.ts';
import { fit, outputName, valueOfOutput } from './outputs.ts';
import { fromNumber, type Rational } from './rational.ts';
import { type Reference, referenceOf, said, spanWithin } from './references.ts';
import { ExpressionError, type Tree } from './syntax.ts';
import { type Value, valueOfJson } from './value.ts';

/** What the resolution of one input knows besides the node. */
export interface Place {
  readonly step: CheckedStep;
  /** Position of the task on each axis of its step. */
  readonly positions: readonly number[];
  /** The input, as messages name it. */
  readonly subject: string;
}

export interface Bound {
  readonly binding: Binding;
  /** Whether another task of the same step may have another binding. */
  readonly varies: boolean;
}

type OutputBinding = Binding & { readonly kind: 'output' };

/** An output of another step as a reference selects it. */
interface Source {
  readonly producer: CheckedStep;
  readonly output: OutputField;
  readonly selection: Selection;
  readonly span: Span;
}

/** A node at the end of `$params`, `$sets` and `$matrix`, and the places that led there. */
interface Followed {
  readonly node: Node;
  readonly via: readonly Related[];
  readonly varies: boolean;
}

/** Resolves inputs; problems are collected, and what has one gives `undefined`. */
export class Binder {
  readonly #study: CheckedStudy;
  readonly #firstTask: ReadonlyMap<string, number>;
  readonly #files: Files;
  readonly #problems: Problems;
  /** Gathers that every task of a step shares, by step and reference. */
  readonly #gathers = new Map<string, readonly number[]>();

  constructor(
    study: CheckedStudy,
    firstTask: ReadonlyMap<string, number>,
    files: Files,
    problems: Problems,
  ) {
    this.#study = study;
    this.#firstTask = firstTask;
    this.#files = files;
    this.#problems = problems;
  }

  /** The binding of `node` as a value of `field`. */
  bind(node: Node, field: InputField, place: Place): Bound | undefined {
    const followed = this.#follow(node, place);
    if (followed === undefined) return undefined;
    const bound = this.#bindFollowed(followed, field, place);
    return bound && { binding: bound.binding, varies: bound.varies || followed.varies };
  }

  #bindFollowed(followed: Followed, field: InputField, place: Place): Bound | undefined {
    const { node, via } = followed;
    if (node.kind === 'broken') return undefined;
    const wrong = (code: string, message: string): undefined =>
      this.#problems.add(code, node.span, message, via);
    if (node.kind === 'scalar') {
      const meaning = said(node);
      switch (meaning.kind) {
        case 'wrong':
          return undefined;
        case 'reference':
          return this.#bindSource(meaning.reference, field, place, via);
        case 'expression':
          return this.#bindExpression(node, field, place, via);
        case 'literal':
          return this.#bindScalar(meaning.scalar, field, place, via);
      }
    }
    switch (field.kind) {
      case 'list':
        return node.kind === 'list'
          ? this.#bindList(node.items, field, node.span, place, via)
          : this.#listOfOne(this.#bindFollowed(followed, field.of, place), field, place, via);
      case 'map':
        return node.kind === 'map'
          ? this.#bindMap(node, place, ({ key }) => ({
              field: field.of,
              subject: `${place.subject}.${key.text}`,
            }))
          : wrong(
              'wrong-kind',
              `${place.subject} is ${describe(node)}; expected ${expectedKind(field)}`,
            );
      case 'composition':
        if (node.kind === 'map') return this.#bindComposition(node, place, via);
        break;
      case 'artifact':
      case 'file': {
        const file = node.kind === 'map' ? node.entries.get('file')?.value : undefined;
        if (node.kind === 'map' && file !== undefined && node.entries.size === 1)
          return this.bind(file, { kind: 'file' }, place);
        break;
      }
      case 'json': {
        if (node.kind === 'map')
          return this.#bindMap(node, place, () => ({ field, subject: place.subject }));
        const items = node.items.map((item) => this.bind(item, field, place));
        return joinList(items, node.span);
      }
    }
    return wrong(
      'wrong-kind',
      `${place.subject} is ${describe(node)}; expected ${expectedKind(field)}`,
    );
  }

  /** Follows `$params`, `$sets` and `$matrix`; what is unknown has been reported. */
  #follow(from: Node, place: Place): Followed | undefined {
    let node = from;
    let varies = false;
    const via: Related[] = [];
    // An axis leads to a set at most, a set to a parameter: three turns.
    for (let turn = 0; turn < 4; turn++) {
      if (node.kind !== 'scalar') break;
      const meaning = said(node);
      if (meaning.kind !== 'reference') break;
      const { root, path, span } = meaning.reference;
      const start = this.#start(root, path[0], place);
      if (start === 'step') break;
      if (start === undefined) return undefined;
      const found = navigate(start, path.slice(1));
      if (!('node' in found)) return undefined;
      if (root === 'matrix') varies = true;
      via.push({ at: span, message: `used here as ${place.subject} of ${place.step.name}` });
      node = found.node;
    }
    return { node, via, varies };
  }

  /** Where a path begins; `'step'` if its root is no parameter, set or axis. */
  #start(root: string, name: string | undefined, place: Place): Node | 'step' | undefined {
    if (name === undefined) return root === 'params' || root === 'sets' ? undefined : 'step';
    switch (root) {
      case 'params':
        return this.#study.parameters.get(name);
      case 'sets':
        return this.#study.sets.get(name);
      case 'matrix': {
        const axes = place.step.axes ?? [];
        const k = axes.findIndex((axis) => axis.name === name);
        return axes[k]?.values[place.positions[k]!];
      }
      default:
        return 'step';
    }
  }

  #bindScalar(
    scalar: Scalar,
    field: InputField,
    place: Place,
    via: readonly Related[],
  ): Bound | undefined {
    if (field.kind === 'list')
      return this.#listOfOne(this.#bindScalar(scalar, field.of, place, via), field, place, via);
    if (field.kind === 'file') {
      const path = this.#files.resolve(scalar, place.subject, via);
      return path === undefined ? undefined : constant({ kind: 'file', path, span: scalar.span });
    }
    const { subject } = place;
    if (field.kind === 'artifact' || field.kind === 'measured' || field.kind === 'map')
      return this.#problems.add(
        'wrong-kind',
        scalar.span,
        `${subject} is ${describe(scalar)}; expected ${expectedKind(field)}${this.#example(field)}`,
        via,
      );
    return this.#literal(coerceScalar(scalar, field), scalar.span, subject, via);
  }

  /** `, such as $pretrain.model`: an output of the study that would fit. */
  #example(field: InputField): string {
    for (const { name, interface: step, size } of this.#study.steps.values())
      for (const [output, given] of Object.entries(step?.outputs ?? {}))
        if (size === 1 && fit(given, field).kind === 'handed')
          return `, such as $${name}.${output}`;
    return '';
  }

  #literal(
    coerced: Coerced,
    span: Span,
    subject: string,
    via: readonly Related[],
  ): Bound | undefined {
    if (coerced.kind === 'wrong')
      return this.#problems.add(coerced.code, span, `${subject} ${coerced.why}`, via);
    return coerced.kind === 'value'
      ? constant({ kind: 'literal', value: coerced.value, span })
      : undefined;
  }

  #bindList(
    items: readonly Node[],
    field: InputField & { readonly kind: 'list' },
    span: Span,
    place: Place,
    via: readonly Related[],
  ): Bound | undefined {
    const bound = joinList(
      items.map((item) => this.#bindItem(item, field.of, place)),
      span,
    );
    return this.#longEnough(bound, field, place, via);
  }

  /** An item of a list may be a gather, which stands for all its elements. */
  #bindItem(node: Node, of: InputField, place: Place): Bound | undefined {
    const followed = this.#follow(node, place);
    const scalar = followed?.node;
    if (scalar?.kind !== 'scalar') return this.bind(node, of, place);
    const meaning = said(scalar);
    if (meaning.kind !== 'reference') return this.bind(node, of, place);
    const source = this.#source(meaning.reference, place, followed!.via);
    if (source === undefined) return undefined;
    if (!source.selection.gather) return this.bind(node, of, place);
    const gathered = this.#bindGather(source, of, place, followed!.via);
    return gathered && { ...gathered, varies: gathered.varies || followed!.varies };
  }

  #listOfOne(
    item: Bound | undefined,
    field: InputField & { readonly kind: 'list' },
    place: Place,
    via: readonly Related[],
  ): Bound | undefined {
    const bound = item && joinList([item], item.binding.span);
    return this.#longEnough(bound, field, place, via);
  }

  #longEnough(
    bound: Bound | undefined,
    { min = 0 }: InputField & { readonly kind: 'list' },
    place: Place,
    via: readonly Related[],
  ): Bound | undefined {
    if (bound === undefined) return undefined;
    const { binding } = bound;
    const count =
      binding.kind === 'literal' && Array.isArray(binding.value)
        ? binding.value.length
        : binding.kind === 'list'
          ? binding.items.reduce(
              (sum, item) => sum + (item.kind === 'gather' ? item.elements.length : 1),
              0,
            )
          : min;
    return count >= min
      ? bound
      : this.#problems.add(
          'out-of-range',
          binding.span,
          `${place.subject} has ${count} element${count === 1 ? '' : 's'}; it needs at least ${min}`,
          via,
        );
  }

  #bindMap(
    node: Mapping,
    place: Place,
    each: (entry: { readonly key: Scalar }) => {
      readonly field: InputField;
      readonly subject: string;
    },
  ): Bound | undefined {
    const entries: [string, Bound][] = [];
    for (const [name, entry] of node.entries) {
      const { field, subject } = each(entry);
      const bound = this.bind(entry.value, field, { ...place, subject });
      if (bound !== undefined) entries.push([name, bound]);
    }
    if (entries.length < node.entries.size) return undefined;
    const varies = entries.some(([, bound]) => bound.varies);
    const literal = entries.every(([, { binding }]) => binding.kind === 'literal');
    const binding: Binding = literal
      ? {
          kind: 'literal',
          value: Object.fromEntries(
            entries.map(([name, { binding }]) => [name, literalValue(binding)] as const),
          ),
          span: node.span,
        }
      : {
          kind: 'map',
          entries: Object.fromEntries(
            entries.map(([name, { binding }]) => [name, binding] as const),
          ),
          span: node.span,
        };
    return { binding, varies };
  }

  #bindComposition(node: Mapping, place: Place, via: readonly Related[]): Bound | undefined {
    const amount: InputField = { kind: 'quantity', dimension: 'fraction', unit: '', min: 0 };
    const amounts: [string, Rational][] = [];
    let varies = false;
    for (const [element, { value }] of node.entries) {
      const subject = `${element} in ${place.subject}`;
      const bound = this.bind(value, amount, { ...place, subject });
      if (bound === undefined) return undefined;
      varies ||= bound.varies;
      const { binding } = bound;
      if (binding.kind !== 'literal' || typeof binding.value !== 'number')
        return this.#problems.add(
          'wrong-kind',
          binding.span,
          `${subject} is known only while the study runs; compositions are known before`,
          via,
        );
      amounts.push([element, fromNumber(binding.value)]);
    }
    const read = normalise(amounts);
    const coerced: Coerced =
      read.kind === 'composition'
        ? { kind: 'value', value: read.fractions }
        : { kind: 'wrong', code: 'bad-composition', why: `cannot be read: ${read.why}` };
    const bound = this.#literal(coerced, node.span, place.subject, via);
    return bound && { ...bound, varies };
  }

  /** The output that a reference to a step means; undefined, reported, if it means none. */
  #source(reference: Reference, place: Place, via: readonly Related[]): Source | undefined {
    const producer = this.#study.steps.get(reference.root);
    // Steps that are unknown, of an unknown type or with a wrong matrix have been reported.
    if (producer?.interface === undefined || producer.axes === undefined) return undefined;
    if (place.step.axes === undefined) return undefined;
    const { outputs } = producer.interface;
    const selected = select(
      producer.name,
      producer.axes,
      reference.path,
      Object.keys(outputs),
      place.step.axes,
    );
    if (selected.kind === 'wrong')
      return this.#problems.add(selected.code, reference.span, selected.message, via);
    const { selection } = selected;
    return { producer, output: outputs[selection.output]!, selection, span: reference.span };
  }

  #bindSource(
    reference: Reference,
    field: InputField,
    place: Place,
    via: readonly Related[],
  ): Bound | undefined {
    const source = this.#source(reference, place, via);
    if (source === undefined) return undefined;
    const { selection, output, span } = source;
    if (selection.gather) {
      if (field.kind === 'list') {
        const gathered = this.#bindGather(source, field.of, place, via);
        return this.#listOfOne(gathered, field, place, via);
      }
      return this.#problems.add(
        'wrong-kind',
        span,
        `${place.subject} takes one value, and .*. gathers many; choose one by label`,
        via,
      );
    }
    if (field.kind === 'list')
      return this.#listOfOne(this.#bindSource(reference, field.of, place, via), field, place, via);
    const fits = this.#fits(source, field, place, via);
    if (fits === undefined) return undefined;
    if (fits === 'handed') return this.#output(source, place);
    const tree: Tree & { readonly kind: 'name' } = {
      kind: 'name',
      name: nameOf(reference),
      path: [reference.root, ...reference.path],
      start: 0,
      end: reference.text.length,
    };
    const coerced = coerceValue(valueOfOutput(output)!, field);
    if (coerced.kind === 'wrong')
      return this.#problems.add(coerced.code, span, `${place.subject} ${coerced.why}`, via);
    const { binding, varies } = this.#output(source, place);
    const operands = { [tree.name]: binding };
    return { binding: { kind: 'expression', text: tree.name, operands, span }, varies };
  }

  #fits(
    { output, producer, selection, span }: Source,
    field: InputField,
    place: Place,
    via: readonly Related[],
  ): 'handed' | 'computed' | undefined {
    const fits = fit(output, field);
    return fits.kind === 'wrong'
      ? this.#problems.add(
          'wrong-type',
          span,
          `${place.subject} takes ${fits.expected}; ${producer.name}.${selection.output} is ${outputName(output)}`,
          via,
        )
      : fits.kind;
  }

  #output({ producer, selection, span }: Source, place: Place): Bound & { binding: OutputBinding } {
    const axes = producer.axes!;
    let element = 0;
    let varies = false;
    for (const [k, choice] of selection.axes.entries()) {
      let position = 0;
      if (choice.kind === 'named') position = choice.position;
      else if (choice.kind === 'aligned') {
        position = choice.positions[place.positions[choice.axis]!]!;
        varies = true;
      }
      element = element * axes[k]!.labels.length + position;
    }
    const task = this.#firstTask.get(producer.name)! + element;
    return { binding: { kind: 'output', task, output: selection.output, span }, varies };
  }

  #bindGather(
    source: Source,
    of: InputField,
    place: Place,
    via: readonly Related[],
  ): Bound | undefined {
    const fits = this.#fits(source, of, place, via);
    if (fits === undefined) return undefined;
    if (fits === 'computed') {
      const coerced = coerceValue(valueOfOutput(source.output)!, of);
      if (coerced.kind === 'wrong')
        return this.#problems.add(
          coerced.code,
          source.span,
          `each of ${place.subject} ${coerced.why}`,
          via,
        );
    }
    const { selection, producer, span } = source;
    // The element with the first of every gathered axis, and how far the others are from it.
    const { binding: first, varies } = this.#output(source, place);
    const elements = this.#offsets(producer, selection).map((offset) => ({
      ...first,
      task: first.task + offset,
    }));
    return { binding: { kind: 'gather', elements, span }, varies };
  }

  #offsets(producer: CheckedStep, selection: Selection): readonly number[] {
    const id = `${producer.name} ${selection.axes.map(({ kind }) => kind).join(' ')}`;
    const known = this.#gathers.get(id);
    if (known !== undefined) return known;
    const axes = producer.axes!;
    const gathered = axes.filter((_, k) => selection.axes[k]!.kind === 'gathered');
    const count = gathered.reduce((product, { labels }) => product * labels.length, 1);
    const offsets = Array.from({ length: count }, (_, number) => {
      const positions = positionsOf(gathered, number);
      let next = 0;
      return axes.reduce((offset, axis, k) => {
        const position = selection.axes[k]!.kind === 'gathered' ? positions[next++]! : 0;
        return offset * axis.labels.length + position;
      }, 0);
    });
    this.#gathers.set(id, offsets);
    return offsets;
  }

  #bindExpression(
    scalar: Scalar,
    field: InputField,
    place: Place,
    via: readonly Related[],
  ): Bound | undefined {
    if (field.kind === 'list')
      return this.#listOfOne(this.#bindExpression(scalar, field.of, place, via), field, place, via);
    const meaning = said(scalar);
    if (meaning.kind !== 'expression') return undefined;
    const { text, tree, offset } = meaning;
    const operands = new Map<string, Binding>();
    let varies = false;
    let value: Value;
    try {
      value = evaluate(tree, (name) => {
        const operand = this.#operand(name, referenceOf(name, scalar, offset), place);
        varies ||= operand.varies;
        operands.set(name.name, operand.binding);
        return operand.value;
      });
    } catch (error) {
      if (error instanceof Reported) return undefined;
      if (!(error instanceof ExpressionError)) throw error;
      const at = spanWithin(scalar, offset, error.range);
      return this.#problems.add(error.code, at, error.message, via);
    }
    const coerced = coerceValue(value, field);
    if (coerced.kind !== 'unknown') {
      const bound = this.#literal(coerced, scalar.span, place.subject, via);
      return bound && { ...bound, varies };
    }
    if (![...operands.values()].some(({ kind }) => kind === 'output'))
      return this.#problems.add(
        'wrong-kind',
        scalar.span,
        `${place.subject} has no value; expected ${expectedKind(field)}`,
        via,
      );
    const binding: Binding = {
      kind: 'expression',
      text,
      operands: Object.fromEntries(operands),
      span: scalar.span,
    };
    return { binding, varies };
  }

  /** What a name in an expression stands for. */
  #operand(
    name: Tree & { readonly kind: 'name' },
    reference: Reference,
    place: Place,
  ): Bound & { readonly value: Value } {
    const fail = (code: string, message: string): never => {
      throw new ExpressionError(code, name, message);
    };
    const root: Scalar = {
      kind: 'scalar',
      text: `$${[reference.root, ...reference.path].join('.')}`,
      plain: false,
      span: reference.span,
      textStart: null,
    };
    const followed = this.#follow(root, place);
    if (followed === undefined || followed.node.kind === 'broken') throw new Reported();
    const { node } = followed;
    if (node.kind === 'map')
      return fail('wrong-kind', `${name.name} is a mapping; expected a value`);
    if (node.kind === 'list')
      return fail('wrong-kind', `${name.name} is a list; expressions compute with single values`);
    const meaning = said(node);
    if (meaning.kind === 'wrong') throw new Reported();
    if (meaning.kind === 'expression')
      return fail('wrong-kind', `${name.name} is itself an expression; write it out here`);
    if (meaning.kind === 'literal') {
      const plain = plainValue(meaning.scalar);
      const binding: Binding = { kind: 'literal', value: plain, span: node.span };
      return { binding, value: valueOfJson(plain), varies: followed.varies };
    }
    const source = this.#source(meaning.reference, place, []);
    if (source === undefined) throw new Reported();
    if (source.selection.gather)
      return fail('wrong-kind', `.*. gathers many values; expressions compute with single ones`);
    const value = valueOfOutput(source.output);
    if (value === undefined)
      return fail(
        'wrong-type',
        `${name.name} is ${outputName(source.output)}; expressions compute with values`,
      );
    if (value.kind === 'number' && value.exponents === null && 'unit' in source.output)
      return fail(
        'unknown-unit',
        `${name.name} is in ${source.output.unit}, which expressions do not know`,
      );
    const { binding, varies } = this.#output(source, place);
    return { binding, value, varies: varies || followed.varies };
  }
}

/** What is wrong has been reported already. */
class Reported extends Error {}

function constant(binding: Binding): Bound {
  return { binding, varies: false };
}

function literalValue(binding: Binding): Json {
  return binding.kind === 'literal' ? binding.value : null;
}

/** A list of bindings; all literals together are one literal. */
function joinList(items: readonly (Bound | undefined)[], span: Span): Bound | undefined {
  const bound = items.filter((item) => item !== undefined);
  if (bound.length < items.length) return undefined;
  const varies = bound.some((item) => item.varies);
  const bindings = bound.map(({ binding }) => binding);
  return bindings.every(({ kind }) => kind === 'literal')
    ? { binding: { kind: 'literal', value: bindings.map(literalValue), span }, varies }
    : { binding: { kind: 'list', items: bindings, span }, varies };
}

/** A reference as a name of expressions: labels that are no words stand in quotes. */
function nameOf({ root, path }: Reference): string {
  const parts = path.map((part) => {
    if (/^([A-Za-z_][A-Za-z0-9_]*=)?[A-Za-z0-9_]+$/.test(part)) return part;
    const [, axis = '', label = part] = /^([A-Za-z_][A-Za-z0-9_]*=)(.*)$/.exec(part) ?? [];
    return `${axis}'${label}'`;
  });
  return [root, ...parts].join('.');
}
