/**
 * What is in force on this machine, and who says so: the command line before the environment
 * before the site file before what curie takes without any of them.
 */
import { availableParallelism, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { source } from '../study/diagnostic.ts';
import { readFile } from '../study/read-file.ts';
import { Failure } from './failure.ts';
import { projectRoot } from './places.ts';
import { type Fact, readSite, type Site } from './site-file.ts';

/** A fact and its source as `curie site` tells it. */
export interface InForce<T> {
  readonly value: T;
  readonly from: string;
}

/** Folder of the cache, absolute; it need not exist. */
export function cachePlace(option: string | undefined, site: Site): InForce<string> {
  const { CURIE_CACHE } = process.env;
  if (option !== undefined) return { value: resolve(option), from: '--cache' };
  if (CURIE_CACHE !== undefined) return { value: resolve(CURIE_CACHE), from: 'CURIE_CACHE' };
  return site.cache === undefined
    ? { value: join(projectRoot(), '.curie'), from: 'the folder of the project' }
    : inSite(site.cache);
}

/** The same for commands that know no study. */
export function cacheFolder({ cache }: { readonly cache?: string }): string {
  return cachePlace(cache, readSite()).value;
}

/** @param option  `--jobs` */
export function coresToUse(option: string | undefined, site: Site): InForce<number> {
  if (option !== undefined && !/^[1-9]\d{0,3}$/.test(option))
    throw new Failure(`--jobs: ${option} is no number of cores; write a count such as 2`);
  if (option !== undefined) return { value: Number(option), from: '--jobs' };
  return site.cores === undefined
    ? { value: availableParallelism(), from: 'this machine' }
    : inSite(site.cores);
}

/** MB. */
export function memoryToUse(site: Site): InForce<number> {
  return site.memory === undefined
    ? {
        value: Math.min(process.constrainedMemory() || Number.POSITIVE_INFINITY, totalmem()) / 1e6,
        from: 'this machine',
      }
    : inSite(site.memory);
}

/** Devices as `--gpus` names them, among those that CUDA_VISIBLE_DEVICES leaves. */
export function gpusToUse(option: string | undefined, site: Site): InForce<string> {
  if (option !== undefined) return { value: option, from: '--gpus' };
  if (process.env.CUDA_VISIBLE_DEVICES !== undefined)
    return { value: 'all', from: 'CUDA_VISIBLE_DEVICES' };
  return site.gpus === undefined ? { value: 'all', from: 'this machine' } : inSite(site.gpus);
}

function inSite<T>({ value, span }: Fact<T>): InForce<T> {
  const { file, line, column } = source(span, readFile);
  return { value, from: `${file}:${line}:${column}` };
}
