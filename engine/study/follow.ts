/** `$params`, `$sets`, `$matrix`, `$inputs` and outputs of protocols followed to what they stand for. */
import type { Problems, Related } from './diagnostic.ts';
import type { Span } from './expanded.ts';
import { elementAt } from './matrix.ts';
import { type Node, navigate } from './node.ts';
import { type Reference, said } from './references.ts';
import { type Call, type Inner, type Place, placeInside, placeOutside } from './scope.ts';
import { type Selection, select } from './select.ts';
import { positionOf } from './source.ts';

/** A node at the end of all names, where it stands, and the places that led there. */
export interface Followed {
  readonly node: Node;
  /** Where what the node says is to be read. */
  readonly place: Place;
  readonly via: readonly Related[];
  /** Whether it depends on the element. */
  readonly varies: boolean;
}

/** More names one after the other than protocols in protocols can need. */
const MOST_TURNS = 1000;
/** Places on the way that a message shows. */
const MOST_VIA = 8;

/** What `from` stands for; undefined if a name on the way is wrong, which has been reported. */
export function follow(from: Node, at: Place, problems: Problems): Followed | undefined {
  let followed: Followed = { node: from, place: at, via: [], varies: false };
  const seen = new Set<Node>();
  for (let turn = 0; turn < MOST_TURNS; turn++) {
    const { node, place } = followed;
    seen.add(node);
    if (node.kind !== 'scalar') return followed;
    const meaning = said(node);
    if (meaning.kind !== 'reference') return followed;
    const next = step(meaning.reference, place, followed.via, problems);
    if (next === 'here') return followed;
    if (next === undefined) return undefined;
    const { span } = meaning.reference;
    const used = `used here as ${place.subject} of ${place.site.name}`;
    // A repeated step takes its own inputs, which is no place to look at.
    const isNew = next.node.span.start !== span.start || next.node.span.file !== span.file;
    const via = isNew ? [...followed.via, { at: span, message: used }] : followed.via;
    followed = {
      ...next,
      via: via.slice(0, MOST_VIA),
      varies: followed.varies || next.varies,
    };
  }
  // Of the names that lead back to one another, the same is reported whoever takes them.
  const [first] = [...seen].slice(-2).sort((a, b) => compare(a.span, b.span));
  return problems.add('cycle', first!.span, 'this leads back to itself');
}

function compare(a: Span, b: Span): number {
  return a.file === b.file ? a.start - b.start : a.file < b.file ? -1 : 1;
}

type Next = Pick<Followed, 'node' | 'place' | 'varies'>;

/** What an input of a protocol is; undefined where the step that uses it does not give it. */
export function inputAt(name: string, place: Place): Next | undefined {
  const outside = placeOutside(place);
  const use = place.site.scope.use;
  if (outside === undefined || use === null) return undefined;
  const carried = use.repeat?.carry.get(name)?.value;
  const varies = carried !== undefined;
  const { turn } = outside;
  if (carried !== undefined && turn !== null && turn > 0)
    return { node: carried, place: { ...outside, turn: turn - 1 }, varies };
  const given = use.site.inputs.get(name)?.value;
  if (given !== undefined) return { node: given, place: { ...outside, turn: null }, varies };
  // A default stands in the protocol itself.
  const standard = use.declared.get(name)?.standard;
  return standard && { node: standard, place, varies };
}

/** One name further; `'here'` for a reference to a step, or to many values of a protocol. */
function step(
  reference: Reference,
  place: Place,
  via: readonly Related[],
  problems: Problems,
): Next | 'here' | undefined {
  const { root, path } = reference;
  const { scope, matrix } = place.site;
  const [name, ...rest] = path;
  const at = (start: Node | undefined, where: Place, varies: boolean): Next | undefined => {
    const found = start === undefined ? undefined : navigate(start, rest);
    return found !== undefined && 'node' in found
      ? { node: found.node, place: where, varies }
      : undefined;
  };
  switch (root) {
    case 'params':
      return at(scope.parameters.get(name ?? ''), place, false);
    case 'sets':
      return at(scope.sets.get(name ?? ''), place, false);
    case 'matrix': {
      const k = matrix?.axes.findIndex((axis) => axis.name === name) ?? -1;
      return at(matrix?.axes[k]?.values[place.positions[k]!], place, true);
    }
    case 'inputs': {
      const input = inputAt(name ?? '', place);
      return input && at(input.node, input.place, input.varies);
    }
    case 'outputs': {
      const call = scope.steps.get(place.site.name);
      const inner = call?.kind === 'call' ? call.inner : undefined;
      const output = inner?.outputs.get(name ?? '');
      const element = elementAt(matrix!, place.positions);
      if (inner === undefined || output === undefined || element === undefined) return undefined;
      return at(output.value, placeInside(inner, element, place.turn, place), true);
    }
    default: {
      const producer = scope.steps.get(root);
      if (producer?.kind !== 'call') return 'here';
      const chosen = chooseOutput(producer, reference, place, via, problems);
      if (chosen === undefined) return undefined;
      if (chosen.selection.gather || producer.repeat !== undefined) return 'here';
      const element = elementOf(producer, chosen, reference, place, via, problems);
      return (
        element && {
          node: chosen.inner.outputs.get(chosen.selection.output)!.value,
          place: placeInside(chosen.inner, element.element, null, place),
          varies: element.varies,
        }
      );
    }
  }
}

export interface ChosenOutput {
  readonly inner: Inner;
  readonly selection: Selection;
  /** `$melting.all.low`: that of every turn. */
  readonly history: boolean;
}

/** The output of a protocol that a reference means; undefined, reported, if it means none. */
export function chooseOutput(
  call: Call,
  { path, span }: Reference,
  { site }: Place,
  via: readonly Related[],
  problems: Problems,
): ChosenOutput | undefined {
  const { inner, matrix, repeat } = call;
  if (inner === undefined || matrix === undefined || site.matrix === undefined) return undefined;
  const outputs = [...inner.outputs.keys()];
  const history = repeat !== undefined && path.at(-2) === 'all';
  const rest = history ? path.toSpliced(-2, 1) : path;
  const selected = select(call.name, matrix.axes, rest, outputs, site.matrix.axes);
  if (selected.kind === 'wrong') return problems.add(selected.code, span, selected.message, via);
  return { inner, selection: selected.selection, history };
}

/** The element of a protocol's matrix that is meant without `*`. */
export function elementOf(
  call: Call,
  { selection }: ChosenOutput,
  { span }: Reference,
  place: Place,
  via: readonly Related[],
  problems: Problems,
): { readonly element: number; readonly varies: boolean } | undefined {
  const positions = selection.axes.map((choice) => positionOf(choice, place)!);
  const element = elementAt(call.matrix!, positions);
  if (element === undefined)
    return problems.add(
      'no-element',
      span,
      `${call.name} has no such element; leave out here too what its matrix leaves out`,
      via,
    );
  return { element, varies: selection.axes.some(({ kind }) => kind === 'aligned') };
}
