/**
 * A committee of Deep Potentials (se_e2_a) and everything needed to use it honestly.
 *
 * Descriptor of atom i with neighbours j at r_ij = x_j - x_i, r = |r_ij|:
 *   s(r) = sw(r)/r, sw = 1 below `inner`, u³(-6u²+15u-10)+1 with u = (r-inner)/(outer-inner), 0 from `outer`
 *   R_ij = (s, s·x/r, s·y/r, s·z/r);  normalised R̂ = (R - davg_i)/dstd_i   (per centre type)
 *   G_ij = embedding net of the neighbour's type applied to R̂'s first column
 *   A = Σ_j G_ijᵀ R̂_ij / Σ_t sel_t, and for every type t the padding term (sel_t - n_t)·G_t(pad)ᵀ R̂_pad
 *   D = A · (first `axis` rows of A)ᵀ, row-major [M][axis], fed to the fitting net of the centre's type.
 * E_i = fitting net + bias[type] (+ ZBL). Everything as DeePMD-kit defines it. Our own models have
 * `type_one_side: true`; with `false`, as some that are imported, the embedding net is one of the pair
 * of types.
 * Source: DeePMD-kit manual, descriptor se_e2_a; Wang et al., Comput. Phys. Commun. 228, 178 (2018).
 */

/**
 * A dense net. Layer l: y = act(x W + b) with W row-major [in][out], act = tanh but for the last
 * fitting layer, which is linear without skip. Skip connections as DeePMD's `resnet`: out = in
 * adds x, out = 2·in adds (x, x). With `timeStep` (resnet_dt) the tanh is scaled by it first.
 */
export interface Layer {
  readonly inputs: number;
  readonly outputs: number;
  /** [inputs][outputs] */
  readonly weights: Float64Array;
  /** [outputs] */
  readonly bias: Float64Array;
  /** [outputs]; absent without resnet_dt. */
  readonly timeStep?: Float64Array;
}
export type Net = readonly Layer[];

/** Sizes that all members share. */
export interface Architecture {
  /** Element symbols; a type is an index into this list. */
  readonly elements: readonly string[];
  /** Where switching begins and ends (cut-off), Å. */
  readonly inner: number;
  readonly cutoff: number;
  /** Most neighbours of each type that an atom may have; more is an error. */
  readonly sel: readonly number[];
  /** Embedding widths, such as [16, 32, 64]. */
  readonly embedding: readonly number[];
  readonly axis: number;
  /** Fitting widths, such as [120, 120, 120]; a linear layer to one output follows. */
  readonly fitting: readonly number[];
}

/** One member: weights and the statistics its inputs are normalised with. */
export interface DeepPotential {
  /** Per centre type: mean of s, std of s, std of the three angular columns (their mean is 0). */
  readonly mean: Float64Array;
  readonly deviation: Float64Array;
  readonly angularDeviation: Float64Array;
  /** One embedding net per neighbour type, or one per pair of types, [centre][neighbour]. */
  readonly embeddings: readonly Net[];
  /** One fitting net per centre type. */
  readonly fittings: readonly Net[];
  /** Energy of each type added to the fitting net's output, eV. */
  readonly bias: Float64Array;
}

/** Which of a member's embedding nets neighbours of type `neighbour` around `centre` pass through. */
export function embeddingIndex(
  { embeddings, bias }: DeepPotential,
  centre: number,
  neighbour: number,
): number {
  const types = bias.length;
  return embeddings.length === types ? neighbour : centre * types + neighbour;
}

/** What the training frames covered; MD outside it is marked. */
export interface TrainingRange {
  /** Smallest and largest volume per metal (non-carbon) atom, Å³. */
  readonly volume: readonly [number, number];
  /** Smallest distance of each pair of types seen, Å, [types][types]; null where never seen. */
  readonly nearest: readonly (readonly (number | null)[])[];
  /** Smallest and largest atomic fraction of each element. */
  readonly fractions: readonly (readonly [number, number])[];
  readonly frames: number;
}

/** Universal short-range repulsion (`pair_style zbl`), switched off between inner and outer. */
export interface ShortRange {
  readonly inner: number;
  /** Outer cut-off of each pair of types, Å, [types][types]. */
  readonly outer: readonly (readonly number[])[];
}

/** All that energies depend on. */
export interface Committee {
  readonly architecture: Architecture;
  readonly members: readonly DeepPotential[];
  readonly shortRange: ShortRange | null;
}

/** A committee and what is known of its training. */
export interface Model extends Committee {
  readonly spin: 'none' | 'collinear';
  readonly range: TrainingRange;
}
