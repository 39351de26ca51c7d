/**
 * The file by which one simulation hands its states to another: extended XYZ, one frame for each
 * member of the committee, whose header says what the states hold for.
 */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { type Artifact, StepError } from '../engine/step.ts';
import { FrameFileError } from '../physics/dft/extxyz.ts';
import type { MeanState } from '../physics/dynamics/density.ts';
import { type DescribedState, readStates, writeState } from '../physics/dynamics/state-xyz.ts';
import type { Composition } from '../physics/structure/alloy.ts';

export interface StateConditions {
  readonly composition: Composition;
  /** K */
  readonly temperature: number;
  /** GPa */
  readonly pressure: number;
  /** Digest of the model whose volume the states have. */
  readonly potential: string;
}

/** The states' text, in the order of the members. */
export function writeStates(states: readonly MeanState[], conditions: StateConditions): string {
  const { temperature, pressure, potential } = conditions;
  const composition = Object.entries(conditions.composition)
    .map(([element, fraction]) => `${element}${fraction}`)
    .join('');
  return states
    .map(({ state, potential: mean_potential_energy }, k) =>
      writeState(state, {
        composition,
        temperature,
        pressure,
        potential,
        member: k + 1,
        mean_potential_energy,
      }),
    )
    .join('');
}

/**
 * Reads what `writeStates` wrote.
 *
 * @param elements what the potential knows
 * @throws StepError for a broken file, an element the potential does not know, or a header that
 *   does not say what the states hold for
 */
export function readStart(
  artifact: Artifact,
  elements: readonly string[],
): { readonly states: readonly MeanState[]; readonly conditions: StateConditions } {
  const file = basename(artifact.path);
  const frames = framesOf(artifact, file, elements);
  const header = (key: string, frame = frames[0]): string => {
    const value = frame?.info.get(key);
    if (value === undefined)
      throw new StepError(
        `${file}: no ${key} in the header of the state; expected a state as npt hands it on`,
      );
    return value;
  };
  const numberOf = (key: string, frame = frames[0]): number =>
    number(header(key, frame), key, file);
  return {
    states: frames.map((frame) => ({
      state: frame.state,
      potential: numberOf('mean_potential_energy', frame),
    })),
    conditions: {
      composition: compositionOf(header('composition'), file),
      temperature: numberOf('temperature'),
      pressure: numberOf('pressure'),
      potential: header('potential'),
    },
  };
}

function framesOf(artifact: Artifact, file: string, elements: readonly string[]): DescribedState[] {
  try {
    return readStates(readFileSync(artifact.path, 'utf8'), file, elements);
  } catch (error) {
    if (error instanceof FrameFileError) throw new StepError(error.message);
    throw error;
  }
}

function number(text: string, key: string, file: string): number {
  const value = Number(text);
  if (text === '' || !Number.isFinite(value))
    throw new StepError(`${file}: the ${key} in the header of the state is ${text}, not a number`);
  return value;
}

/** `Fe0.9C0.1` */
function compositionOf(text: string, file: string): Composition {
  const parts = [...text.matchAll(/([A-Z][a-z]?)([\d.]+(?:e[+-]?\d+)?)/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== text)
    throw new StepError(
      `${file}: the composition in the header of the state is ${text}; expected atomic fractions such as Fe0.9C0.1`,
    );
  return Object.fromEntries(
    parts.map(([, element, fraction]) => [
      element!,
      number(fraction!, `fraction of ${element}`, file),
    ]),
  );
}
