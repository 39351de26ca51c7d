/** Which task a value comes from: steps see digests only, readers want labels. */
import { missingDigest, type Upstream } from '../plan/resolve.ts';
import type { ExpandedStudy, Task } from '../study/expanded.ts';

export interface Source {
  readonly task: Task;
  readonly output: string;
}

/** By the digest that a step was given: of the value, or of its absence. */
export type Sources = ReadonlyMap<string, Source>;

/** @param ended how each task has ended, by its id */
export function sourcesOf(study: ExpandedStudy, ended: readonly Upstream[]): Sources {
  const sources = new Map<string, Source>();
  for (const task of study.tasks) {
    const end = ended[task.id];
    const record = end?.kind === 'record' ? end.record : undefined;
    const key = record?.key ?? (end?.kind === 'inconclusive' ? end.key : undefined);
    for (const [output, field] of Object.entries(task.interface.outputs)) {
      if (field.kind !== 'measured') continue;
      const recorded = record?.outputs[output];
      const digest =
        recorded !== undefined
          ? recorded.digest
          : key === undefined
            ? undefined
            : missingDigest(output, key);
      if (digest !== undefined && !sources.has(digest)) sources.set(digest, { task, output });
    }
  }
  return sources;
}
