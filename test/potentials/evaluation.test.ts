import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readFrames } from '../../physics/dft/frames.ts';
import {
  deviationAndError,
  energyError,
  forceError,
  predict,
  pressureError,
  rankCorrelation,
} from '../../physics/potentials/evaluation.ts';
import type { ForceField } from '../../physics/potentials/force-field.ts';
import type { Frame } from '../../physics/structure/frame.ts';

const frames = readFrames(
  readFileSync(
    new URL('../../workflows/data/fe-cr-c-pbe/polarised.extxyz', import.meta.url),
    'utf8',
  ),
);

/** Answers with the labels, off by what it is told. */
function offBy(
  all: readonly Frame[],
  off: { force: number; perAtom: number; elements?: string[] },
): ForceField {
  let next = 0;
  return {
    elements: off.elements ?? ['Fe', 'Cr', 'C'],
    cutoff: 5,
    setAtoms: () => {},
    compute: () => {
      const { species, labels } = all[next++]!;
      return {
        energy: labels.energy + off.perAtom * species.length,
        forces: labels.forces.map((force, k) => force + (k % 2 === 0 ? off.force : -off.force)),
        virial: labels.virial!,
        atomEnergies: new Float64Array(species.length),
        nearest: 2,
      };
    },
    setThreads: () => {},
    close: () => {},
  };
}

const evaluation = suite('errors on labelled frames');

evaluation('a constant error of every force component is the force error', () => {
  const predictions = predict([offBy(frames, { force: 0.2, perAtom: 0 })], frames);
  const error = forceError(predictions)!;
  assert.ok(Math.abs(error.value - 0.2) < 1e-12);
  assert.ok(error.error! < 1e-12);
  assert.is(error.frames, 34);
  assert.ok(error.labels > 0.8 && error.labels < 3, `labels ${error.labels}`);
  assert.ok(Math.abs(forceError(predictions, 'C')!.value - 0.2) < 1e-12);
});

evaluation('members count one by one, not as their mean', () => {
  const fields = [
    offBy(frames, { force: 0.2, perAtom: 0 }),
    offBy(frames, { force: -0.2, perAtom: 0 }),
  ];
  const predictions = predict(fields, frames);
  assert.ok(Math.abs(forceError(predictions)!.value - 0.2) < 1e-12);
  const { deviation, error } = deviationAndError(predictions[0]!);
  assert.ok(Math.abs(deviation - 0.2 * Math.sqrt(3)) < 1e-12);
  assert.ok(error < 1e-12);
});

evaluation('an offset per atom is an energy error, and none after the shift per element', () => {
  const predictions = predict([offBy(frames, { force: 0, perAtom: 0.35 })], frames);
  assert.ok(Math.abs(energyError(predictions, false)!.value - 0.35) < 1e-9);
  assert.ok(energyError(predictions, true)!.value < 1e-6);
  assert.ok(pressureError(predictions)!.value < 1e-12);
});

evaluation('below five frames there is a number of frames and no error bar', () => {
  const few = frames.slice(0, 4);
  const error = forceError(predict([offBy(few, { force: 0.1, perAtom: 0 })], few))!;
  assert.is(error.error, null);
  assert.is(error.frames, 4);
});

evaluation('an element that the potential does not know is refused by frame', () => {
  const withCarbon = frames.filter((frame) => frame.species.includes('C'));
  assert.throws(
    () =>
      predict([offBy(withCarbon, { force: 0, perAtom: 0, elements: ['Fe', 'Cr'] })], withCarbon),
    new RegExp(
      `^frame ${withCarbon[0]!.id} \\(.*\\) holds C, which the potential does not know; it knows Fe, Cr$`,
    ),
  );
});

evaluation('rank correlation of equal and reversed orders', () => {
  assert.is(rankCorrelation([1, 2, 3, 9], [2, 4, 5, 6]), 1);
  assert.is(rankCorrelation([1, 2, 3, 9], [6, 5, 4, 2]), -1);
  assert.ok(Number.isNaN(rankCorrelation([1, 2], [1, 2])));
});
evaluation.run();
