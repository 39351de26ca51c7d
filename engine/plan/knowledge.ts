/** What planning asks for, answered by a cache. */
import type { Cache, Content } from '../../cache/index.ts';
import type { ExpandedStudy, TaskId } from '../study/expanded.ts';
import type { Knowledge } from './plan.ts';
import { environmentOf, type SiteTools } from './tools.ts';

/** Each of the user's files is looked at once: of many tasks that take it, each would ask. */
export interface FreshKnowledge extends Knowledge {
  /** Has the user's files looked at again. */
  refresh(): void;
}

/**
 * @param tools   programs that the site file places
 * @param forced  tasks to run even if they could be restored
 */
export function knowledgeOf(
  study: ExpandedStudy,
  cache: Pick<Cache, 'find' | 'latestOf' | 'digestFile' | 'pathOf'>,
  tools: SiteTools = {},
  forced: ReadonlySet<TaskId> = new Set(),
): FreshKnowledge {
  const programs = new Map<string, string>();
  const contents = new Map<string, Content>();
  const contentOf = (path: string): Content => {
    const known = contents.get(path);
    if (known !== undefined) return known;
    const content = cache.digestFile(path);
    contents.set(path, content);
    return content;
  };
  return {
    find: (key) => cache.find(key),
    latestOf: (task) => cache.latestOf(study.name, task),
    contentOf,
    pathOf: (digest) => cache.pathOf(digest),
    environment: (task) => environmentOf(task, contentOf, programs, tools),
    forced,
    refresh: () => contents.clear(),
  };
}
