/** `curie cache`: what is stored, whether it is sound, and what can go. */
import { existsSync } from 'node:fs';
import { type Cache, openCache } from '../../cache/index.ts';
import { formatBytes } from '../report/number.ts';
import { cacheFolder } from './facts.ts';
import { EXIT, Failure } from './failure.ts';
import { columns, plural } from './text.ts';

interface CacheOptions {
  readonly cache?: string;
  readonly json?: boolean;
}

export function statsCommand(options: CacheOptions): void {
  const cache = open(options, true);
  const stats = cache.stats();
  cache.close();
  if (options.json) return void console.log(JSON.stringify(stats, null, 2));
  const row = (name: string, { count, bytes }: { count: number; bytes: number }): string[] => [
    name,
    count.toLocaleString('en-US'),
    formatBytes(bytes),
  ];
  const rows = [
    row('contents', stats.blobs),
    row('results', stats.records),
    row('contents that no result names', stats.unnamed),
    row('checkpoints', stats.checkpoints),
    row('temporary', stats.temporary),
    row('set aside as damaged', stats.quarantine),
  ];
  console.log(cache.folder);
  for (const line of columns(rows)) console.log(`  ${line}`);
  console.log(
    `  ${plural(stats.runs, 'run')}, ${stats.records.inconclusive} of the results inconclusive`,
  );
}

export function verifyCommand(options: CacheOptions & { readonly heal?: boolean }): void {
  const { heal = false } = options;
  const cache = open(options, !heal);
  const found = cache.verify({ heal });
  cache.close();
  const bad = found.tampered.length + found.damaged.length;
  if (options.json) console.log(JSON.stringify(found, null, 2));
  else {
    for (const { digest, path } of found.tampered)
      console.log(`content ${digest.slice(0, 12)} was changed: ${path}`);
    for (const { key, path } of found.damaged)
      console.log(`result ${key.slice(0, 12)} is damaged: ${path}`);
    const evicted =
      found.evicted.length === 0
        ? ''
        : `; ${plural(found.evicted.length, 'result')} without bytes, which will run again if needed`;
    console.log(
      `${plural(found.blobs, 'content')} and ${plural(found.records, 'result')} read: ${bad === 0 ? 'all sound' : `${bad} damaged; ${heal ? 'moved away, so that ' : ''}the next run makes them again`}${evicted}`,
    );
  }
  if (bad > 0 && !heal) throw new Failure('', EXIT.failed);
}

export function gcCommand(
  options: CacheOptions & {
    readonly keepRuns?: string;
    readonly maxSize?: string;
    readonly dryRun?: boolean;
  },
): void {
  const { keepRuns, maxSize, dryRun = false } = options;
  const choice = {
    ...(keepRuns !== undefined && { keepRuns: count('--keep-runs', keepRuns) }),
    ...(maxSize !== undefined && { maxSize: bytes(maxSize) }),
    dryRun,
  };
  const cache = open(options, false);
  const done = cache.gc(choice);
  cache.close();
  if (options.json) return void console.log(JSON.stringify(done, null, 2));
  const { removed, kept, leftovers } = done;
  console.log(
    `${dryRun ? 'would remove' : 'removed'} ${plural(removed.blobs, 'content')} (${formatBytes(removed.bytes)}) and ${plural(leftovers, 'leftover')}; ${plural(kept.blobs, 'content')} (${formatBytes(kept.bytes)}) ${dryRun ? 'would stay' : 'stay'}`,
  );
}

function open(options: CacheOptions, readOnly: boolean): Cache {
  const folder = cacheFolder(options);
  if (!existsSync(folder))
    throw new Failure(`there is no cache at ${folder}: nothing has run there yet`);
  return openCache(folder, { readOnly });
}

function count(option: string, text: string): number {
  if (!/^\d+$/.test(text))
    throw new Failure(`${option}: ${text} is no number of runs; write a count such as 10`);
  return Number(text);
}

const SIZES: { readonly [unit: string]: number } = { '': 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12 };

function bytes(text: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)\s*([kMGT]?)B?$/.exec(text) ?? [];
  if (number === undefined)
    throw new Failure(`--max-size: ${text} is no size; write bytes such as 500MB or 20GB`);
  return Math.round(Number(number) * SIZES[unit ?? '']!);
}
