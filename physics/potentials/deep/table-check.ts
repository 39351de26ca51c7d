/** How well tables stand for a member's embedding nets, measured at points chosen at random. */
import type { Precision } from '../../kernels/writer.ts';
import { uniform } from '../../random.ts';
import { PotentialError } from '../force-field.ts';
import { runEmbedding, type Table, tableAt } from './compress.ts';
import { type DeepPotentialOptions, openDeepPotential } from './force-field.ts';
import type { Committee, Net } from './model.ts';
import { embeddingTables, TABLE_REACH, TABLE_TOLERANCE } from './tables.ts';

/** Tables of one precision. */
export interface TableErrors {
  /** What the tables were made to meet, of a channel, whose size is about 1. */
  readonly tolerance: number;
  /** Of each table. */
  readonly intervals: readonly number[];
  /** Largest error of any channel at the random points. */
  readonly channel: number;
  /** Largest errors against the nets in f64, rounding included: eV/atom and eV/Å. */
  readonly energy: number;
  readonly force: number;
}

export interface TableCheck {
  /** Distances that the tables cover, Å. */
  readonly from: number;
  readonly to: number;
  /** Random inputs of each net. */
  readonly points: number;
  /** Random configurations of so many atoms. */
  readonly configurations: number;
  readonly atoms: number;
  readonly errors: { readonly [P in Precision]: TableErrors };
}

const POINTS = 2000;
const CONFIGURATIONS = 4;
const ATOMS = 32;
/** Atoms of random configurations come no closer, Å: a little above the tables' reach. */
const APART = 0.9;
/** Å³ per atom at first. */
const VOLUME = 12;

/**
 * Checks the tables of member `index`.
 *
 * @throws PotentialError when a net varies too sharply to be tabulated
 */
export function checkTables(committee: Committee, index: number): TableCheck {
  const configurations = Array.from({ length: CONFIGURATIONS }, (_, k) => configuration(k));
  const exact = answers(committee, index, configurations, { precision: 'f64', compress: false });
  const errorsOf = (precision: Precision): TableErrors => {
    const member = committee.members[index];
    const tables = embeddingTables(committee, member, precision);
    const found = answers(committee, index, exact, { precision });
    return {
      tolerance: TABLE_TOLERANCE[precision],
      intervals: tables.map(({ frames }) => frames.length / 2),
      channel: Math.max(...tables.map((table, k) => channelError(member.embeddings[k], table))),
      energy: largest(found, exact, ({ energy }) => [energy]),
      force: largest(found, exact, ({ forces }) => forces),
    };
  };
  return {
    from: TABLE_REACH,
    to: committee.architecture.cutoff,
    points: POINTS,
    configurations: CONFIGURATIONS,
    atoms: ATOMS,
    errors: { f32: errorsOf('f32'), f64: errorsOf('f64') },
  };
}

function channelError(net: Net, table: Table): number {
  let most = 0;
  for (let k = 0; k < POINTS; k++) {
    const s = table.low + (table.high - table.low) * uniform(1, 'table check', k, 0);
    const exact = runEmbedding(net, s);
    tableAt(table, s).forEach((value, m) => {
      most = Math.max(most, Math.abs(value - exact[m]));
    });
  }
  return most;
}

interface Configuration {
  /** [atoms][3], fractions of a cube's edge */
  readonly places: Float64Array;
  /** Å */
  readonly edge: number;
}

interface Answers extends Configuration {
  /** eV, mean over the atoms */
  readonly energy: number;
  readonly forces: Float64Array;
}

/** Atoms thrown one after another into a cube, none closer to another than `APART`. */
function configuration(seed: number): Configuration {
  let edge = 1;
  while (edge * edge * edge < VOLUME * ATOMS) edge += 0.1;
  const places = new Float64Array(3 * ATOMS);
  for (let atom = 0, draw = 0; atom < ATOMS; draw++) {
    for (let d = 0; d < 3; d++) places[3 * atom + d] = uniform(seed, 'table check place', draw, d);
    if (isFree(places, atom, edge)) atom += 1;
  }
  return { places, edge };
}

function isFree(places: Float64Array, atom: number, edge: number): boolean {
  for (let other = 0; other < atom; other++) {
    let square = 0;
    for (let d = 0; d < 3; d++) {
      const apart = places[3 * atom + d] - places[3 * other + d];
      const x = edge * (apart - Math.round(apart));
      square += x * x;
    }
    if (square < APART * APART) return false;
  }
  return true;
}

/**
 * What the member says of configurations, elements taking turns. A cell with more neighbours than
 * the member has room for grows until they fit.
 */
function answers(
  committee: Committee,
  index: number,
  configurations: readonly Configuration[],
  options: DeepPotentialOptions,
): Answers[] {
  const field = openDeepPotential(committee, index, options);
  const types = Uint8Array.from({ length: ATOMS }, (_, atom) => atom % field.elements.length);
  try {
    field.setAtoms(types);
    return configurations.map(({ places, edge: first }) => {
      for (let edge = first; ; edge *= 1.1) {
        try {
          const cell = Float64Array.of(edge, 0, 0, 0, edge, 0, 0, 0, edge);
          const { energy, forces } = field.compute(
            places.map((place) => place * edge),
            cell,
          );
          return { places, edge, energy: energy / ATOMS, forces: forces.slice() };
        } catch (error) {
          if (!(error instanceof PotentialError) || edge > 100 * first) throw error;
        }
      }
    });
  } finally {
    field.close();
  }
}

function largest(
  found: readonly Answers[],
  exact: readonly Answers[],
  of: (answers: Answers) => ArrayLike<number>,
): number {
  return Math.max(
    ...found.flatMap((one, n) =>
      Array.from(of(one), (value, k) => Math.abs(value - of(exact[n])[k])),
    ),
  );
}
