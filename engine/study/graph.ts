/** The graph of the written steps: who needs whom, cycles named, an order to go by. */
import { Graph } from '@dagrejs/graphlib';
import type { Problems } from './diagnostic.ts';
import type { Span } from './expanded.ts';
import { type Node, navigate } from './node.ts';
import { type Reference, referencesIn } from './references.ts';
import { type CheckedStep, type Scope, type Site, stepsIn, tasksOf } from './scope.ts';

/** An edge leads from a step to one that needs it; its label is where that is written. */
export type StepGraph = Graph<unknown, unknown, Span>;

/** Steps by their paths; those of protocols are in it, the uses of protocols are not. */
export function graphOf(study: Scope): StepGraph {
  const graph: StepGraph = new Graph();
  for (const { path } of stepsIn(study)) graph.setNode(path);
  for (const step of stepsIn(study)) {
    const needs = (other: CheckedStep, span: Span): void => {
      if (!graph.hasEdge(other.path, step.path)) graph.setEdge(other.path, step.path, span);
    };
    visit(step, needs);
  }
  return graph;
}

/** A node, and the site that says what its names mean. */
interface Written {
  readonly node: Node;
  readonly site: Site;
}

/** Follows what a step refers to, through sets, axes and protocols, to other steps. */
function visit(step: CheckedStep, needs: (step: CheckedStep, span: Span) => void): void {
  const seen = new Map<Node, Set<Site>>();
  const open: Written[] = [...step.inputs.values()]
    .map(({ value }) => ({ node: value, site: step }))
    .reverse();
  // What the uses of protocols around a step wait for, it waits for.
  for (let site: Site | undefined = step; site !== undefined; site = site.scope.use?.site) {
    if (site.when !== undefined) open.push({ node: site.when, site });
    for (const { text, span } of site.after) {
      const other = site.scope.steps.get(text);
      if (other !== undefined) for (const each of tasksOf(other)) needs(each, span);
    }
  }
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { node, site } = next;
    const sites = seen.get(node);
    if (sites?.has(site)) continue;
    seen.set(node, (sites ?? new Set()).add(site));
    for (const reference of referencesIn(node)) {
      const producer = site.scope.steps.get(reference.root);
      if (producer?.kind === 'step') needs(producer, reference.span);
      else for (const each of writtenAt(reference, site)) open.push(each);
    }
  }
}

/** What a reference to anything but a step may stand for. */
function writtenAt({ root, path }: Reference, site: Site): readonly Written[] {
  const { scope } = site;
  const [name = '', ...rest] = path;
  const within = (from: readonly (Node | undefined)[], where: Site): Written[] =>
    from.flatMap((node) => {
      const found = node && navigate(node, rest);
      return found !== undefined && 'node' in found ? [{ node: found.node, site: where }] : [];
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
      const call = scope.steps.get(root);
      if (call?.kind !== 'call' || call.inner === undefined) return [];
      const { outputs, end } = call.inner;
      const output = outputs.get(path.at(-1) ?? '');
      return output === undefined ? [] : [{ node: output.value, site: end }];
    }
  }
}

/**
 * Steps such that each follows those it needs, ties in the order of the file; undefined, with
 * the cycle in `problems`, if there is none. Iterative: the library's own sort recurses, and a
 * chain of a few thousand steps overflows it.
 */
export function orderOf(graph: StepGraph, problems: Problems): readonly string[] | undefined {
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
