/** Where the files of a project and of this machine are. */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, relative } from 'node:path';

/** The nearest folder from here up that has a cache; this one where none has. */
export function projectRoot(): string {
  const here = process.cwd();
  for (let folder = here; ; folder = dirname(folder)) {
    if (existsSync(join(folder, '.curie', 'layout.json'))) return folder;
    if (folder === dirname(folder)) return here;
  }
}

export type Environment = { readonly [name: string]: string | undefined };

/** CURIE_SITE, or `curie/site.yaml` in the user's folder of settings. */
export function sitePath(environment: Environment): string {
  const settings = environment.XDG_CONFIG_HOME || join(homedir(), '.config');
  return environment.CURIE_SITE || join(settings, 'curie', 'site.yaml');
}

/** A path as the user would type it from here. */
export function shownPath(path: string): string {
  const near = relative(process.cwd(), path);
  return near.startsWith('../..') ? path : near === '' ? '.' : near;
}
