/** The working folder of a program: what it holds at the start and at the end. */
import { chmodSync, constants, copyFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Artifact } from '../../step.ts';

/** Writes the texts and copies the files in, by copy-on-write where the file system can; the program may change them. */
export function stage(
  files: { readonly [name: string]: Pick<Artifact, 'path'> },
  texts: { readonly [name: string]: string },
  folder: string,
): void {
  for (const [name, text] of Object.entries(texts)) writeFileSync(join(folder, name), text);
  for (const [name, { path }] of Object.entries(files)) {
    const place = join(folder, name);
    mkdirSync(dirname(place), { recursive: true });
    copyFileSync(path, place, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
    chmodSync(place, 0o644);
  }
}

/** Names of all files below the folder, by code unit. */
export function filesIn(folder: string): readonly string[] {
  const found: string[] = [];
  const open = [''];
  for (let prefix = open.pop(); prefix !== undefined; prefix = open.pop())
    for (const entry of readdirSync(join(folder, prefix), { withFileTypes: true }))
      if (entry.isDirectory()) open.push(`${prefix}${entry.name}/`);
      else found.push(prefix + entry.name);
  return found.sort();
}
