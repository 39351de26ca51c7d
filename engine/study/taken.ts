/** What an input takes from other steps: one output, or many of them gathered. */
import type { InputField } from '../step.ts';
import type { Bound, OutputBinding } from './bound.ts';
import { coerceValue } from './coerce.ts';
import type { Problems, Related } from './diagnostic.ts';
import type { Binding, Span } from './expanded.ts';
import { type ChosenOutput, chooseOutput } from './follow.ts';
import type { Node } from './node.ts';
import { nameOf } from './operands.ts';
import { fit, outputName, valueOfOutput } from './outputs.ts';
import type { Reference } from './references.ts';
import { type Call, type Place, placeInside } from './scope.ts';
import { Groups, type Source, type Sources } from './source.ts';

type Bind = (node: Node, field: InputField, place: Place) => Bound | undefined;

export class Taken {
  readonly #sources: Sources;
  readonly #problems: Problems;
  readonly #bind: Bind;
  readonly #groups = new Groups();

  /** @param bind  what outputs of protocols are bound with */
  constructor(sources: Sources, problems: Problems, bind: Bind) {
    this.#sources = sources;
    this.#problems = problems;
    this.#bind = bind;
  }

  /** Whether a reference has `*`; undefined, with the reason in the problems, if it is wrong. */
  isGather(reference: Reference, place: Place, via: readonly Related[]): boolean | undefined {
    // An output of a protocol without `*` has been followed to what it stands for.
    if (place.site.scope.steps.get(reference.root)?.kind === 'call') return true;
    return this.#sources.find(reference, place, via)?.selection.gather;
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
    { inner, selection }: ChosenOutput,
    of: InputField,
    span: Span,
    place: Place,
  ): Bound | undefined {
    const { value } = inner.outputs.get(selection.output)!;
    const elements: OutputBinding[] = [];
    for (const element of this.#groups.elements(call, selection, place)) {
      const bound = this.#bind(value, { kind: 'list', of }, placeInside(inner, element, place));
      if (bound === undefined) return undefined;
      const outputs = outputsIn(bound.binding);
      if (outputs === undefined)
        return this.#problems.add(
          'wrong-kind',
          span,
          `${selection.output} of ${call.name} is no output of a step, so .*. cannot gather it`,
        );
      for (const output of outputs) elements.push(output);
    }
    const varies = selection.axes.some(({ kind }) => kind === 'aligned');
    return { binding: { kind: 'gather', elements, span }, varies };
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

/** The outputs that a list is made of; undefined if there is anything else in it. */
function outputsIn(binding: Binding): readonly OutputBinding[] | undefined {
  if (binding.kind !== 'list') return undefined;
  const outputs = binding.items.flatMap((item): readonly (OutputBinding | undefined)[] =>
    item.kind === 'output' ? [item] : item.kind === 'gather' ? item.elements : [undefined],
  );
  const known = outputs.filter((output) => output !== undefined);
  return known.length === outputs.length ? known : undefined;
}
