/** Potentials with random weights, of any shape, and random configurations. */
import type {
  Architecture,
  DeepPotential,
  Layer,
  Model,
  Net,
} from '../../physics/potentials/deep/model.ts';
import { defaultShortRange } from '../../physics/potentials/zbl.ts';
import { gaussian, uniform } from '../../physics/random.ts';
import type { Configuration } from './deep-potential.ts';

export interface RandomModelOptions {
  readonly elements?: readonly string[];
  readonly inner?: number;
  readonly cutoff?: number;
  readonly sel?: readonly number[];
  readonly embedding?: readonly number[];
  readonly axis?: number;
  readonly fitting?: readonly number[];
  readonly timeStep?: boolean;
  readonly shortRange?: boolean;
  readonly members?: number;
  /** One embedding net per neighbour type; else one per pair of types. */
  readonly oneSide?: boolean;
}

function layer(
  seed: number,
  name: string,
  inputs: number,
  outputs: number,
  timeStep: boolean,
): Layer {
  // The output is given weight, so that forces are of some eV/Å.
  const scale = (outputs === 1 ? 8 : 1) / Math.sqrt(inputs + outputs);
  const numbers = (part: string, count: number, size: number, center = 0) =>
    Float64Array.from(
      { length: count },
      (_, k) => center + size * gaussian(seed, name + part, k, 0),
    );
  const plain = {
    inputs,
    outputs,
    weights: numbers('weights', inputs * outputs, scale),
    bias: numbers('bias', outputs, 0.5),
  };
  return timeStep ? { ...plain, timeStep: numbers('step', outputs, 0.01, 0.1) } : plain;
}

function member(
  seed: number,
  architecture: Architecture,
  timeStep: boolean,
  nets: number,
): DeepPotential {
  const { elements, embedding, axis, fitting } = architecture;
  const net = (name: string, widths: readonly number[], hidden: number): Net =>
    widths
      .slice(1)
      .map((outputs, l) =>
        layer(seed, `${name} ${l} `, widths[l]!, outputs, timeStep && l > 0 && l < hidden),
      );
  const descriptor = embedding.at(-1)! * axis;
  return {
    mean: Float64Array.from(elements, (_, t) => 0.05 + 0.01 * t),
    deviation: Float64Array.from(elements, (_, t) => 0.09 + 0.01 * t),
    angularDeviation: Float64Array.from(elements, (_, t) => 0.06 + 0.01 * t),
    embeddings: Array.from({ length: nets }, (_, k) => net(`embedding ${k}`, [1, ...embedding], 0)),
    fittings: elements.map((_, t) =>
      net(`fitting ${t}`, [descriptor, ...fitting, 1], fitting.length),
    ),
    bias: Float64Array.from(elements, (_, t) => -8 + t),
  };
}

/** A model whose forces are of ordinary size; by default small, of Fe, Cr and C. */
export function randomModel(options: RandomModelOptions = {}): Model {
  const {
    elements = ['Fe', 'Cr', 'C'],
    inner = 0.5,
    cutoff = 4.5,
    embedding = [4, 8, 16],
    axis = 4,
    fitting = [12, 12, 12],
    timeStep = true,
    shortRange = true,
    members = 1,
    oneSide = true,
  } = options;
  const sel = options.sel ?? elements.map(() => Math.ceil(120 / elements.length));
  const architecture: Architecture = { elements, inner, cutoff, sel, embedding, axis, fitting };
  return {
    architecture,
    members: Array.from({ length: members }, (_, k) =>
      member(k + 1, architecture, timeStep, elements.length ** (oneSide ? 1 : 2)),
    ),
    spin: 'none',
    shortRange: shortRange ? defaultShortRange(elements) : null,
    range: {
      volume: [5, 20],
      nearest: elements.map(() => elements.map(() => null)),
      fractions: elements.map(() => [0, 1] as const),
      frames: 1,
    },
  };
}

/**
 * Atoms thrown into a triclinic cell of about `volume` Å³ an atom, none closer than `apart` to
 * another or to an image, types in no order.
 */
export function randomConfiguration(
  seed: number,
  atoms: number,
  { types = 3, volume = 12, apart = 1.7 } = {},
): Configuration {
  const edge = Math.cbrt(atoms * volume);
  const tilt = (k: number) => 0.15 * edge * (2 * uniform(seed, 'tilt', k, 0) - 1);
  const cell = Float64Array.of(
    edge,
    tilt(0),
    tilt(1),
    tilt(2),
    edge,
    tilt(3),
    tilt(4),
    tilt(5),
    edge,
  );
  const positions = new Float64Array(3 * atoms);
  const place = (at: number, fractions: readonly number[]) => {
    for (let d = 0; d < 3; d++) {
      positions[3 * at + d] =
        fractions[0]! * cell[d]! + fractions[1]! * cell[3 + d]! + fractions[2]! * cell[6 + d]!;
    }
  };
  for (let i = 0, draw = 0; i < atoms; draw++) {
    if (draw > 20_000) throw new Error('no room for the atoms');
    place(
      i,
      [0, 1, 2].map((d) => uniform(seed, 'place', draw, d)),
    );
    const free = Array.from({ length: i + 1 }, (_, j) => j).every((j) =>
      images(positions, i, j, cell).every((r) => r > apart),
    );
    if (free) i++;
  }
  return {
    types: Uint8Array.from({ length: atoms }, (_, i) =>
      Math.floor(types * uniform(seed, 'type', i, 0)),
    ),
    positions,
    cell,
  };
}

/** Distances of j and its nearest images from i; of i's own images where j is i. */
function images(x: Float64Array, i: number, j: number, h: Float64Array): number[] {
  const found: number[] = [];
  for (let p = -2; p <= 2; p++)
    for (let q = -2; q <= 2; q++)
      for (let s = -2; s <= 2; s++) {
        if (i === j && p === 0 && q === 0 && s === 0) continue;
        const d = [0, 1, 2].map(
          (k) => x[3 * j + k]! - x[3 * i + k]! + p * h[k]! + q * h[3 + k]! + s * h[6 + k]!,
        ) as [number, number, number];
        found.push(Math.sqrt(d[0] * d[0] + d[1] * d[1] + d[2] * d[2]));
      }
  return found;
}
