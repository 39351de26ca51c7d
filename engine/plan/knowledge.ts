/** What planning asks for, answered by a cache. */
import type { Cache } from '../../cache/index.ts';
import type { ExpandedStudy, TaskId } from '../study/expanded.ts';
import type { Knowledge } from './plan.ts';
import { environmentOf } from './tools.ts';

/** @param forced  tasks to run even if they could be restored */
export function knowledgeOf(
  study: ExpandedStudy,
  cache: Pick<Cache, 'find' | 'latestOf' | 'digestFile' | 'pathOf'>,
  forced: ReadonlySet<TaskId> = new Set(),
): Knowledge {
  return {
    find: (key) => cache.find(key),
    latestOf: (task) => cache.latestOf(study.name, task),
    contentOf: (path) => cache.digestFile(path),
    pathOf: (digest) => cache.pathOf(digest),
    environment: (task) => environmentOf(task, (path) => cache.digestFile(path)),
    forced,
  };
}
