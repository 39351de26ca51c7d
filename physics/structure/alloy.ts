/**
 * Crystals and melts of a given composition: metals share the lattice at random, carbon sits on
 * octahedral interstices.
 */
import { permutation } from '../random.ts';
import { inverseCell, minimumImage } from './cells.ts';
import type { Crystal } from './crystal.ts';

/** Atomic fractions by element; they add up to 1. */
export type Composition = { readonly [element: string]: number };

/** A composition that the cell cannot hold, or an element that the potential does not know. */
export class CompositionError extends Error {
  override readonly name = 'CompositionError';
}

/** Atomic fractions may differ from the wanted ones by this much: 0.5 at%. */
export const COMPOSITION_TOLERANCE = 0.005;

const INTERSTITIAL = 'C';

/** `Fe90C10`: elements by name in code-unit order, fractions in at% where not 100. */
export function formatComposition(composition: Composition): string {
  const names = Object.keys(composition).filter((element) => composition[element]! > 0);
  if (names.length === 1) return names[0]!;
  return names
    .sort((a, b) => composition[b]! - composition[a]! || (a < b ? -1 : 1))
    .map((element) => `${element}${Number((100 * composition[element]!).toFixed(2))}`)
    .join('');
}

/**
 * Atoms of each element: metals add up to `sites`, carbon comes on top. The counts nearest to the
 * composition, by largest remainders.
 *
 * @throws CompositionError when some fraction is missed by more than 0.5 at%, naming the nearest
 *   composition, or when there is no metal
 */
export function integerCounts(
  composition: Composition,
  sites: number,
): { readonly [element: string]: number } {
  const names = Object.keys(composition)
    .filter((element) => composition[element]! > 0)
    .sort();
  const metals = names.filter((element) => element !== INTERSTITIAL);
  const metal = metals.reduce((sum, element) => sum + composition[element]!, 0);
  if (metals.length === 0)
    throw new CompositionError(
      `${formatComposition(composition)} has no metal: carbon alone has no lattice here; name the metals`,
    );
  const carbon = composition[INTERSTITIAL] ?? 0;
  const counts: { [element: string]: number } = {};
  const shares = metals.map((element) => (composition[element]! / metal) * sites);
  metals.forEach((element, k) => {
    counts[element] = Math.floor(shares[k]!);
  });
  let left = sites - metals.reduce((sum, element) => sum + counts[element]!, 0);
  const byRemainder = metals
    .map((element, k) => ({ element, rest: shares[k]! - Math.floor(shares[k]!) }))
    .sort((a, b) => b.rest - a.rest || (a.element < b.element ? -1 : 1));
  for (const { element } of byRemainder) {
    if (left === 0) break;
    counts[element]! += 1;
    left -= 1;
  }
  if (carbon > 0) {
    const low = Math.floor((carbon / metal) * sites);
    const miss = (count: number): number => Math.abs(count / (sites + count) - carbon);
    counts[INTERSTITIAL] = miss(low) <= miss(low + 1) ? low : low + 1;
  }
  const total = names.reduce((sum, element) => sum + counts[element]!, 0);
  const missed = names.filter(
    (element) => Math.abs(counts[element]! / total - composition[element]!) > COMPOSITION_TOLERANCE,
  );
  if (missed.length > 0) {
    const nearest = Object.fromEntries(names.map((element) => [element, counts[element]! / total]));
    const listed = names.map((element) => `${counts[element]} ${element}`).join(' + ');
    throw new CompositionError(
      `a cell with ${sites} lattice sites cannot hold ${formatComposition(composition)} within 0.5 at%; the nearest it holds is ${formatComposition(nearest)} (${listed}): use more atoms or that composition`,
    );
  }
  return counts;
}

/** Whether so many lattice sites hold a composition within 0.5 at%. */
export function holds(composition: Composition, sites: number): boolean {
  try {
    integerCounts(composition, sites);
    return true;
  } catch (error) {
    if (error instanceof CompositionError) return false;
    throw error;
  }
}

/** A single element. */
export function isPure(composition: Composition): boolean {
  return Object.values(composition).filter((fraction) => fraction > 0).length === 1;
}

export interface Alloy {
  /** What `types` index. */
  readonly elements: readonly string[];
  readonly types: Uint8Array;
  /** Å, [atoms][3]: lattice sites in the crystal's order, then carbon */
  readonly positions: Float64Array;
  readonly cell: Float64Array;
}

/**
 * Atoms of a composition on a crystal: a function of (crystal, composition, seed) alone.
 *
 * Metals are dealt out by a counter-based shuffle. Carbon takes octahedral interstices in
 * shuffled order, each as far from the others as their number allows (at least the lattice's
 * spacing where it fits), so that no two start on top of each other. Carbon stretches what is
 * around it: relax, or start at a larger volume.
 *
 * @param elements what the potential knows
 * @throws CompositionError when an element is unknown or the crystal cannot hold the composition
 */
export function populate(
  crystal: Crystal,
  composition: Composition,
  elements: readonly string[],
  seed: number,
): Alloy {
  const sites = crystal.positions.length / 3;
  const unknown = Object.keys(composition).find(
    (element) => composition[element]! > 0 && !elements.includes(element),
  );
  if (unknown !== undefined)
    throw new CompositionError(
      `the potential does not know ${unknown}; it knows ${elements.join(', ')}`,
    );
  const counts = integerCounts(composition, sites);
  const metals = Object.keys(counts).filter((element) => element !== INTERSTITIAL);
  const carbon = counts[INTERSTITIAL] ?? 0;
  const interstices = spread(crystal, carbon, seed);
  const types = new Uint8Array(sites + carbon).fill(elements.indexOf(INTERSTITIAL) & 0xff);
  const order = permutation(sites, seed, 'substitution');
  let next = 0;
  for (const element of metals) {
    for (let k = 0; k < counts[element]!; k++) types[order[next++]!] = elements.indexOf(element);
  }
  const positions = new Float64Array(3 * types.length);
  positions.set(crystal.positions);
  interstices.forEach((site, k) => {
    positions.set(crystal.octahedral.subarray(3 * site, 3 * site + 3), 3 * (sites + k));
  });
  return { elements: [...elements], types, positions, cell: crystal.cell.slice() };
}

/** `count` interstices in shuffled order, no two closer than the largest distance that fits. */
function spread({ octahedral, cell }: Crystal, count: number, seed: number): number[] {
  if (count === 0) return [];
  const all = octahedral.length / 3;
  if (count > all)
    throw new CompositionError(
      `${count} carbon atoms do not fit on the crystal's ${all} octahedral interstices; lower the carbon content`,
    );
  const order = permutation(all, seed, 'interstitials');
  const inverse = inverseCell(cell);
  const apart = (a: number, b: number, distance: number): boolean => {
    const d = minimumImage(
      [
        octahedral[3 * b]! - octahedral[3 * a]!,
        octahedral[3 * b + 1]! - octahedral[3 * a + 1]!,
        octahedral[3 * b + 2]! - octahedral[3 * a + 2]!,
      ],
      cell,
      inverse,
    );
    return d[0] * d[0] + d[1] * d[1] + d[2] * d[2] > distance * distance;
  };
  // Distances in Å, from well separated down to no condition at all.
  for (const distance of [3.4, 2.7, 2.2, 1.6, 0]) {
    const chosen: number[] = [];
    for (const site of order) {
      if (chosen.length === count) break;
      if (chosen.every((other) => apart(site, other, distance))) chosen.push(site);
    }
    if (chosen.length === count) return chosen;
  }
  return [...order.subarray(0, count)];
}
