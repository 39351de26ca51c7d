import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Model } from '../../physics/potentials/deep/model.ts';
import { encodeModel } from '../../physics/potentials/deep/model-file.ts';
import { run } from '../../steps/evaluate/run.ts';
import { randomModel } from '../oracle/random-model.ts';
import { taskContext } from './context.ts';

const data = new URL('../../workflows/data/fe-cr-c-pbe/', import.meta.url);
const file = (name: string) => ({ path: new URL(name, data).pathname, digest: '', size: 0 });

function artifact(model: Model) {
  const path = join(mkdtempSync(join(tmpdir(), 'curie-')), 'model.curie');
  writeFileSync(path, encodeModel(model));
  return { path, digest: '', size: 0 };
}

const evaluating = suite('evaluate');
const both = [file('nonmagnetic.extxyz'), file('polarised.extxyz')];

evaluating('reports each spin treatment apart, with tables, parity and deviations', async () => {
  const potential = artifact(randomModel({ members: 2, fitting: [12, 12], sel: [90, 90, 90] }));
  const outcome = await run({ potential, frames: both }, taskContext());
  assert.is(outcome.kind, 'done');
  const errors = outcome.outputs?.errors as {
    [spin: string]: {
      force_eV_per_A: { value: number; error: number; labels: number; frames: number };
      force_by_element: { [element: string]: { frames: number } | null };
      deviation_error_rank_correlation: number;
    };
  };
  assert.equal(Object.keys(errors), ['none', 'collinear']);
  const own = errors.none!.force_eV_per_A;
  assert.is(outcome.outputs?.force_rmse, own.value);
  assert.ok(own.frames > 50 && own.error > 0 && own.error < own.value);
  assert.ok(own.labels > 0.5 && own.labels < 5);
  assert.equal(Object.keys(errors.collinear!.force_by_element), ['Fe', 'Cr', 'C']);
  assert.ok(Math.abs(errors.none!.deviation_error_rank_correlation) <= 1);
  assert.equal(
    outcome.figures?.map(({ id }) => id),
    [
      'errors',
      'forces-none',
      'energies-none',
      'forces-collinear',
      'energies-collinear',
      'deviation',
    ],
  );
  for (const figure of outcome.figures ?? []) {
    if (figure.kind !== 'plot') continue;
    for (const { x, y } of figure.series) {
      assert.is(x.length, y.length);
      assert.ok(x.length > 0 && [...x, ...y].every(Number.isFinite), figure.id);
    }
  }
});

evaluating('gives the same numbers again', async () => {
  const potential = artifact(randomModel({ members: 2, sel: [90, 90, 90] }));
  const [one, two] = [
    await run({ potential, frames: [both[1]!] }, taskContext()),
    await run({ potential, frames: [both[1]!] }, taskContext()),
  ];
  assert.is(JSON.stringify(one), JSON.stringify(two));
});

evaluating('names the frame that a model cannot answer for', async () => {
  const potential = artifact(randomModel({ sel: [20, 90, 90] }));
  try {
    await run({ potential, frames: both }, taskContext());
    assert.unreachable();
  } catch (error) {
    assert.is((error as Error).name, 'StepError');
    assert.match(
      (error as Error).message,
      /^frame \S+ \(\w+\): atom \d+ \(Fe\) has \d+ Fe neighbours within 4.5 Å, more than the 20 /,
    );
  }
});

evaluating('names an element that the model does not know', async () => {
  const potential = artifact(randomModel({ elements: ['Fe', 'C'] }));
  try {
    await run({ potential, frames: both }, taskContext());
    assert.unreachable();
  } catch (error) {
    assert.is((error as Error).name, 'StepError');
    assert.match(
      (error as Error).message,
      /^frame \S+ \(\w+\) holds Cr, which the potential does not know; it knows Fe, C$/,
    );
  }
});

evaluating.run();
