/** Weights of frames' losses by group, which is their `config_type`. */
import type { Frame } from '../structure/frame.ts';
import { TrainingError } from './training-error.ts';

/** Factor of a frame's loss by its group; groups that are not named weigh 1. */
export type GroupWeights = ReadonlyMap<string, number>;

export function weightOf({ group }: Frame, weights: GroupWeights): number {
  return weights.get(group) ?? 1;
}

/**
 * @throws TrainingError for a group that no frame belongs to, and where no frame of a part counts
 */
export function checkWeights(
  weights: GroupWeights,
  train: readonly Frame[],
  validation: readonly Frame[],
): void {
  const groups = [...new Set([...train, ...validation].map(({ group }) => group))].sort();
  for (const group of weights.keys()) {
    if (groups.includes(group)) continue;
    throw new TrainingError(
      `weights names ${group}, but no frame has that config_type; there are ${groups.join(', ')}`,
    );
  }
  for (const [part, frames] of [
    ['training', train],
    ['validation', validation],
  ] as const) {
    if (frames.some((frame) => weightOf(frame, weights) > 0)) continue;
    throw new TrainingError(
      `weights gives every ${part} frame the weight 0; leave at least one config_type among them above it`,
    );
  }
}
