/**
 * Layers of a directed graph without cycles, after Sugiyama: nodes by their longest path from a
 * source, edges over several layers led through narrow places that edges of one source share,
 * crossings lessened by mean places, places moved towards what they are joined to. Deterministic;
 * plain data in and out.
 */

export interface LayeredNode {
  readonly node: number;
  readonly layer: number;
  /** Centre along the layer; a node is 1 wide. */
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
  readonly layer: number;
  readonly size: number;
  readonly before: Spot[];
  readonly after: Spot[];
  place: number;
}

const SWEEPS = 12;
/** What passing edges need of a layer, where a node needs 1. */
const PASSAGE = 0.4;

/** @param edges pairs [from, to] with from < to: nodes are numbered so that each follows its own */
export function layOut(
  nodes: number,
  edges: readonly (readonly [from: number, to: number])[],
): Layered {
  const layerOf: number[] = Array.from({ length: nodes }, () => 0);
  const rising = [...edges].sort(([a, b], [c, d]) => a - c || b - d);
  // In the order of their ends, so that a layer is final before edges leave it.
  for (const [from, to] of [...edges].sort(([, a], [, b]) => a - b))
    layerOf[to] = Math.max(layerOf[to]!, layerOf[from]! + 1);
  const spots = layerOf.map((layer): Spot => ({ layer, size: 1, before: [], after: [], place: 0 }));
  const all: Spot[] = [...spots];
  const passages = new Map<string, Spot>();
  const paths = rising.map(([from, to]) => {
    const path = [spots[from]!];
    for (let layer = layerOf[from]! + 1; layer < layerOf[to]!; layer++) {
      const key = `${from} ${layer}`;
      const known = passages.get(key);
      const passage = known ?? { layer, size: PASSAGE, before: [], after: [], place: 0 };
      if (known === undefined) {
        passages.set(key, passage);
        all.push(passage);
      }
      path.push(passage);
    }
    path.push(spots[to]!);
    for (const [k, next] of path.entries()) {
      const last = path[k - 1];
      if (last === undefined || last.after.includes(next)) continue;
      last.after.push(next);
      next.before.push(last);
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

/** Gives a layer's spots the least places that their sizes allow. */
function number(layer: readonly Spot[]): void {
  for (const [k, offset] of offsets(layer).entries()) layer[k]!.place = offset;
}

/** Centres of a layer's spots side by side, from the first's. */
function offsets(layer: readonly Spot[]): number[] {
  let at = 0;
  return layer.map(({ size }, k) => {
    if (k > 0) at += (layer[k - 1]!.size + size) / 2;
    return at;
  });
}

/** Sorts a layer by the mean place of its neighbours in the layer before (or after). */
function reorder(layer: Spot[], down: boolean): void {
  const wish = new Map(
    layer.map((each) => [each, mean(down ? each.before : each.after) ?? each.place]),
  );
  layer.sort((a, b) => wish.get(a)! - wish.get(b)! || a.place - b.place);
  number(layer);
}

/**
 * Moves a layer's spots towards their neighbours, keeping order and distance: the nearest rising
 * sequence to their wishes, less their sizes (pool adjacent violators).
 */
function settle(layer: readonly Spot[]): void {
  const offset = offsets(layer);
  const blocks: { size: number; sum: number }[] = [];
  for (const [k, each] of layer.entries()) {
    const wish = mean([...each.before, ...each.after]) ?? each.place;
    let block = { size: 1, sum: wish - offset[k]! };
    for (let last = blocks.at(-1); last !== undefined; last = blocks.at(-1)) {
      if (last.sum / last.size <= block.sum / block.size) break;
      blocks.pop();
      block = { size: last.size + block.size, sum: last.sum + block.sum };
    }
    blocks.push(block);
  }
  let k = 0;
  for (const { size, sum } of blocks)
    for (let i = 0; i < size; i++, k++) layer[k]!.place = sum / size + offset[k]!;
}

function mean(spots: readonly Spot[]): number | undefined {
  if (spots.length === 0) return undefined;
  return spots.reduce((sum, { place }) => sum + place, 0) / spots.length;
}
