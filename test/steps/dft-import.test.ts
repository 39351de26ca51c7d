import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readFrames } from '../../physics/dft/frames.ts';
import { run } from '../../steps/dft-import/run.ts';
import { taskContext } from './context.ts';

const data = new URL('../../workflows/data/fe-cr-c-pbe/', import.meta.url);
const file = (name: string) => ({ path: new URL(name, data).pathname, digest: '', size: 0 });
const defaults = { split: 'by-geometry', test: 0.18, validation: 0.15, split_seed: 12 } as const;

const importing = suite('dft-import');

importing('splits the shipped frames without a geometry on two sides', async () => {
  const sides = new Map<string, string>();
  for (const [name, spin] of [
    ['nonmagnetic.extxyz', 'none'],
    ['polarised.extxyz', 'collinear'],
  ] as const) {
    const task = taskContext();
    const outcome = await run({ ...defaults, files: [file(name)], spin }, task);
    assert.is(outcome.kind, 'done');
    for (const part of ['train', 'validation', 'test']) {
      for (const frame of readFrames(readFileSync(join(task.folder, `${part}.extxyz`), 'utf8'))) {
        assert.is(sides.get(frame.id) ?? part, part, `geometry ${frame.id}`);
        sides.set(frame.id, part);
      }
    }
  }
  assert.is(sides.size, 114);
});

importing('split: none hands on the frames alone', async () => {
  const outcome = await run(
    { ...defaults, split: 'none', files: [file('equation-of-state.extxyz')], spin: 'mixed' },
    taskContext(),
  );
  assert.equal(Object.keys(outcome.outputs ?? {}).sort(), ['frames', 'summary']);
});

async function message(text: string): Promise<string> {
  const path = join(mkdtempSync(join(tmpdir(), 'curie-')), 'mine.extxyz');
  writeFileSync(path, text);
  try {
    await run({ ...defaults, files: [{ path, digest: '', size: 0 }], spin: 'none' }, taskContext());
  } catch (error) {
    assert.is((error as Error).name, 'StepError');
    return (error as Error).message;
  }
  return 'no error';
}

importing('a mistake in the file is told with file and line', async () => {
  assert.is(
    await message(
      '1\nLattice="3 0 0 0 3 0 0 0 3" Properties=species:S:1:pos:R:3 energy=-1\nFe 0 0 0\n',
    ),
    'mine.extxyz:2: the frame has no forces (forces:R:3 in Properties, eV/Å)',
  );
});

importing('one geometry twice is refused', async () => {
  const frame =
    '1\nLattice="3 0 0 0 3 0 0 0 3" Properties=species:S:1:pos:R:3:forces:R:3 energy=-1\nFe 0 0 0 0 0 0\n';
  assert.match(
    await message(frame + frame),
    /^frame_id [0-9a-f]{16} \(spin=none\) occurs twice; ids must be unique at one level of theory$/,
  );
});

importing('a part without frames is refused', async () => {
  const frame =
    '1\nLattice="3 0 0 0 3 0 0 0 3" Properties=species:S:1:pos:R:3:forces:R:3 energy=-1\nFe 0 0 0 0 0 0\n';
  assert.match(
    await message(frame),
    /^the \w+ part of 1 frames is empty; raise its share, choose another split_seed, or say split: none$/,
  );
});
importing.run();
