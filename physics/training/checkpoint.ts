import { pack, unpack } from '../dynamics/record.ts';
import type { MemberProgress, TrainingState } from './session.ts';

interface Header {
  readonly done: number;
  readonly progress: readonly MemberProgress[];
}

/** A training's state as bytes; the same state gives the same bytes. */
export function encodeState({ done, progress, arrays }: TrainingState): Uint8Array {
  return pack<Header>({ header: { done, progress }, arrays });
}

/** @throws Error when the bytes are cut short */
export function decodeState(bytes: Uint8Array): TrainingState {
  const { header, arrays } = unpack<Header>(bytes);
  return { ...header, arrays };
}
