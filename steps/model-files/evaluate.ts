/** What a model says of configurations in a file, beside their labels. */
import { StepError } from '../../engine/step.ts';
import { readStructures, type Structure } from '../../physics/dft/frames.ts';
import { openDeepPotential } from '../../physics/potentials/deep/force-field.ts';
import type { ForceField } from '../../physics/potentials/force-field.ts';
import { inWords, type NamedBytes, type OpenedModel, openModel } from './open.ts';

/** What one member says. */
export interface Answer {
  /** eV */
  readonly energy: number;
  /** eV/Å, [atoms][3] */
  readonly forces: Float64Array;
  /** eV, [3][3]; W = -V·stress, tension positive */
  readonly virial: Float64Array;
}

export interface EvaluatedFrame {
  /** From 1. */
  readonly frame: number;
  readonly structure: Structure;
  /** One for each member. */
  readonly answers: readonly Answer[];
  /** Of a typical member: root mean squares over members, and components; null without labels. */
  readonly errors: Errors;
}

export interface Errors {
  /** eV/atom */
  readonly energy: number | null;
  /** eV/Å */
  readonly force: number | null;
}

export interface Evaluation {
  /** Of the model's short-range repulsion, which DeePMD-kit's own numbers for its files lack. */
  readonly shortRange: 'none' | 'included' | 'left out';
  readonly elements: readonly string[];
  readonly frames: readonly EvaluatedFrame[];
  /** Over all frames with labels: energies by frame, forces by component. */
  readonly errors: Errors;
}

/**
 * Evaluates all members in double precision, by their nets rather than tables.
 *
 * @throws StepError for a file that is no model, frames that cannot be read or computed
 */
export async function evaluateModel(model: NamedBytes, frames: NamedBytes): Promise<Evaluation> {
  const opened = await openModel(model);
  // A file for DeePMD-kit gives the numbers that DeePMD-kit gives.
  const committee = opened.format === 'deepmd' ? { ...opened, shortRange: null } : opened;
  const { elements } = committee.architecture;
  const structures = await inWords(frames.file, async () =>
    readStructures(new TextDecoder().decode(frames.bytes), frames.file),
  );
  const fields = committee.members.map((_, k) =>
    openDeepPotential(committee, k, { precision: 'f64', compress: false }),
  );
  try {
    const found: EvaluatedFrame[] = [];
    for (const [n, structure] of structures.entries()) {
      const place = `${frames.file}: frame ${n + 1}`;
      const types = typesOf(structure, elements, place);
      const answers = await inWords(place, async () =>
        fields.map((field) => answer(field, types, structure)),
      );
      found.push({ frame: n + 1, structure, answers, errors: errorsOf([{ structure, answers }]) });
    }
    return { shortRange: shortRangeIn(opened), elements, frames: found, errors: errorsOf(found) };
  } finally {
    for (const field of fields) field.close();
  }
}

function shortRangeIn({ format, shortRange }: OpenedModel): Evaluation['shortRange'] {
  if (shortRange === null) return 'none';
  return format === 'curie' ? 'included' : 'left out';
}

function typesOf({ species }: Structure, elements: readonly string[], place: string): Uint8Array {
  return Uint8Array.from(species, (symbol) => {
    const type = elements.indexOf(symbol);
    if (type < 0) {
      throw new StepError(
        `${place} holds ${symbol}, which the model does not know; it knows ${elements.join(', ')}`,
      );
    }
    return type;
  });
}

function answer(field: ForceField, types: Uint8Array, { positions, cell }: Structure): Answer {
  field.setAtoms(types);
  const { energy, forces, virial } = field.compute(positions, cell);
  return { energy, forces: forces.slice(), virial: virial.slice() };
}

function errorsOf(frames: readonly Pick<EvaluatedFrame, 'structure' | 'answers'>[]): Errors {
  const [energies, forces]: [number[], number[]] = [[], []];
  for (const { structure, answers } of frames) {
    for (const { energy, forces: found } of answers) {
      if (structure.energy !== null) {
        energies.push((energy - structure.energy) / structure.species.length);
      }
      for (const [k, force] of structure.forces?.entries() ?? []) forces.push(found[k] - force);
    }
  }
  return { energy: rootMeanSquare(energies), force: rootMeanSquare(forces) };
}

function rootMeanSquare(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
}
