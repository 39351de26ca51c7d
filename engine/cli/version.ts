/** The version of curie, from its package file. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export function version(): string {
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    try {
      const about: { readonly version: string } = JSON.parse(
        readFileSync(join(folder, 'package.json'), 'utf8'),
      );
      return about.version;
    } catch (error) {
      if (folder === dirname(folder)) throw error;
    }
  }
}
