/**
 * Everything that the future of a simulation depends on, in one plain record: a run continued
 * from it gives the same bits as one that was never interrupted.
 *
 * Å, fs, eV, amu. Integrators change the arrays in place.
 */
import { MASSES } from '../constants.ts';
import { type PackedRecord, pack, unpack } from './record.ts';

/** Links of a Nose-Hoover chain; the first one touches the particles (or the barostat). */
export const CHAIN_LENGTH = 3;

/** A Nose-Hoover chain: position η (no unit) and rate dη/dt (1/fs) of each link. */
export interface Chain {
  readonly position: Float64Array;
  readonly rate: Float64Array;
}

export interface State {
  readonly elements: readonly string[];
  /** Index into `elements`, one an atom. */
  readonly types: Uint8Array;
  /** amu, one an atom */
  readonly masses: Float64Array;
  /** Å, [atoms][3], never wrapped: displacements are differences */
  readonly positions: Float64Array;
  /** Å/fs, [atoms][3] */
  readonly velocities: Float64Array;
  /** Å, rows are the cell vectors, [3][3] */
  readonly cell: Float64Array;
  /** What temperature counts: 3N - 3, as the centre of mass is at rest. */
  readonly degreesOfFreedom: number;
  /** Steps since the simulation began. */
  step: number;
  /** eV that the random forces of a Langevin bath have brought so far. */
  heat: number;
  readonly thermostat: Chain;
  readonly barostat: {
    /** Strain rates of the Cartesian axes, 1/fs, [3] */
    readonly rate: Float64Array;
    readonly chain: Chain;
  };
}

function newChain(): Chain {
  return { position: new Float64Array(CHAIN_LENGTH), rate: new Float64Array(CHAIN_LENGTH) };
}

/** A system at rest, with thermostat and barostat at rest too. Arrays are copied. */
export function createState(atoms: {
  readonly elements: readonly string[];
  readonly types: ArrayLike<number>;
  readonly positions: Float64Array;
  readonly cell: Float64Array;
  readonly velocities?: Float64Array;
  /** amu, one a type; the standard atomic weights without it */
  readonly masses?: readonly number[];
}): State {
  const { elements, positions } = atoms;
  const types = Uint8Array.from(atoms.types);
  if (positions.length !== 3 * types.length)
    throw new Error(
      `${types.length} atoms need ${3 * types.length} coordinates, not ${positions.length}`,
    );
  const weights = atoms.masses ?? elements.map((element) => MASSES[element] ?? Number.NaN);
  const unknown = elements.find((_, type) => !(weights[type] > 0) && types.includes(type));
  if (unknown !== undefined) throw new Error(`no atomic mass is known for ${unknown}`);
  return {
    elements: [...elements],
    types,
    masses: Float64Array.from(types, (type) => weights[type]),
    positions: Float64Array.from(positions),
    velocities: atoms.velocities?.slice() ?? new Float64Array(positions.length),
    cell: Float64Array.from(atoms.cell),
    degreesOfFreedom: 3 * types.length - 3,
    step: 0,
    heat: 0,
    thermostat: newChain(),
    barostat: { rate: new Float64Array(3), chain: newChain() },
  };
}

/** A copy that shares nothing. */
export function cloneState(state: State): State {
  const copy = (chain: Chain): Chain => ({
    position: chain.position.slice(),
    rate: chain.rate.slice(),
  });
  return {
    ...state,
    types: state.types.slice(),
    masses: state.masses.slice(),
    positions: state.positions.slice(),
    velocities: state.velocities.slice(),
    cell: state.cell.slice(),
    thermostat: copy(state.thermostat),
    barostat: { rate: state.barostat.rate.slice(), chain: copy(state.barostat.chain) },
  };
}

/** Brings thermostat, bath and barostat to rest, as between runs in different ensembles. */
export function restExtendedVariables(state: State): void {
  const { thermostat, barostat } = state;
  state.heat = 0;
  for (const values of [thermostat.position, thermostat.rate, barostat.rate]) values.fill(0);
  for (const values of [barostat.chain.position, barostat.chain.rate]) values.fill(0);
}

/** Å³ */
export function volumeOf(cell: Float64Array): number {
  const [ax, ay, az, bx, by, bz, cx, cy, cz] = cell;
  return Math.abs(ax * (by * cz - bz * cy) + ay * (bz * cx - bx * cz) + az * (bx * cy - by * cx));
}

/** Stretches cell and positions alike by a factor along each Cartesian axis. */
export function strain(state: State, x: number, y: number, z: number): void {
  for (const vectors of [state.positions, state.cell]) {
    for (let k = 0; k < vectors.length; k += 3) {
      vectors[k] *= x;
      vectors[k + 1] *= y;
      vectors[k + 2] *= z;
    }
  }
}

/** The bytes of a state: a checkpoint. `decodeState` gives back the same bits. */
export function encodeState(state: State): Uint8Array {
  return pack(stateToRecord(state));
}

/** @throws Error when the bytes are no state */
export function decodeState(bytes: Uint8Array): State {
  return stateFromRecord(unpack(bytes));
}

/** A state as header and arrays, to be packed alone or among others. Arrays are shared. */
export function stateToRecord(state: State): PackedRecord {
  const { thermostat, barostat } = state;
  return {
    header: {
      state: 1,
      elements: state.elements,
      degreesOfFreedom: state.degreesOfFreedom,
      step: state.step,
      heat: state.heat,
    },
    arrays: {
      types: Float64Array.from(state.types),
      masses: state.masses,
      positions: state.positions,
      velocities: state.velocities,
      cell: state.cell,
      thermostatPosition: thermostat.position,
      thermostatRate: thermostat.rate,
      barostatRate: barostat.rate,
      barostatChainPosition: barostat.chain.position,
      barostatChainRate: barostat.chain.rate,
    },
  };
}

/** @throws Error when the record is no state */
export function stateFromRecord({ header, arrays }: PackedRecord): State {
  const { state, elements, degreesOfFreedom, step, heat } = header as {
    state?: number;
    elements: string[];
    degreesOfFreedom: number;
    step: number;
    heat: number;
  };
  if (state !== 1) throw new Error('these bytes are no state of a simulation');
  const array = (name: string): Float64Array => {
    const values = arrays[name];
    if (!values) throw new Error(`the state lacks its ${name}`);
    return values;
  };
  return {
    elements,
    types: Uint8Array.from(array('types')),
    masses: array('masses'),
    positions: array('positions'),
    velocities: array('velocities'),
    cell: array('cell'),
    degreesOfFreedom,
    step,
    heat,
    thermostat: { position: array('thermostatPosition'), rate: array('thermostatRate') },
    barostat: {
      rate: array('barostatRate'),
      chain: { position: array('barostatChainPosition'), rate: array('barostatChainRate') },
    },
  };
}
