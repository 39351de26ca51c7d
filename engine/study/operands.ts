/** Expressions of a study: what their names stand for, and their value as far as it is known. */
import type { Bound } from './bound.ts';
import type { Problems, Related } from './diagnostic.ts';
import type { Binding } from './expanded.ts';
import { evaluate } from './expression.ts';
import { chooseOutput, elementOf, type Followed, follow } from './follow.ts';
import { plainValue, type Scalar } from './node.ts';
import { outputName, valueOfOutput } from './outputs.ts';
import { type Reference, referenceOf, type Said, said, spanWithin } from './references.ts';
import { type Call, type Place, placeInside } from './scope.ts';
import { isRepeated, type Settlements } from './settle.ts';
import type { Sources } from './source.ts';
import { ExpressionError, type Tree } from './syntax.ts';
import { type Value, valueOfJson } from './value.ts';

/** An expression with the bindings of its names. */
export interface Computed extends Bound<Binding & { readonly kind: 'expression' }> {
  readonly value: Value;
}

/** Expressions in expressions, by way of protocols. */
const DEEPEST = 200;

export class Expressions {
  readonly #sources: Sources;
  readonly #settlements: Settlements;
  readonly #problems: Problems;
  #depth = 0;

  constructor(sources: Sources, settlements: Settlements, problems: Problems) {
    this.#sources = sources;
    this.#settlements = settlements;
    this.#problems = problems;
  }

  /** The expression that `scalar` is; undefined, with the reason in the problems, if it is wrong. */
  compute(scalar: Scalar, place: Place, via: readonly Related[]): Computed | undefined {
    const meaning = said(scalar);
    if (meaning.kind !== 'expression') return undefined;
    if (this.#depth >= DEEPEST)
      return this.#problems.add('cycle', scalar.span, 'this expression needs its own value');
    this.#depth++;
    try {
      return this.#compute(scalar, meaning, place, via);
    } finally {
      this.#depth--;
    }
  }

  #compute(
    scalar: Scalar,
    meaning: Said & { readonly kind: 'expression' },
    place: Place,
    via: readonly Related[],
  ): Computed | undefined {
    const { text, tree, offset } = meaning;
    const operands = new Map<string, Binding>();
    let varies = false;
    try {
      const value = evaluate(tree, (name) => {
        const operand = this.#operand(name, referenceOf(name, scalar, offset), place);
        varies ||= operand.varies;
        operands.set(name.name, operand.binding);
        return operand.value;
      });
      const { span } = scalar;
      return {
        binding: { kind: 'expression', text, operands: Object.fromEntries(operands), span },
        varies,
        value,
      };
    } catch (error) {
      if (error instanceof Reported) return undefined;
      if (!(error instanceof ExpressionError)) throw error;
      const at = spanWithin(scalar, offset, error.range);
      return this.#problems.add(error.code, at, error.message, via);
    }
  }

  /** The names among which `first(a, b)` chooses; undefined if the expression is no such choice. */
  optionsOf(scalar: Scalar): readonly Scalar[] | undefined {
    const meaning = said(scalar);
    if (meaning.kind !== 'expression' || meaning.tree.kind !== 'call') return undefined;
    const { name, args } = meaning.tree;
    const names = args.filter((arg) => arg.kind === 'name');
    return name === 'first' && names.length === args.length
      ? names.map((arg) => asScalar(referenceOf(arg, scalar, meaning.offset)))
      : undefined;
  }

  /** What a name in an expression stands for. */
  #operand(name: Name, reference: Reference, place: Place): FoundOperand {
    const followed = follow(asScalar(reference), place, this.#problems);
    if (followed === undefined) throw new Reported();
    return this.#value(name, followed);
  }

  #value(name: Name, followed: Followed): FoundOperand {
    const { node, via, place } = followed;
    switch (node.kind) {
      case 'broken':
        throw new Reported();
      case 'map':
        return fail(name, 'wrong-kind', `${name.name} is a mapping; expected a value`);
      case 'list':
        return fail(
          name,
          'wrong-kind',
          `${name.name} is a list; expressions compute with single values`,
        );
    }
    const meaning = said(node);
    switch (meaning.kind) {
      case 'wrong':
        throw new Reported();
      case 'expression': {
        const inner = this.compute(node, place, via);
        if (inner === undefined) throw new Reported();
        return { ...inner, varies: inner.varies || followed.varies };
      }
      case 'literal': {
        const plain = plainValue(meaning.scalar);
        const binding: Binding = { kind: 'literal', value: plain, span: node.span };
        return { binding, value: valueOfJson(plain), varies: followed.varies };
      }
      case 'reference': {
        const producer = place.site.scope.steps.get(meaning.reference.root);
        const found =
          producer?.kind === 'call'
            ? this.#settled(name, producer, meaning.reference, followed)
            : this.#output(name, meaning.reference, followed);
        return { ...found, varies: found.varies || followed.varies };
      }
    }
  }

  #output(name: Name, reference: Reference, { place, via }: Followed): FoundOperand {
    const source = this.#sources.find(reference, place, via);
    if (source === undefined) throw new Reported();
    if (source.selection.gather) return failGather(name);
    const value = valueOfOutput(source.output);
    if (value === undefined)
      return fail(
        name,
        'wrong-type',
        `${name.name} is ${outputName(source.output)}; expressions compute with values`,
      );
    if (value.kind === 'number' && value.exponents === null && 'unit' in source.output)
      return fail(
        name,
        'unknown-unit',
        `${name.name} is in ${source.output.unit}, which expressions do not know`,
      );
    const bound = this.#sources.one(source, place, via);
    if (bound === undefined) throw new Reported();
    return { binding: bound.binding, value, varies: bound.varies };
  }

  /** The value of a repeated step in the turn that ends it: known as well as that of the first. */
  #settled(name: Name, call: Call, reference: Reference, { place, via }: Followed): FoundOperand {
    const chosen = chooseOutput(call, reference, place, via, this.#problems);
    if (chosen === undefined || !isRepeated(call)) throw new Reported();
    const { inner, selection, history } = chosen;
    if (selection.gather || history) return failGather(name);
    const at = elementOf(call, chosen, reference, place, via, this.#problems);
    const settling = at && this.#settlements.of(call, at.element, { ...place, site: call });
    if (at === undefined || settling === undefined) throw new Reported();
    const output = inner.outputs.get(selection.output)!.value;
    const turns = settling.turns.map((_, turn) => {
      const inside = placeInside(inner, at.element, turn, place);
      const followed = follow(output, inside, this.#problems);
      if (followed === undefined) throw new Reported();
      return this.#value(name, followed);
    });
    const values = turns.map(({ binding }) => binding);
    const binding: Binding = { kind: 'settled', values, settling, span: reference.span };
    return { binding, value: unknownAs(turns[0]!.value), varies: at.varies };
  }
}

type Name = Tree & { readonly kind: 'name' };

type FoundOperand = Bound & { readonly value: Value };

function fail(name: Name, code: string, message: string): never {
  throw new ExpressionError(code, name, message);
}

function failGather(name: Name): never {
  return fail(name, 'wrong-kind', '.*. gathers many values; expressions compute with single ones');
}

/** What is known of a value whose kind is that of another. */
function unknownAs(value: Value): Value {
  return value.kind === 'list' || value.kind === 'unknown' ? value : { ...value, value: null };
}

/** A name of an expression as it would stand by itself. */
function asScalar({ root, path, span }: Reference): Scalar {
  const text = `$${[root, ...path].join('.')}`;
  return { kind: 'scalar', text, plain: false, span, textStart: null };
}

/** What is wrong has been reported already. */
class Reported extends Error {}

/** A reference as a name of expressions: labels that are no words stand in quotes. */
export function nameOf({ root, path }: Reference): string {
  const parts = path.map((part) => {
    if (/^([A-Za-z_][A-Za-z0-9_]*=)?[A-Za-z0-9_]+$/.test(part)) return part;
    const [, axis = '', label = part] = /^([A-Za-z_][A-Za-z0-9_]*=)(.*)$/.exec(part) ?? [];
    return `${axis}'${label}'`;
  });
  return [root, ...parts].join('.');
}
