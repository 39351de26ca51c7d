/** The graph of the written steps: who needs whom, cycles named, an order to go by. */
import { Graph } from '@dagrejs/graphlib';
import type { Problems } from './diagnostic.ts';
import type { CheckedStep, CheckedStudy } from './document.ts';
import type { Span } from './expanded.ts';
import { type Node, navigate } from './node.ts';
import { referencesIn } from './references.ts';

/** An edge leads from a step to one that needs it; its label is where that is written. */
export type StepGraph = Graph<unknown, unknown, Span>;

export function graphOf(study: CheckedStudy): StepGraph {
  const graph: StepGraph = new Graph();
  for (const name of study.steps.keys()) graph.setNode(name);
  for (const step of study.steps.values()) {
    const needs = (name: string, span: Span): void => {
      if (study.steps.has(name) && !graph.hasEdge(name, step.name))
        graph.setEdge(name, step.name, span);
    };
    for (const { text, span } of step.after) needs(text, span);
    visit(step, study, needs);
  }
  return graph;
}

/** Follows what a step's inputs refer to, through sets and axes, to other steps. */
function visit(
  step: CheckedStep,
  study: CheckedStudy,
  needs: (name: string, span: Span) => void,
): void {
  const seen = new Set<Node>();
  const open: Node[] = [...step.inputs.values()].map(({ value }) => value).reverse();
  if (step.when !== undefined) open.push(step.when);
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    for (const { root, path, span } of referencesIn(next)) {
      const [name, ...rest] = path;
      if (root === 'sets' || root === 'matrix') {
        const axis = step.matrix?.axes.find((each) => each.name === name);
        const from = root === 'matrix' ? (axis?.values ?? []) : [study.sets.get(name ?? '')];
        for (const value of from) {
          const found = value === undefined ? undefined : navigate(value, rest);
          if (found !== undefined && 'node' in found) open.push(found.node);
        }
      } else if (root !== 'params') needs(root, span);
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
