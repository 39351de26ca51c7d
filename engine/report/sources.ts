/** Which task a value comes from: steps see digests only, readers want labels. */
import { missingDigest, type Upstream } from '../plan/upstream.ts';
import type { ExpandedStudy, Task } from '../study/expanded.ts';

export interface Source {
  readonly task: Task;
  readonly output: string;
}

/**
 * By the digest that a step was given: of the value, or of its absence. Tasks that gave the very
 * same stand behind one digest, in the order of the study.
 */
export type Sources = ReadonlyMap<string, readonly Source[]>;

/** @param ended how each task has ended, by its id */
export function sourcesOf(study: ExpandedStudy, ended: readonly Upstream[]): Sources {
  const sources = new Map<string, Source[]>();
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
      if (digest === undefined) continue;
      const same = sources.get(digest) ?? [];
      sources.set(digest, same);
      same.push({ task, output });
    }
  }
  return sources;
}
