/**
 * Compiled copies of files: for tests that start very many processes, because types take half of
 * a start, and for comparing code without its comments and types.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Folder with JavaScript of the files (paths from the repository's root) and all that they import. */
export function compiled(...files: readonly string[]): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'curie-compiled-')));
  const config = {
    extends: join(root, 'tsconfig.json'),
    compilerOptions: {
      noEmit: false,
      noCheck: true,
      removeComments: true,
      types: [],
      rootDir: root,
      outDir: folder,
    },
    include: [],
    files: files.map((file) => join(root, file)),
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  execFileSync(join(root, 'node_modules/.bin/tsc'), ['-p', join(folder, 'tsconfig.json')]);
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}
