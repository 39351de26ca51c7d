/** Opening a potential for simulations: force fields by member, and the watch over its range. */
import { readFileSync } from 'node:fs';
import { type Artifact, type Json, StepError } from '../engine/step.ts';
import { committeeDeviation, type Watch } from '../physics/dynamics/monitor.ts';
import { openDeepPotential } from '../physics/potentials/deep/force-field.ts';
import type { Model } from '../physics/potentials/deep/model.ts';
import { decodeModel, ModelFileError } from '../physics/potentials/deep/model-file.ts';
import type { ForceField } from '../physics/potentials/force-field.ts';

export interface Potential {
  readonly elements: readonly string[];
  readonly members: number;
  /** As the conditions of a measured value name it. */
  readonly condition: { readonly [key: string]: Json };
  readonly watch: Watch;
  /** What drives the atoms; one for each member. */
  readonly fields: readonly ForceField[];
  setThreads(threads: number): void;
  close(): void;
}

/** @throws StepError when the file is no model */
export async function openPotential(artifact: Artifact): Promise<Potential> {
  const model = readModel(artifact);
  const { elements } = model.architecture;
  const members = model.members.map((_, k) => k);
  const open = () => Promise.all(members.map((k) => openDeepPotential(model, k)));
  const fields = await open();
  // Simulations keep their last forces: what watches them computes with fields of its own.
  const watching = members.length > 1 ? await open() : [];
  return {
    elements,
    members: members.length,
    condition: { digest: artifact.digest, spin: model.spin, members: members.length },
    watch: { range: model.range, elements, deviation: committeeDeviation(watching) },
    fields,
    setThreads: (threads) => {
      for (const field of [...fields, ...watching]) field.setThreads(threads);
    },
    close: () => {
      for (const field of [...fields, ...watching]) field.close();
    },
  };
}

/** @throws StepError when the file is no model */
export function readModel(artifact: Artifact): Model {
  try {
    return decodeModel(readFileSync(artifact.path));
  } catch (error) {
    if (error instanceof ModelFileError) throw new StepError(error.message);
    throw error;
  }
}
