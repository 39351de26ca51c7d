/** Which devices a run may use, and what a step sees of them; `nvidia-smi` is a script here. */
import { mkdirSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { expectRefusal, type Trial, trial } from './rig.ts';

const gpus = suite('devices');

let at: Trial;
let env: { readonly PATH: string };
gpus.before(() => {
  at = trial();
  mkdirSync(at.path('bin'));
  at.write('bin/nvidia-smi', '#!/bin/sh\necho GPU-aaaa\necho GPU-bbbb\n', 0o755);
  env = { PATH: `${at.path('bin')}:${process.env.PATH}` };
  at.write(
    'study.yaml',
    `curie: v1
study: toy
steps:
  see:
    uses: exec
    matrix: { k: [1, 2, 3] }
    with: { command: [sh, -c, 'sleep 0.{values.k}; echo $CUDA_VISIBLE_DEVICES > seen'], values: { k: $matrix.k } }
    outputs: { seen: { file: seen, type: lines } }
    resources: { gpu: 1 }
`,
  );
});
gpus.after(() => at.close());

/** The device that each task saw. */
async function seen(args: readonly string[], more: { readonly [name: string]: string } = {}) {
  const called = await at.curie(['run', 'study.yaml', '--force', 'see', '--jobs', '4', ...args], {
    env: { ...env, ...more },
  });
  assert.is(called.code, 0, called.stdout + called.stderr);
  return [1, 2, 3].map((k) => at.read(`results/toy/see/${k}/seen.dat`).trim());
}

gpus('each task sees the one device that it was given', async () => {
  const devices = await seen([]);
  assert.ok(devices.every((device) => ['GPU-aaaa', 'GPU-bbbb'].includes(device)));
  assert.is(new Set(devices.slice(0, 2)).size, 2, 'two at once on two devices');
});

gpus('--gpus and CUDA_VISIBLE_DEVICES choose', async () => {
  assert.equal(await seen(['--gpus', '1']), Array(3).fill('GPU-bbbb'));
  assert.equal(await seen(['--gpus', 'GPU-a']), Array(3).fill('GPU-aaaa'));
  assert.equal(await seen([], { CUDA_VISIBLE_DEVICES: '1' }), Array(3).fill('GPU-bbbb'));
});

gpus('a device that is not there, or none, is refused', async () => {
  const call = (wanted: string, more: { readonly [name: string]: string } = {}) =>
    at.curie(['run', 'study.yaml', '--gpus', wanted], { env: { ...env, ...more } });
  expectRefusal(
    at,
    await call('2'),
    '--gpus: there is no device 2; devices that may be used: 0 (GPU-aaaa), 1 (GPU-bbbb)\n',
  );
  expectRefusal(
    at,
    await call('1', { CUDA_VISIBLE_DEVICES: 'GPU-aaaa' }),
    '--gpus: there is no device 1; devices that may be used: 0 (GPU-aaaa)\n',
  );
  expectRefusal(
    at,
    await call('none'),
    `study.yaml:4:3: see asks for a GPU, and this machine has none that may be used: run it where there is one, or leave out resources.gpu
4 |   see:
  |   ^^^
`,
  );
});

gpus.run();
