/** Repeated steps: when a further turn is taken, and which of them ends it. */
import type { InputField } from '../step.ts';
import type { Bound } from './bound.ts';
import type { Binding, Condition, Progress, Settling } from './expanded.ts';
import { inputAt } from './follow.ts';
import type { Node } from './node.ts';
import { type Call, type Inner, type Place, placeInside, type Repeat } from './scope.ts';

const CONDITION: InputField = { kind: 'boolean' };

/** A step that is repeated, as it is written. */
export interface Repeated extends Call {
  readonly repeat: Repeat;
  readonly inner: Inner;
}

export function isRepeated(call: Call): call is Repeated {
  return call.repeat !== undefined && call.inner !== undefined;
}

export class Settlements {
  readonly #bind: (node: Node, field: InputField, place: Place) => Bound | undefined;
  readonly #known = new Map<string, Settling | undefined>();

  /** @param bind  what conditions and carried inputs are bound with */
  constructor(bind: (node: Node, field: InputField, place: Place) => Bound | undefined) {
    this.#bind = bind;
  }

  /**
   * How an element of a repeated step comes to its end; undefined, with the reason in the
   * problems, if what it says is wrong.
   *
   * @param place  of the repeated step
   */
  of(call: Repeated, element: number, place: Place): Settling | undefined {
    const id = `${call.path} ${place.outer.join(' ')} ${element}`;
    if (this.#known.has(id)) return this.#known.get(id);
    const turns: Settling['turns'][number][] = [];
    for (let turn = 0; turn < call.repeat.turns.size; turn++) {
      const until = this.#until(call.repeat, { ...place, turn });
      const progress = turn === 0 ? null : this.#progress(call, element, turn, place);
      if (until !== undefined && progress !== undefined) turns.push({ until, progress });
      // What is wrong shows in the first two turns.
      else if (turn > 0) break;
    }
    const settling = turns.length === call.repeat.turns.size ? { turns } : undefined;
    this.#known.set(id, settling);
    return settling;
  }

  /** What has to hold before a turn is taken. */
  before(call: Repeated, element: number, turn: number, place: Place): readonly Condition[] {
    const settling = this.of(call, element, place);
    if (turn === 0 || settling === undefined) return [];
    const { progress } = settling.turns[turn]!;
    return [negated(settling.turns[turn - 1]!.until), ...(progress === null ? [] : [progress])];
  }

  #until({ until }: Repeat, place: Place): Binding | undefined {
    return this.#bind(until, CONDITION, { ...place, subject: 'until' })?.binding;
  }

  #progress(
    { repeat, inner }: Repeated,
    element: number,
    turn: number,
    place: Place,
  ): Progress | undefined {
    const inputs: Progress['inputs'][number][] = [];
    for (const name of repeat.carry.keys()) {
      const { field } = inner.declared.get(name) ?? {};
      if (field === undefined) return undefined;
      const at = (when: number): Binding | null | undefined => {
        const input = inputAt(name, placeInside(inner, element, when, place));
        if (input === undefined) return null;
        return this.#bind(input.node, field, { ...input.place, subject: name })?.binding;
      };
      const [before, now] = [at(turn - 1), at(turn)];
      if (before === undefined || now === undefined || now === null) return undefined;
      inputs.push({ field, before, now });
    }
    return { kind: 'progress', inputs, span: repeat.until.span };
  }
}

function negated(binding: Binding): Binding {
  if (binding.kind === 'literal') return { ...binding, value: binding.value !== true };
  const { span } = binding;
  return { kind: 'expression', text: 'not until', operands: { until: binding }, span };
}
