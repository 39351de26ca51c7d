/** What cache tests share: a fresh folder, and records with little to say. */
import { mkdtempSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type ActionRecord,
  type Cache,
  type Committed,
  type Content,
  digestOf,
  type Json,
  openCache,
  type RecordedOutput,
} from '../../cache/index.ts';
import type { Life } from '../../cache/lease.ts';
import { ownIdentity } from '../../cache/process.ts';

export function freshFolder(): string {
  return realpathSync(mkdtempSync(join(tmpdir(), 'curie-cache-')));
}

export function freshCache(): Cache {
  return openCache(join(freshFolder(), 'cache'));
}

export function actionNamed(name: string): { readonly action: Json; readonly key: string } {
  const action = { test: name };
  return { action, key: digestOf(action) };
}

/** A record of the action called `name` with artifacts and, if wanted, one value. */
export function recordFor(
  name: string,
  artifacts: { readonly [output: string]: Content },
  value?: Json,
): ActionRecord {
  const outputs: { [output: string]: RecordedOutput } = {};
  for (const [output, { digest, size }] of Object.entries(artifacts))
    outputs[output] = { kind: 'artifact', digest, size, type: 'bytes', extension: 'bin' };
  if (value !== undefined) outputs.value = { kind: 'value', value, digest: digestOf(value) };
  return {
    schema: 'curie/record@1',
    ...actionNamed(name),
    outcome: 'done',
    outputs,
    warnings: [],
    provenance: {
      started: '2026-11-24T09:00:00.000Z',
      seconds: 1,
      threads: 1,
      host: {},
      curie: '0.1.0',
    },
  };
}

/** Does the action called `name`, which gives `text` as its output `out`. */
export async function perform(cache: Cache, name: string, text: string): Promise<Committed> {
  const lease = await cache.waitForLease(actionNamed(name).key);
  try {
    const out = await cache.addBytes(Buffer.from(text));
    return await cache.commit(recordFor(name, { out }), lease);
  } finally {
    lease.release();
  }
}

/** The text that a hit of the action called `name` restores, or why there is none. */
export function restored(cache: Cache, name: string, read: (path: string) => Uint8Array): string {
  const found = cache.find(actionNamed(name).key);
  if (found.kind === 'miss') return found.reason;
  const out = found.record.outputs.out;
  if (out?.kind !== 'artifact') return 'no artifact';
  return `= ${Buffer.from(read(cache.pathOf(out.digest))).toString()}`;
}

/** The error that a promise rejects with. */
export async function failureOf(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error) return error;
    throw new Error(`no Error was thrown but ${String(error)}`);
  }
  throw new Error('nothing was thrown');
}

let strangers = 0;

/**
 * The life of another process on this machine, dead for all who look: its process number is
 * beyond what Linux gives out. With `elsewhere` it runs where it cannot be seen.
 */
export function otherLife(elsewhere?: { readonly bootId: string }): Life {
  strangers += 1;
  const pid = 5_000_000 + strangers;
  return {
    identify: (nonce) => ({ ...ownIdentity(nonce), pid, startTime: '1', ...elsewhere }),
    beat: () => () => {},
  };
}
