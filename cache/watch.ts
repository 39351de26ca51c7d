/**
 * What was concluded from many files, in `watched/<name>`, with the identity of each: as long as
 * none of them has changed, the conclusion holds, and nobody need draw it again.
 *
 * The first line is `{"count":…,"conclusion":…}`, then come lines `=path TAB identity`, `>path` where
 * symbolic links are followed. Only files that times can vouch for are watched (stat-cache.ts has
 * the rule); where one cannot be, nothing is noted. Losing the file costs time.
 */
import { join } from 'node:path';
import type { Json } from './canonical.ts';
import { type Disk, discard, type FileStat } from './disk.ts';
import { identityOf, type StatCache } from './stat-cache.ts';

export interface Watched {
  /** Of a file or a folder; absolute. */
  readonly path: string;
  /** Whether what a symbolic link there leads to counts, not the link. */
  readonly follow: boolean;
}

export class Watches {
  readonly #disk: Disk;
  readonly #root: string;
  readonly #stats: StatCache;

  constructor(disk: Disk, root: string, stats: StatCache) {
    this.#disk = disk;
    this.#root = root;
    this.#stats = stats;
  }

  /**
   * Notes a conclusion drawn from files that were looked at after `since` (ns). Nothing is noted
   * where one of them may have changed after that.
   */
  note(name: string, conclusion: Json, files: Iterable<Watched>, since: bigint): void {
    const lines: string[] = [];
    for (const file of files) {
      const stat = this.#stat(file);
      if (stat === undefined || !this.#stats.isSettled(file.path, stat, since)) return;
      if (/[\t\n]/.test(file.path)) return;
      lines.push(`${file.follow ? '>' : '='}${file.path}\t${identityOf(stat)}`);
    }
    const head = JSON.stringify({ count: lines.length, conclusion });
    const fresh = join(this.#root, `watched/.${name}.${process.pid}`);
    try {
      this.#disk.removeTree(fresh);
      this.#disk.create(fresh, `${head}\n${lines.join('\n')}\n`, 0o644);
      this.#disk.rename(fresh, this.#path(name));
    } catch {
      discard(this.#disk, fresh);
    }
  }

  /**
   * What was concluded, if all that it was concluded from is as it was.
   *
   * @param begin called with it before the files are looked at
   */
  recall(name: string, begin: (conclusion: Json) => void): Json | undefined {
    const path = this.#path(name);
    if (this.#disk.stat(path)?.kind !== 'file') return undefined;
    const text = Buffer.from(this.#disk.read(path)).toString('utf8');
    let at = text.indexOf('\n') + 1;
    const head = headIn(text.slice(0, at));
    if (head === undefined) return undefined;
    begin(head.conclusion);
    for (let k = 0; k < head.count; k++) {
      const end = text.indexOf('\n', at);
      const tab = text.indexOf('\t', at);
      if (end < 0 || tab < 0 || tab > end) return undefined;
      const stat = this.#stat({ follow: text[at] === '>', path: text.slice(at + 1, tab) });
      if (stat === undefined || identityOf(stat) !== text.slice(tab + 1, end)) return undefined;
      at = end + 1;
    }
    return head.conclusion;
  }

  #path(name: string): string {
    return join(this.#root, 'watched', name);
  }

  #stat({ path, follow }: Watched): FileStat | undefined {
    return follow ? this.#disk.statTarget(path) : this.#disk.stat(path);
  }
}

function headIn(line: string): { readonly count: number; readonly conclusion: Json } | undefined {
  try {
    const head: unknown = JSON.parse(line);
    return isHead(head) ? head : undefined;
  } catch {
    return undefined;
  }
}

function isHead(head: unknown): head is { readonly count: number; readonly conclusion: Json } {
  return typeof head === 'object' && head !== null && 'count' in head && 'conclusion' in head;
}
