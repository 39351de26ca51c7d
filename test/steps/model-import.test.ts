import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Artifact } from '../../engine/step.ts';
import { readFrames, writeFrames } from '../../physics/dft/frames.ts';
import { decodeModel } from '../../physics/potentials/deep/model-file.ts';
import { nativeModel } from '../../physics/potentials/deepmd/export.ts';
import { encodeDp } from '../../physics/potentials/deepmd/hdf5.ts';
import { run as evaluate } from '../../steps/evaluate/run.ts';
import { run } from '../../steps/model-import/run.ts';
import { openPotential } from '../../steps/potential.ts';
import { randomModel } from '../oracle/random-model.ts';
import { taskContext } from './context.ts';

const importing = suite('model-import');

const at = (path: string | URL): Artifact => ({
  path: typeof path === 'string' ? path : path.pathname,
  digest: '',
  size: 0,
});
const fixture = (name: string) => at(new URL(`../fixtures/deepmd/${name}`, import.meta.url));
const shipped = at(
  new URL('../../workflows/data/fe-cr-c-pbe/equation-of-state.extxyz', import.meta.url),
);
const nonmagnetic = readFrames(readFileSync(shipped.path, 'utf8')).filter(
  ({ spin }) => spin === 'none',
);

/** Frames of one treatment in a file. */
function framesFile(folder: string): Artifact {
  const path = join(folder, 'frames.extxyz');
  writeFileSync(path, writeFrames(nonmagnetic));
  return at(path);
}

async function message(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    assert.ok(error instanceof Error && error.name === 'StepError', String(error));
    return error.message;
  }
  return 'no error';
}

importing('makes a model that knows its frames, and that other steps take', async () => {
  const task = taskContext();
  const frames = framesFile(task.folder);
  const outcome = await run({ files: [fixture('one-side.dp')], frames: [frames] }, task);
  assert.is(outcome.kind, 'done');
  const path = join(task.folder, 'model.curie');
  const model = decodeModel(readFileSync(path));
  assert.is(model.spin, 'none');
  assert.is(model.range.frames, nonmagnetic.length);
  assert.is(model.shortRange, null);
  assert.equal(outcome.outputs?.summary, {
    members: 1,
    spin: 'none',
    elements: ['Fe', 'Cr', 'C'],
    cutoff_A: 4,
    sel: [60, 45, 25],
    embedding: [3, 6, 12],
    axis: 3,
    fitting: [10, 10, 10],
  });
  const judged = await evaluate({ potential: at(path), frames: [frames] }, taskContext());
  assert.is(judged.kind, 'done');
});

importing('a committee, from files that say themselves what they were trained on', async () => {
  const task = taskContext();
  const model = { ...randomModel({ members: 2 }), spin: 'collinear' as const };
  const files = await Promise.all(
    model.members.map(async (_, k) => {
      const path = join(task.folder, `${k}.dp`);
      writeFileSync(path, await encodeDp(nativeModel(model, k, '0.0.0')));
      return at(path);
    }),
  );
  await run({ files, frames: undefined }, task);
  assert.equal(decodeModel(readFileSync(join(task.folder, 'model.curie'))), model);
});

importing('refuses what does not fit together, and training frames that nobody names', async () => {
  const task = taskContext();
  const frames = [framesFile(task.folder)];
  const both = [fixture('one-side.dp'), fixture('pairs.yaml')];
  assert.is(
    await message(run({ files: both, frames }, task)),
    'model 2 differs from model 1 in the widths of the fitting nets: 12, 8 instead of 10, 10, 10; members of a committee share them',
  );
  assert.is(
    await message(run({ files: [fixture('one-side.dp')], frames: undefined }, task)),
    'a model of DeePMD-kit does not say what it was trained on: give the frames, by which simulations tell where it may be trusted',
  );
  assert.match(
    await message(run({ files: [fixture('one-side.dp')], frames: [shipped] }, task)),
    /their energies do not belong to one surface/,
  );
  assert.is(
    await message(openPotential(fixture('one-side.dp'))),
    'one-side.dp is a model of DeePMD-kit; a step that uses model-import makes one of curie of it',
  );
});

importing.run();
