/** Tests that compare with another program run where it is installed, and say so where it is not. */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Test } from 'uvu';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Path of a program, or undefined: `dp` and DeePMD-kit's `lmp` live in `.peers/bin`. */
export function peer(
  name: 'lmp' | 'dp' | 'deepmd-lmp' | 'chromium' | 'ninja' | 'python',
): string | undefined {
  const local = { dp: 'dp', 'deepmd-lmp': 'lmp', python: 'python' }[name as string];
  if (local !== undefined) {
    const path = join(root, '.peers', 'bin', local);
    return existsSync(path) ? path : undefined;
  }
  const folders = (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => !folder.includes('.peers'));
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

/**
 * Registers a test that needs a program. Without it the test counts as skipped and the runner
 * lists it by name.
 */
export function withPeer<T>(
  suite: Test<T>,
  name: Parameters<typeof peer>[0],
  title: string,
  body: (path: string) => void | Promise<void>,
): void {
  const path = peer(name);
  if (path === undefined) {
    console.log(`SKIPPED ${title} (no ${name})`);
    suite.skip(title, () => {});
  } else {
    suite(title, () => body(path));
  }
}
