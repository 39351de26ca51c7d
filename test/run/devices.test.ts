/** GPUs: which there are, and that nobody ever gets what another one has. */
import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Cache, openCache } from '../../cache/index.ts';
import { findDevices, type Grant, takeShare } from '../../engine/run/devices.ts';
import { otherLife } from '../cache/rig.ts';

const devices = suite('devices');

let folder: string;
devices.before.each(() => {
  folder = mkdtempSync(join(tmpdir(), 'curie-gpu-'));
});
devices.after.each(() => rmSync(folder, { recursive: true, force: true }));

// ── Which there are ─────────────────────────────────────────────────────────────────────────

const A = 'GPU-6e3f7a10-0000-4000-8000-00000000000a';
const B = 'GPU-6e3f7b20-0000-4000-8000-00000000000b';
const C = 'GPU-91c04c30-0000-4000-8000-00000000000c';
const present = () => [A, B, C];

function found(wanted: string, visible?: string): string[] {
  return findDevices(
    wanted,
    visible === undefined ? {} : { CUDA_VISIBLE_DEVICES: visible },
    present,
  );
}

devices('are all that there are, none, or those named by number or by UUID', () => {
  assert.equal(found('all'), [A, B, C]);
  assert.equal(found('none'), []);
  assert.equal(found('1'), [B]);
  assert.equal(found('2, 0'), [C, A]);
  assert.equal(found(`${B},GPU-91c0`), [B, C]);
  assert.equal(found('1,1'), [B]);
});

devices('of an inherited CUDA_VISIBLE_DEVICES are the only ones', () => {
  assert.equal(found('all', '2,1'), [C, B]);
  assert.equal(found('all', C), [C]);
  assert.equal(found('all', ''), []);
  // CUDA stops at the first name that it does not know.
  assert.equal(found('all', '1,7,0'), [B]);
  assert.equal(found('all', '-1'), []);
  assert.equal(found('0', '2,1'), [C], 'numbers count what may be used');
  assert.throws(() => found('2', '2,1'), /there is no device 2; devices that may be used: 0 \(/);
  assert.throws(() => found(A, C), /there is no device GPU-6e3f7a10/);
});

devices('that do not exist are an error that lists those that do', () => {
  assert.throws(
    () => found('3'),
    (error: Error) =>
      error.message ===
      `there is no device 3; devices that may be used: 0 (${A}), 1 (${B}), 2 (${C})`,
  );
  assert.throws(() => findDevices('0', {}, () => []), /devices that may be used: none$/);
});

function withProgram(text: string | undefined, use: () => void): void {
  const { PATH } = process.env;
  try {
    if (text !== undefined) {
      writeFileSync(join(folder, 'nvidia-smi'), text);
      chmodSync(join(folder, 'nvidia-smi'), 0o755);
    }
    process.env.PATH = folder;
    use();
  } finally {
    process.env.PATH = PATH;
  }
}

devices('are asked of nvidia-smi', () => {
  const asked = join(folder, 'asked');
  const script = `#!/bin/sh\necho "$@" > ${asked}\necho ' ${A}'\necho '${B}'\necho\n`;
  withProgram(script, () => assert.equal(findDevices('all', {}), [A, B]));
  assert.is(readFileSync(asked, 'utf8'), '--query-gpu=uuid --format=csv,noheader\n');
  withProgram('#!/bin/sh\nexit 9\n', () => assert.equal(findDevices('all', {}), []));
});

devices('are none where there is no nvidia-smi', () => {
  withProgram(undefined, () => assert.equal(findDevices('all', {}), []));
});

// ── Who has them ────────────────────────────────────────────────────────────────────────────

function open(): Cache {
  return openCache(join(folder, 'cache'), { life: otherLife() });
}

/** Takes what it can of one share after the other. */
function taken(cache: Cache, list: readonly string[], ...shares: readonly number[]): string {
  return shares.map((share) => takeShare(share, list, cache)?.device ?? '-').join(' ');
}

devices('are shared by fractions that fit', () => {
  const cases: readonly (readonly [readonly number[], string])[] = [
    [[0.5, 0.5, 0.5], 'a a b'],
    [[0.6, 0.6, 0.6], 'a b -'],
    [[1 / 3, 1 / 3, 1 / 3, 1 / 3], 'a a a b'],
    [[0.6, 0.4, 0.4, 0.6, 0.1], 'a a b b -'],
    [[0.5, 1, 0.5, 1], 'a b a -'],
    // No device alone has as much left, although two together have.
    [[0.6, 0.6, 0.5], 'a b -'],
    [[0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1], 'a a a a a a a a a a b'],
  ];
  for (const [shares, expected] of cases) {
    const cache = open();
    assert.is(taken(cache, ['a', 'b'], ...shares), expected, shares.join(' '));
    cache.close();
  }
});

devices('are free again when they are given back, and when their holder has died', () => {
  const cache = open();
  const grant = takeShare(1, ['a'], cache) as Grant;
  assert.is(taken(cache, ['a'], 0.1), '-');
  grant.release();
  assert.is(taken(cache, ['a'], 0.5), 'a');
  // `otherLife` is a process that is dead for all others.
  const next = open();
  assert.is(taken(next, ['a'], 1), 'a');
  next.close();
});

devices('are taken whole or not at all: a refused share leaves nothing behind', () => {
  const cache = open();
  assert.is(taken(cache, ['a'], 0.5, 0.6, 0.6, 0.5), 'a - - a');
  cache.close();
});

devices('never overlap among processes on one cache', async () => {
  const script = fileURLToPath(new URL('device-child.ts', import.meta.url));
  const log = join(folder, 'log');
  writeFileSync(log, '');
  openCache(join(folder, 'cache')).close();
  const wishes = ['0.5', '0.6 0.25', '1', `${1 / 3} 1`];
  await Promise.all(
    wishes.map(async (shares) => {
      const args = [script, join(folder, 'cache'), log, 'a,b', shares, '15'];
      const child = spawn(process.execPath, args, { stdio: 'inherit' });
      const code = await new Promise((resolve) => child.on('close', resolve));
      assert.is(code, 0);
    }),
  );
  const used = new Map<string, number>();
  const most = new Map<string, number>();
  const lines = readFileSync(log, 'utf8').trim().split('\n');
  assert.is(lines.length, 2 * 15 * wishes.length);
  for (const line of lines) {
    const [device, share] = line.split(' ') as [string, string];
    const sum = (used.get(device) ?? 0) + Number(share);
    assert.ok(sum <= 1 + 1e-9, `${sum} of ${device} in use`);
    used.set(device, sum);
    most.set(device, Math.max(most.get(device) ?? 0, sum));
  }
  assert.equal([...most.keys()].sort(), ['a', 'b'], 'both were in use');
});

devices.run();
