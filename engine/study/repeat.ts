/** `repeat:` of a step, as it is written. */
import { entriesOf, jsonOf, type Mapping } from './node.ts';
import type { Repeat } from './scope.ts';

/** A repeated step may have this many turns. */
export const MOST_TURNS = 100_000;

/** Undefined without one, and where its shape is wrong, which has been reported. */
export function readRepeat(step: Mapping): Repeat | undefined {
  const given = step.entries.get('repeat')?.value;
  if (given?.kind !== 'map') return undefined;
  const until = given.entries.get('until')?.value;
  const max = given.entries.get('max')?.value;
  const most = max && jsonOf(max);
  if (until === undefined || typeof most !== 'number' || !(most >= 1 && most <= MOST_TURNS))
    return undefined;
  const labels = Array.from({ length: Math.floor(most) }, (_, k) => String(k + 1));
  const index = new Map(labels.map((label, k) => [label, k] as const));
  const turn = { name: 'turn', source: null, labels, values: [], index };
  return {
    turns: { axes: [turn], size: labels.length, elements: null, numbers: new Map() },
    carry: entriesOf(given, 'carry'),
    until,
  };
}
