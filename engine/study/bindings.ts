/**
 * One input of one task: node -> binding. References are followed through parameters, sets and
 * axes to a literal, a file, an output of another step or an expression over those.
 */
import type { InputField } from '../step.ts';
import { asLiteral, type Bound, constant, listOf, mapOf } from './bound.ts';
import { type Coerced, coerceScalar, coerceValue, expectedKind } from './coerce.ts';
import { normalise } from './composition.ts';
import type { Problems, Related } from './diagnostic.ts';
import type { Binding, Condition, Span } from './expanded.ts';
import type { Files } from './files.ts';
import { type Followed, follow } from './follow.ts';
import { elementAt } from './matrix.ts';
import { describe, type Mapping, type Node, type Scalar } from './node.ts';
import { Expressions } from './operands.ts';
import { fit } from './outputs.ts';
import { fromNumber, type Rational } from './rational.ts';
import { type Reference, said } from './references.ts';
import { type Place, type Scope, stepsIn } from './scope.ts';
import { isRepeated, Settlements } from './settle.ts';
import { Sources } from './source.ts';
import { Taken } from './taken.ts';
import type { TaskIds } from './task-ids.ts';

/** Resolves inputs; problems are collected, and what has one gives `undefined`. */
export class Binder {
  readonly #study: Scope;
  readonly #files: Files;
  readonly #problems: Problems;
  readonly #sources: Sources;
  readonly #expressions: Expressions;
  readonly #settlements: Settlements;
  readonly #taken: Taken;

  constructor(study: Scope, ids: TaskIds, files: Files, problems: Problems) {
    this.#study = study;
    this.#files = files;
    this.#problems = problems;
    this.#sources = new Sources(ids, problems);
    const bind = (node: Node, field: InputField, place: Place) => this.bind(node, field, place);
    this.#settlements = new Settlements(bind);
    this.#taken = new Taken(this.#sources, this.#settlements, problems, bind);
    this.#expressions = new Expressions(this.#sources, this.#settlements, problems);
  }

  /** The binding of `node` as a value of `field`. */
  bind(node: Node, field: InputField, place: Place): Bound | undefined {
    const followed = follow(node, place, this.#problems);
    if (followed === undefined) return undefined;
    const bound = this.#bindFollowed(followed, field);
    return bound && { binding: bound.binding, varies: bound.varies || followed.varies };
  }

  /** What has to hold before the turn that `place`, that of a repeated step, is in. */
  beforeTurn(place: Place): readonly Condition[] {
    const { site, turn, positions } = place;
    const call = site.scope.steps.get(site.name);
    const element = call?.matrix && elementAt(call.matrix, positions);
    if (call?.kind !== 'call' || !isRepeated(call) || element === undefined || turn === null)
      return [];
    return this.#settlements.before(call, element, turn, { ...place, turn: null });
  }

  /** Reports what is wrong with a node that nothing need take, an output of a protocol. */
  check(node: Node, at: Place): void {
    const followed = follow(node, at, this.#problems);
    if (followed?.node.kind !== 'scalar') return;
    const { place, via } = followed;
    const meaning = said(followed.node);
    if (meaning.kind === 'expression') this.#expressions.compute(followed.node, place, via);
    if (meaning.kind !== 'reference') return;
    const producer = place.site.scope.steps.get(meaning.reference.root);
    if (producer?.kind === 'call') return;
    const source = this.#sources.find(meaning.reference, place, via);
    if (source !== undefined && !source.selection.gather) this.#sources.one(source, place, via);
  }

  #bindFollowed(followed: Followed, field: InputField): Bound | undefined {
    const { node, via, place } = followed;
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
          : this.#listOfOne(this.#bindFollowed(followed, field.of), field, place, via);
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
      const { folder } = place.site.scope;
      const path = this.#files.resolve(scalar, folder, place.subject, via);
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
    for (const { path, interface: step, matrix } of stepsIn(this.#study))
      for (const [output, given] of Object.entries(step?.outputs ?? {}))
        if (matrix?.axes.length === 0 && fit(given, field).kind === 'handed')
          return `, such as $${path}.${output}`;
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
    const followed = follow(node, place, this.#problems);
    if (followed === undefined) return undefined;
    const meaning = followed.node.kind === 'scalar' ? said(followed.node) : undefined;
    if (meaning?.kind === 'reference') {
      const { reference } = meaning;
      const { place: where, via, varies } = followed;
      if (this.#taken.kindOf(reference, where, via) === 'all') {
        const gathered = this.#taken.all(reference, of, where, via);
        return gathered && { ...gathered, varies: gathered.varies || varies };
      }
    }
    return this.bind(node, of, place);
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
    const kind = this.#taken.kindOf(reference, place, via);
    if (kind === undefined) return undefined;
    if (field.kind === 'list') {
      const item =
        kind === 'all'
          ? this.#taken.all(reference, field.of, place, via)
          : this.#bindSource(reference, field.of, place, via);
      return this.#listOfOne(item, field, place, via);
    }
    if (kind === 'one') return this.#taken.one(reference, field, place, via);
    if (kind === 'settled') return this.#taken.settled(reference, field, place, via);
    return this.#problems.add(
      'wrong-kind',
      reference.span,
      `${place.subject} takes one value, and .*. gathers many; choose one by label`,
      via,
    );
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
    if (!waits(binding))
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

/** Whether an expression takes anything from a step. */
function waits(binding: Binding): boolean {
  return binding.kind === 'expression'
    ? Object.values(binding.operands).some(waits)
    : binding.kind === 'output' || binding.kind === 'settled';
}

function isOnly(node: Node): boolean {
  return node.kind === 'map' && node.entries.size === 1;
}
