/**
 * One input of one task: node -> binding. References are followed through parameters, sets and
 * axes to a literal, a file, an output of another step or an expression over those.
 */
import type { InputField } from '../step.ts';
import { asLiteral, type Bound, constant, listOf, mapOf, type Place } from './bound.ts';
import { type Coerced, coerceScalar, coerceValue, expectedKind } from './coerce.ts';
import { normalise } from './composition.ts';
import type { Problems, Related } from './diagnostic.ts';
import type { CheckedStudy } from './document.ts';
import type { Span, TaskId } from './expanded.ts';
import type { Files } from './files.ts';
import { type Followed, follow } from './follow.ts';
import { describe, type Mapping, type Node, type Scalar } from './node.ts';
import { Expressions, nameOf } from './operands.ts';
import { fit, outputName, valueOfOutput } from './outputs.ts';
import { fromNumber, type Rational } from './rational.ts';
import { type Reference, said } from './references.ts';
import { type Source, Sources } from './source.ts';

/** Resolves inputs; problems are collected, and what has one gives `undefined`. */
export class Binder {
  readonly #study: CheckedStudy;
  readonly #files: Files;
  readonly #problems: Problems;
  readonly #sources: Sources;
  readonly #expressions: Expressions;

  constructor(
    study: CheckedStudy,
    firstTask: ReadonlyMap<string, TaskId>,
    files: Files,
    problems: Problems,
  ) {
    this.#study = study;
    this.#files = files;
    this.#problems = problems;
    this.#sources = new Sources(study, firstTask, problems);
    this.#expressions = new Expressions(study, this.#sources, problems);
  }

  /** The binding of `node` as a value of `field`. */
  bind(node: Node, field: InputField, place: Place): Bound | undefined {
    const followed = follow(node, place, this.#study);
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
      case 'text': {
        const secret = node.kind === 'map' ? node.entries.get('secret')?.value : undefined;
        if (field.secret === true && secret?.kind === 'scalar' && isOnly(node))
          return constant({ kind: 'literal', value: { secret: secret.text }, span: node.span });
        break;
      }
      case 'artifact':
      case 'file': {
        const file = node.kind === 'map' ? node.entries.get('file')?.value : undefined;
        if (file !== undefined && isOnly(node)) return this.bind(file, { kind: 'file' }, place);
        break;
      }
      case 'json': {
        const bound =
          node.kind === 'map'
            ? this.#bindMap(node, place, () => ({ field, subject: place.subject }))
            : listOf(
                node.items.map((item) => this.bind(item, field, place)),
                node.span,
              );
        return bound && asLiteral(bound);
      }
    }
    return wrong(
      'wrong-kind',
      `${place.subject} is ${describe(node)}; expected ${expectedKind(field)}`,
    );
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
    for (const { name, interface: step, matrix } of this.#study.steps.values())
      for (const [output, given] of Object.entries(step?.outputs ?? {}))
        if (matrix?.axes.length === 0 && fit(given, field).kind === 'handed')
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
    const bound = listOf(
      items.map((item) => this.#bindItem(item, field.of, place)),
      span,
    );
    return this.#longEnough(bound, field, place, via);
  }

  /** An item of a list may be a gather, which stands for all its elements. */
  #bindItem(node: Node, of: InputField, place: Place): Bound | undefined {
    const followed = follow(node, place, this.#study);
    const scalar = followed?.node;
    if (scalar?.kind !== 'scalar') return this.bind(node, of, place);
    const meaning = said(scalar);
    if (meaning.kind !== 'reference') return this.bind(node, of, place);
    const source = this.#sources.find(meaning.reference, place, followed!.via);
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
    const bound = item && listOf([item], item.binding.span);
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
      binding.kind === 'list'
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
    return mapOf(entries, node.span);
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

  #bindSource(
    reference: Reference,
    field: InputField,
    place: Place,
    via: readonly Related[],
  ): Bound | undefined {
    const source = this.#sources.find(reference, place, via);
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
    if (fits === 'handed') return this.#sources.one(source, place, via);
    const coerced = coerceValue(valueOfOutput(output)!, field);
    if (coerced.kind === 'wrong')
      return this.#problems.add(coerced.code, span, `${place.subject} ${coerced.why}`, via);
    const bound = this.#sources.one(source, place, via);
    if (bound === undefined) return undefined;
    const { binding, varies } = bound;
    const name = nameOf(reference);
    const operands = { [name]: binding };
    return { binding: { kind: 'expression', text: name, operands, span }, varies };
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
    return this.#sources.all(source, place);
  }

  #bindExpression(
    scalar: Scalar,
    field: InputField,
    place: Place,
    via: readonly Related[],
  ): Bound | undefined {
    if (field.kind === 'list')
      return this.#listOfOne(this.#bindExpression(scalar, field.of, place, via), field, place, via);
    const options = this.#expressions.optionsOf(scalar);
    if (options !== undefined && !COMPUTED.has(field.kind))
      return this.#bindFirst(options, scalar.span, field, place);
    const computed = this.#expressions.compute(scalar, place, via);
    if (computed === undefined) return undefined;
    const { value, binding, varies } = computed;
    const coerced = coerceValue(value, field);
    if (coerced.kind !== 'unknown') {
      const bound = this.#literal(coerced, scalar.span, place.subject, via);
      return bound && { ...bound, varies };
    }
    if (!Object.values(binding.operands).some(({ kind }) => kind === 'output'))
      return this.#problems.add(
        'wrong-kind',
        scalar.span,
        `${place.subject} has no value; expected ${expectedKind(field)}`,
        via,
      );
    return { binding, varies };
  }

  /** `$( first(a.model, b.model) )`: what is handed over is chosen among outputs. */
  #bindFirst(
    options: readonly Scalar[],
    span: Span,
    field: InputField,
    place: Place,
  ): Bound | undefined {
    const bound = options.map((option) => this.bind(option, field, place));
    const right = bound.filter((each) => each !== undefined);
    if (right.length < bound.length) return undefined;
    return {
      binding: { kind: 'first', options: right.map(({ binding }) => binding), span },
      varies: right.some(({ varies }) => varies),
    };
  }
}

/** Inputs that take what an expression gives; others take what a step gave as it is. */
const COMPUTED: ReadonlySet<InputField['kind']> = new Set([
  'quantity',
  'integer',
  'number',
  'boolean',
  'text',
  'choice',
]);

function isOnly(node: Node): boolean {
  return node.kind === 'map' && node.entries.size === 1;
}
