/**
 * Layers of a directed graph without cycles, after Sugiyama: nodes by their longest path from a
 * source, edges over several layers broken by empty places, crossings lessened by medians, places
 * moved towards what they are joined to. Deterministic; plain data in and out.
 */

export interface LayeredNode {
  readonly node: number;
  readonly layer: number;
  /** Centre along the layer, in places (1 apart at least). */
  readonly place: number;
}

export interface LayeredEdge {
  readonly from: number;
  readonly to: number;
  /** What the edge passes, from node to node: layer and place. */
  readonly through: readonly { readonly layer: number; readonly place: number }[];
}

export interface Layered {
  readonly nodes: readonly LayeredNode[];
  readonly edges: readonly LayeredEdge[];
  readonly layers: number;
  /** Largest place; the smallest is 0. */
  readonly extent: number;
}

interface Spot {
  /** Undefined where an edge passes. */
  readonly node: number | undefined;
  readonly layer: number;
  readonly before: Spot[];
  readonly after: Spot[];
  place: number;
}

const SWEEPS = 12;

/** @param edges pairs [from, to] with from < to: nodes are numbered so that each follows its own */
export function layOut(
  nodes: number,
  edges: readonly (readonly [from: number, to: number])[],
): Layered {
  const layerOf: number[] = Array.from({ length: nodes }, () => 0);
  const rising = [...edges].sort(([a, b], [c, d]) => a - c || b - d);
  for (let to = 0; to < nodes; to++)
    for (const [from, target] of rising)
      if (target === to) layerOf[to] = Math.max(layerOf[to]!, layerOf[from]! + 1);
  const spots: Spot[] = layerOf.map((layer, node) => spot(node, layer));
  const all: Spot[] = [...spots];
  const paths = rising.map(([from, to]) => {
    const path = [spots[from]!];
    for (let layer = layerOf[from]! + 1; layer < layerOf[to]!; layer++) {
      const passing = spot(undefined, layer);
      all.push(passing);
      path.push(passing);
    }
    path.push(spots[to]!);
    for (const [k, next] of path.entries()) {
      if (k === 0) continue;
      path[k - 1]!.after.push(next);
      next.before.push(path[k - 1]!);
    }
    return { from, to, path };
  });
  const layers: Spot[][] = Array.from({ length: Math.max(0, ...layerOf) + 1 }, (_, layer) =>
    all.filter((each) => each.layer === layer),
  );
  for (const layer of layers) number(layer);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const down = sweep % 2 === 0;
    for (const layer of down ? layers : [...layers].reverse()) reorder(layer, down);
  }
  for (let sweep = 0; sweep < SWEEPS; sweep++)
    for (const layer of sweep % 2 === 0 ? layers : [...layers].reverse()) settle(layer);
  const least = Math.min(...all.map(({ place }) => place));
  for (const each of all) each.place -= least;
  return {
    nodes: spots.map(({ layer, place }, node) => ({ node, layer, place })),
    edges: paths.map(({ from, to, path }) => ({
      from,
      to,
      through: path.map(({ layer, place }) => ({ layer, place })),
    })),
    layers: layers.length,
    extent: Math.max(...all.map(({ place }) => place)),
  };
}

function spot(node: number | undefined, layer: number): Spot {
  return { node, layer, before: [], after: [], place: 0 };
}

function number(layer: readonly Spot[]): void {
  for (const [k, each] of layer.entries()) each.place = k;
}

/** Sorts a layer by the mean place of its neighbours in the layer before (or after). */
function reorder(layer: Spot[], down: boolean): void {
  const wish = new Map(
    layer.map((each) => [each, mean(down ? each.before : each.after) ?? each.place]),
  );
  layer.sort((a, b) => wish.get(a)! - wish.get(b)! || a.place - b.place);
  number(layer);
}

/** Moves a layer's spots towards their neighbours, keeping their order and distance. */
function settle(layer: readonly Spot[]): void {
  const wishes = layer.map((each) => mean([...each.before, ...each.after]) ?? each.place);
  // Blocks of spots that would touch move together to the mean of their wishes.
  const blocks: { first: number; size: number; sum: number }[] = [];
  for (const [k, wish] of wishes.entries()) {
    let block = { first: k, size: 1, sum: wish };
    for (let last = blocks.at(-1); last !== undefined; last = blocks.at(-1)) {
      if (last.sum / last.size + last.size <= block.sum / block.size) break;
      blocks.pop();
      // Places within a block are 1 apart: wishes are told from its first.
      block = {
        first: last.first,
        size: last.size + block.size,
        sum: last.sum + block.sum - block.size * last.size,
      };
    }
    blocks.push(block);
  }
  for (const { first, size, sum } of blocks)
    for (let k = 0; k < size; k++) layer[first + k]!.place = sum / size + k;
}

function mean(spots: readonly Spot[]): number | undefined {
  if (spots.length === 0) return undefined;
  return spots.reduce((sum, { place }) => sum + place, 0) / spots.length;
}
