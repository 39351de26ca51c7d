/** What an input takes from other steps: one output, or many of them gathered. */
import type { InputField } from '../step.ts';
import type { Bound } from './bound.ts';
import { coerceValue } from './coerce.ts';
import type { Problems, Related } from './diagnostic.ts';
import type { Binding, Element, Span } from './expanded.ts';
import { type ChosenOutput, chooseOutput, elementOf } from './follow.ts';
import type { Node } from './node.ts';
import { nameOf } from './operands.ts';
import { fit, outputName, valueOfOutput } from './outputs.ts';
import type { Reference } from './references.ts';
import { type Call, type Place, placeInside } from './scope.ts';
import { isRepeated, type Repeated, type Settlements } from './settle.ts';
import { Groups, type Source, type Sources } from './source.ts';

type SettledBinding = Binding & { readonly kind: 'settled' };

type Bind = (node: Node, field: InputField, place: Place) => Bound | undefined;

export class Taken {
  readonly #sources: Sources;
  readonly #problems: Problems;
  readonly #bind: Bind;
  readonly #settlements: Settlements;
  readonly #groups = new Groups();

  /** @param bind  what outputs of protocols are bound with */
  constructor(sources: Sources, settlements: Settlements, problems: Problems, bind: Bind) {
    this.#sources = sources;
    this.#settlements = settlements;
    this.#problems = problems;
    this.#bind = bind;
  }

  /**
   * Whether a reference means many, or one of the turns of a repeated step; undefined, with the
   * reason in the problems, if it is wrong.
   */
  kindOf(
    reference: Reference,
    place: Place,
    via: readonly Related[],
  ): 'one' | 'all' | 'settled' | undefined {
    const producer = place.site.scope.steps.get(reference.root);
    if (producer?.kind === 'call') {
      // An output of a protocol without `*` has been followed to what it stands for.
      const chosen = chooseOutput(producer, reference, place, via, this.#problems);
      return chosen && (chosen.history || chosen.selection.gather ? 'all' : 'settled');
    }
    const source = this.#sources.find(reference, place, via);
    return source && (source.selection.gather ? 'all' : 'one');
  }

  /** The value of a repeated step in the turn that ends it. */
  settled(
    reference: Reference,
    field: InputField,
    place: Place,
    via: readonly Related[],
  ): Bound<SettledBinding> | undefined {
    const call = place.site.scope.steps.get(reference.root);
    if (call?.kind !== 'call' || !isRepeated(call)) return undefined;
    const chosen = chooseOutput(call, reference, place, via, this.#problems);
    const element = chosen && elementOf(call, chosen, reference, place, via, this.#problems);
    if (chosen === undefined || element === undefined) return undefined;
    const binding = this.#settledIn(call, chosen, element.element, field, reference.span, place);
    return binding && { binding, varies: element.varies };
  }

  /** One output, handed over as it is or computed with. */
  one(
    reference: Reference,
    field: InputField,
    place: Place,
    via: readonly Related[],
  ): Bound | undefined {
    const source = this.#sources.find(reference, place, via);
    const fits = source && this.#fits(source, field, place, via);
    if (source === undefined || fits === undefined) return undefined;
    if (fits === 'handed') return this.#sources.one(source, place, via);
    const { output, span } = source;
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

  /** All that a reference with `*` means, each of them an `of`. */
  all(
    reference: Reference,
    of: InputField,
    place: Place,
    via: readonly Related[],
  ): Bound | undefined {
    const producer = place.site.scope.steps.get(reference.root);
    if (producer?.kind === 'call') {
      const chosen = chooseOutput(producer, reference, place, via, this.#problems);
      return chosen && this.#outputsOf(producer, chosen, of, reference.span, place);
    }
    const source = this.#sources.find(reference, place, via);
    const fits = source && this.#fits(source, of, place, via);
    if (source === undefined || fits === undefined) return undefined;
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

  /** An output of a protocol in many elements of the step that uses it. */
  #outputsOf(
    call: Call,
    chosen: ChosenOutput,
    of: InputField,
    span: Span,
    place: Place,
  ): Bound | undefined {
    const { selection } = chosen;
    const elements: Element[] = [];
    for (const element of this.#groups.elements(call, selection, place)) {
      const found = this.#inElement(call, chosen, element, of, span, place);
      if (found === undefined) return undefined;
      for (const each of found) elements.push(each);
    }
    const varies = selection.axes.some(({ kind }) => kind === 'aligned');
    return { binding: { kind: 'gather', elements, span }, varies };
  }

  #inElement(
    call: Call,
    chosen: ChosenOutput,
    element: number,
    of: InputField,
    span: Span,
    place: Place,
  ): readonly Element[] | undefined {
    const { inner, selection, history } = chosen;
    if (isRepeated(call) && !history) {
      const settled = this.#settledIn(call, chosen, element, of, span, place);
      return settled && [settled];
    }
    const { value } = inner.outputs.get(selection.output)!;
    const turns = isRepeated(call) ? range(call.repeat.turns.size) : [null];
    const found: Element[] = [];
    for (const turn of turns) {
      const inside = placeInside(inner, element, turn, place);
      const bound = this.#bind(value, { kind: 'list', of }, inside);
      if (bound === undefined) return undefined;
      const elements = elementsIn(bound.binding);
      if (elements === undefined)
        return this.#problems.add(
          'wrong-kind',
          span,
          `${selection.output} of ${call.name} is no output of a step, so ${history ? '.all.' : '.*.'} cannot gather it`,
        );
      for (const each of elements) found.push(each);
    }
    return found;
  }

  #settledIn(
    call: Repeated,
    { inner, selection }: ChosenOutput,
    element: number,
    field: InputField,
    span: Span,
    place: Place,
  ): SettledBinding | undefined {
    const settling = this.#settlements.of(call, element, { ...place, site: call });
    const { value } = inner.outputs.get(selection.output)!;
    const values: Binding[] = [];
    for (let turn = 0; turn < call.repeat.turns.size; turn++) {
      const bound = this.#bind(value, field, placeInside(inner, element, turn, place));
      if (bound === undefined) return undefined;
      values.push(bound.binding);
    }
    return settling && { kind: 'settled', values, settling, span };
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
}

/** What a list is made of; undefined if there is more in it than what steps gave. */
function elementsIn(binding: Binding): readonly Element[] | undefined {
  if (binding.kind !== 'list') return undefined;
  const found = binding.items.flatMap((item): readonly (Element | undefined)[] => {
    if (item.kind === 'gather') return item.elements;
    return [item.kind === 'output' || item.kind === 'settled' ? item : undefined];
  });
  const known = found.filter((each) => each !== undefined);
  return known.length === found.length ? known : undefined;
}

function range(length: number): readonly number[] {
  return Array.from({ length }, (_, k) => k);
}
