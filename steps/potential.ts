/**
 * Opening a potential for simulations: a Deep Potential or a classical one, whichever the file
 * holds, as force fields by member, with the watch over its range.
 */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { type Artifact, type Json, StepError } from '../engine/step.ts';
import { committeeDeviation, type Watch } from '../physics/dynamics/monitor.ts';
import { decodeClassical } from '../physics/potentials/classical/file.ts';
import {
  type ClassicalPotential,
  openClassical,
} from '../physics/potentials/classical/force-field.ts';
import { HEADER_LINES, PotentialFileError } from '../physics/potentials/classical/setfl.ts';
import { openDeepPotential } from '../physics/potentials/deep/force-field.ts';
import type { Model } from '../physics/potentials/deep/model.ts';
import { decodeModel, isModelFile, ModelFileError } from '../physics/potentials/deep/model-file.ts';
import { isHdf5 } from '../physics/potentials/deepmd/hdf5.ts';
import type { ForceField } from '../physics/potentials/force-field.ts';
import { crystalVolumes } from '../physics/relaxation/volumes.ts';
import type { Composition } from '../physics/structure/alloy.ts';

/** The mark of values by a classical potential: it has no training range. */
const CLASSICAL = 'classical potential';

export interface Potential {
  readonly elements: readonly string[];
  readonly members: number;
  /** How the frames were computed that it was trained on; null for a classical potential. */
  readonly spin: 'none' | 'collinear' | null;
  /** As the conditions of a measured value name it. */
  readonly condition: { readonly [key: string]: Json };
  readonly watch: Watch;
  /** What drives the atoms; one for each member. */
  readonly fields: readonly ForceField[];
  /**
   * Å³ per metal atom between which crystals are sought.
   *
   * @throws CompositionError when the potential does not know an element
   */
  volumes(composition: Composition): readonly [number, number];
  setThreads(threads: number): void;
  close(): void;
}

/**
 * @param options `exact`: the nets of a Deep Potential themselves in place of their tables
 * @throws StepError when the file is no potential
 */
export async function openPotential(
  artifact: Artifact,
  options: { readonly exact?: boolean } = {},
): Promise<Potential> {
  const bytes = readFileSync(artifact.path);
  if (!isModelFile(bytes)) return openClassicalFile(bytes, artifact);
  const model = readModel(artifact);
  const { elements } = model.architecture;
  const members = model.members.map((_, k) => k);
  const compress = !(options.exact ?? false);
  const open = () => Promise.all(members.map((k) => openDeepPotential(model, k, { compress })));
  const fields = await open();
  // Simulations keep their last forces: what watches them computes with fields of its own.
  const watching = members.length > 1 ? await open() : [];
  return {
    elements,
    members: members.length,
    spin: model.spin,
    condition: { digest: artifact.digest, spin: model.spin, members: members.length },
    watch: { range: model.range, elements, deviation: committeeDeviation(watching) },
    fields,
    volumes: () => model.range.volume,
    setThreads: (threads) => {
      for (const field of [...fields, ...watching]) field.setThreads(threads);
    },
    close: () => {
      for (const field of [...fields, ...watching]) field.close();
    },
  };
}

function openClassicalFile(bytes: Uint8Array, { path, digest }: Artifact): Potential {
  const potential = readClassical(bytes, basename(path));
  const field = openClassical(potential);
  const { elements } = field;
  const style = potential.kind === 'embedded-atom' ? potential.style : potential.kind;
  return {
    elements,
    members: 1,
    spin: null,
    condition: { digest, style },
    watch: { range: { mark: CLASSICAL }, elements, deviation: null },
    fields: [field],
    volumes: (composition) => crystalVolumes(field, composition),
    setThreads: (threads) => field.setThreads(threads),
    close: () => field.close(),
  };
}

function readClassical(bytes: Uint8Array, file: string): ClassicalPotential {
  const nothing = `${file} is neither a model that curie made nor an eam/alloy or eam/fs file (setfl)`;
  if (isHdf5(bytes)) {
    throw new StepError(
      `${file} is a model of DeePMD-kit; a step that uses model-import makes one of curie of it`,
    );
  }
  if (bytes.includes(0)) throw new StepError(nothing);
  try {
    return decodeClassical(new TextDecoder().decode(bytes), file);
  } catch (error) {
    if (!(error instanceof PotentialFileError)) throw error;
    throw new StepError(
      error.line <= HEADER_LINES ? `${nothing}: ${error.message}` : error.message,
    );
  }
}

/** @throws StepError when the file is no Deep Potential */
export function readModel(artifact: Artifact): Model {
  try {
    return decodeModel(readFileSync(artifact.path));
  } catch (error) {
    if (error instanceof ModelFileError) throw new StepError(error.message);
    throw error;
  }
}
