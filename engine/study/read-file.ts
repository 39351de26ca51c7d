/** Files of studies from disk: regular ones, and pipes and devices, which may never end. */
import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';

/** Bytes of a study or protocol at most. */
export const MOST_BYTES = 5_000_000;

/** The bytes of a file; of what is no regular file, one more than a study may have at most. */
export function readFile(path: string): Uint8Array {
  const file = openSync(path, 'r');
  try {
    const stat = fstatSync(file);
    if (stat.isFile() || stat.isDirectory()) return readFileSync(file);
    const bytes = new Uint8Array(MOST_BYTES + 1);
    let used = 0;
    for (let got = 1; got > 0 && used < bytes.length; used += got)
      got = readSync(file, bytes, used, bytes.length - used, null);
    return bytes.subarray(0, used);
  } finally {
    closeSync(file);
  }
}
