/** The graph of the written steps: who needs whom, cycles named, an order to go by. */
import { Graph } from '@dagrejs/graphlib';
import type { Problems } from './diagnostic.ts';
import type { Span } from './expanded.ts';
import { type Node, navigate } from './node.ts';
import { type Reference, referencesIn } from './references.ts';
import {
  type Call,
  type CheckedStep,
  type Repeat,
  type Scope,
  type Site,
  stepsIn,
  tasksOf,
  turnsAround,
  type Use,
} from './scope.ts';

/** An edge leads from a step to one that needs it; its label is where that is written. */
export type StepGraph = Graph<unknown, unknown, Span>;

/** Steps in the order of their tasks; of a repeated step, those of one turn after the other. */
export type Unit = CheckedStep | Turns;

export interface Turns {
  readonly kind: 'turns';
  /** Path of the repeated step, and how many turns it may have. */
  readonly of: string;
  readonly count: number;
  readonly units: readonly Unit[];
}

/**
 * Steps such that each follows those it needs, ties in the order of the file; undefined, with
 * the cycle in `problems`, if there is none.
 */
export function unitsOf(study: Scope, problems: Problems): readonly Unit[] | undefined {
  const levels = levelsOf(study);
  const orders = new Map<string, readonly string[]>();
  for (const [level, graph] of levels) {
    const order = orderOf(graph, problems);
    if (order !== undefined) orders.set(level, order);
  }
  if (orders.size < levels.size) return undefined;
  const steps = new Map([...stepsIn(study)].map((step) => [step.path, step] as const));
  const repeats = new Map([...repeatedIn(study)].map((call) => [call.path, call] as const));
  const at = (level: string): readonly Unit[] =>
    (orders.get(level) ?? []).map((path): Unit => {
      const repeated = path === level ? undefined : repeats.get(path);
      if (repeated === undefined) return steps.get(path)!;
      const count = repeated.repeat!.turns.size;
      return { kind: 'turns', of: path, count, units: at(path) };
    });
  return at(STUDY);
}

const STUDY = '';

/**
 * A graph for the study and for each repeated step: what a turn carries into the next is no
 * cycle. In the graph around it a repeated step is one node.
 */
function levelsOf(study: Scope): ReadonlyMap<string, StepGraph> {
  const levels = new Map<string, StepGraph>([[STUDY, new Graph()]]);
  const graphAt = (level: string): StepGraph => {
    const graph: StepGraph = levels.get(level) ?? new Graph();
    levels.set(level, graph);
    return graph;
  };
  const chains = new Map<CheckedStep, readonly string[]>();
  for (const step of stepsIn(study)) {
    const chain = [STUDY, ...repeatsAround(step)];
    chains.set(step, chain);
    for (const [depth, level] of chain.entries())
      graphAt(level).setNode(chain[depth + 1] ?? step.path);
  }
  for (const step of stepsIn(study))
    visit(step, (other, span, carriedBy) => {
      const [own, its] = [chains.get(step)!, chains.get(other)!];
      if (its.some((level) => carriedBy.has(level))) return;
      let depth = 0;
      while (depth + 1 < own.length && own[depth + 1] === its[depth + 1]) depth++;
      const graph = levels.get(own[depth]!)!;
      const [from, to] = [its[depth + 1] ?? other.path, own[depth + 1] ?? step.path];
      if (!graph.hasEdge(from, to)) graph.setEdge(from, to, span);
    });
  return levels;
}

/** Paths of the repeated steps around a step, from the outside in. */
function repeatsAround(site: Site): readonly string[] {
  return turnsAround(site).filter((path) => path !== null);
}

function* repeatedIn(scope: Scope): Iterable<Call> {
  for (const step of scope.steps.values()) {
    if (step.kind !== 'call' || step.inner === undefined) continue;
    if (step.repeat !== undefined) yield step;
    yield* repeatedIn(step.inner.scope);
  }
}

/** A node, the site that says what its names mean, and the turns that it was carried over. */
interface Written {
  readonly node: Node;
  readonly site: Site;
  readonly carriedBy: ReadonlySet<string>;
}

const NOTHING: ReadonlySet<string> = new Set();

type Needs = (step: CheckedStep, span: Span, carriedBy: ReadonlySet<string>) => void;

/** Follows what a step refers to, through sets, axes and protocols, to other steps. */
function visit(step: CheckedStep, needs: Needs): void {
  const seen = new Map<Node, Set<string>>();
  const open: Written[] = [...step.inputs.values()]
    .map(({ value }) => ({ node: value, site: step, carriedBy: NOTHING }))
    .reverse();
  // What the uses of protocols around a step wait for, it waits for.
  for (let site: Site | undefined = step; site !== undefined; ) {
    if (site.when !== undefined) open.push({ node: site.when, site, carriedBy: NOTHING });
    for (const { text, span } of site.after) {
      const other = site.scope.steps.get(text);
      if (other !== undefined) for (const each of tasksOf(other)) needs(each, span, NOTHING);
    }
    const use: Use | null = site.scope.use;
    if (use?.repeat !== undefined)
      open.push(...turnsOf(use.site, use.repeat, new Set([use.site.path])));
    site = use?.site;
  }
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { node, site, carriedBy } = next;
    const id = [site.path, ...carriedBy].join('\n');
    const before = seen.get(node);
    if (before?.has(id)) continue;
    seen.set(node, (before ?? new Set()).add(id));
    for (const reference of referencesIn(node)) {
      const producer = site.scope.steps.get(reference.root);
      if (producer?.kind === 'step') needs(producer, reference.span, carriedBy);
      else for (const each of writtenAt(reference, next)) open.push(each);
    }
  }
}

/** What a repeated step says about its turns. */
function turnsOf(
  site: Site,
  { carry, until }: Repeat,
  carriedBy: ReadonlySet<string>,
): readonly Written[] {
  const nodes = [until, ...[...carry.values()].map(({ value }) => value)];
  return nodes.map((node) => ({ node, site, carriedBy }));
}

/** What a reference to anything but a step may stand for. */
function writtenAt({ root, path }: Reference, { site, carriedBy }: Written): readonly Written[] {
  const { scope } = site;
  const [name = '', ...rest] = path;
  const within = (from: readonly (Node | undefined)[], where: Site): Written[] =>
    from.flatMap((node) => {
      const found = node && navigate(node, rest);
      return found !== undefined && 'node' in found
        ? [{ node: found.node, site: where, carriedBy }]
        : [];
    });
  switch (root) {
    case 'params':
      return [];
    case 'sets':
      return within([scope.sets.get(name)], site);
    case 'matrix':
      return within(site.matrix?.axes.find((each) => each.name === name)?.values ?? [], site);
    case 'inputs':
      return scope.use === null
        ? []
        : within([scope.use.site.inputs.get(name)?.value], scope.use.site);
    default: {
      const call = scope.steps.get(root === 'outputs' ? site.name : root);
      if (call?.kind !== 'call' || call.inner === undefined) return [];
      const { outputs, end } = call.inner;
      const output = outputs.get((root === 'outputs' ? path[0] : path.at(-1)) ?? '');
      const written = output === undefined ? [] : [{ node: output.value, site: end, carriedBy }];
      // Whoever takes what a repeated step settles on asks whether it has.
      return call.repeat === undefined || root === 'outputs'
        ? written
        : [...written, ...turnsOf(call, call.repeat, carriedBy)];
    }
  }
}

/**
 * Steps such that each follows those it needs, ties in the order of the file; undefined, with
 * the cycle in `problems`, if there is none. Iterative: the library's own sort recurses, and a
 * chain of a few thousand steps overflows it.
 */
function orderOf(graph: StepGraph, problems: Problems): readonly string[] | undefined {
  const rank = new Map(graph.nodes().map((name, k) => [name, k] as const));
  const waiting = new Map(
    graph.nodes().map((name) => [name, graph.predecessors(name)?.length ?? 0] as const),
  );
  const ready = new Heap<string>((name) => rank.get(name)!);
  for (const [name, count] of waiting) if (count === 0) ready.push(name);
  const order: string[] = [];
  for (let next = ready.pop(); next !== undefined; next = ready.pop()) {
    order.push(next);
    for (const follower of graph.successors(next) ?? []) {
      const left = waiting.get(follower)! - 1;
      waiting.set(follower, left);
      if (left === 0) ready.push(follower);
    }
  }
  if (order.length === rank.size) return order;
  const done = new Set(order);
  reportCycle(
    graph,
    graph.nodes().filter((name) => !done.has(name)),
    problems,
  );
  return undefined;
}

/** Every step in `stuck` needs another one of them: going from need to need ends in a cycle. */
function reportCycle(graph: StepGraph, stuck: readonly string[], problems: Problems): void {
  const among = new Set(stuck);
  const path: string[] = [];
  const at = new Map<string, number>();
  let name = stuck[0]!;
  while (!at.has(name)) {
    at.set(name, path.length);
    path.push(name);
    name = graph.predecessors(name)!.find((needed) => among.has(needed))!;
  }
  const cycle = path.slice(at.get(name)!);
  const edges = cycle.map((from, k) => {
    const to = cycle[(k + 1) % cycle.length]!;
    return { at: graph.edge(to, from)!, message: `${from} needs ${to}` };
  });
  problems.add(
    'cycle',
    edges[0]!.at,
    cycle.length === 1
      ? `${cycle[0]} needs itself`
      : `steps need each other in a cycle: ${[...cycle, cycle[0]].join(' -> ')}`,
    cycle.length === 1 ? [] : edges,
  );
}

/** Binary heap: the smallest rank comes first. */
class Heap<T> {
  readonly #items: T[] = [];
  readonly #rank: (item: T) => number;

  constructor(rank: (item: T) => number) {
    this.#rank = rank;
  }

  push(item: T): void {
    const items = this.#items;
    let at = items.length;
    items.push(item);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.#rank(items[parent]!) <= this.#rank(item)) break;
      items[at] = items[parent]!;
      at = parent;
    }
    items[at] = item;
  }

  pop(): T | undefined {
    const items = this.#items;
    const first = items[0];
    const last = items.pop();
    if (items.length === 0 || last === undefined) return first;
    let at = 0;
    while (true) {
      let child = 2 * at + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && this.#rank(items[child + 1]!) < this.#rank(items[child]!))
        child++;
      if (this.#rank(last) <= this.#rank(items[child]!)) break;
      items[at] = items[child]!;
      at = child;
    }
    items[at] = last;
    return first;
  }
}
