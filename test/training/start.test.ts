/** Where trainings start: statistics as DeePMD-kit's, room for neighbours, energies per element. */
import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { openDeepPotential } from '../../physics/potentials/deep/force-field.ts';
import type { Architecture, Model } from '../../physics/potentials/deep/model.ts';
import { predict } from '../../physics/potentials/evaluation.ts';
import type { Frame } from '../../physics/structure/frame.ts';
import { adaptedModel } from '../../physics/training/fine-tune.ts';
import { countsOf, initialModel } from '../../physics/training/initial.ts';
import { descriptorStatistics, neighbourRoom } from '../../physics/training/statistics.ts';
import { eachCount, surroundings } from '../../physics/training/surroundings.ts';
import { neighbours } from '../oracle/deep-potential.ts';
import { randomModel } from '../oracle/random-model.ts';
import { apart, largest, randomFrames, shipped, small } from './rig.ts';

const starts = suite('start of a training');

starts("has DeePMD-kit's own mean and deviations for its frames", () => {
  const fixture: {
    architecture: Architecture;
    member: { mean: number[]; deviation: number[]; angularDeviation: number[] };
    frames: { types: number[]; cell: number[]; positions: number[] }[];
  } = JSON.parse(readFileSync(new URL('../fixtures/deepmd/se_e2_a.json', import.meta.url), 'utf8'));
  const { architecture, member, frames } = fixture;
  const around = frames.map(({ types, cell, positions }, k) =>
    surroundings(
      {
        species: types.map((type) => architecture.elements[type]),
        positions: Float64Array.from(positions),
        cell: Float64Array.from(cell),
        labels: { energy: 0, forces: new Float64Array(positions.length), virial: null },
        id: String(k),
        group: 'fixture',
        spin: 'none',
      },
      architecture.elements,
      architecture.cutoff,
    ),
  );
  const found = descriptorStatistics(around, architecture);
  for (const name of ['mean', 'deviation', 'angularDeviation'] as const)
    assert.ok(apart(found[name], member[name]) < 1e-12 * largest(member[name]), name);
});

starts('finds every neighbour in cells smaller than the cut-off, by type', () => {
  const model = randomModel();
  const { elements, cutoff } = model.architecture;
  for (const frame of randomFrames(model, [1, 2, 6])) {
    const around = surroundings(frame, elements, cutoff);
    const expected = neighbours({ types: around.types, ...frame }, cutoff);
    eachCount(around, elements.length, (count, type, atom) => {
      const same = expected[atom].filter((neighbour) => neighbour.type === type);
      assert.is(count, same.length);
      const distances = same
        .map(({ vector: [x, y, z] }) => Math.sqrt(x * x + y * y + z * z))
        .sort((a, b) => a - b);
      const from = around.start[atom * elements.length + type];
      const found = around.distance.slice(from, from + count).sort();
      assert.ok(apart(found, distances) < 1e-12);
    });
  }
});

starts('leaves room for a third more neighbours than any atom has', () => {
  const { train } = shipped('nonmagnetic');
  const model = initialModel(train, small, 1, 1);
  const { elements, cutoff, sel } = model.architecture;
  assert.equal(elements, ['Fe', 'Cr', 'C']);
  const around = train.map((frame) => surroundings(frame, elements, cutoff));
  const most = [0, 0, 0];
  for (const frame of around)
    eachCount(frame, 3, (count, type) => {
      most[type] = Math.max(most[type], count);
    });
  assert.equal(
    sel,
    most.map((count) => Math.ceil((4 * count) / 3) + 4),
  );
  assert.equal(neighbourRoom(around, 3), sel);
});

starts('knows what its frames cover', () => {
  const { train } = shipped('nonmagnetic');
  const { range } = initialModel(train, small, 1, 1);
  assert.is(range.frames, train.length);
  const [low, high] = range.volume;
  assert.ok(low > 9.5 && low < 10.5 && high > 13.5 && high < 15.5, `${range.volume}`);
  const [iron, chromium, carbon] = range.fractions;
  assert.ok(iron[1] === 1 && chromium[0] === 0 && carbon[1] < 0.12);
  for (const [a, row] of range.nearest.entries())
    for (const [b, r] of row.entries())
      assert.ok(Math.abs((r ?? 0) - (range.nearest[b][a] ?? 0)) < 1e-12);
  assert.ok((range.nearest[0][0] ?? 0) > 1.8 && (range.nearest[0][2] ?? 9) < 1.9);
});

starts('puts energies per element where least squares puts them', () => {
  const { train } = shipped('nonmagnetic');
  const { architecture, members } = initialModel(train, small, 2, 1);
  const { bias } = members[0];
  assert.equal(bias, members[1].bias);
  assert.not.equal(members[0].fittings[0][0].weights, members[1].fittings[0][0].weights);
  const counts = countsOf(train, architecture.elements);
  const squares = (energies: ArrayLike<number>) =>
    train.reduce((sum, frame, k) => {
      const explained = counts[k].reduce((total, n, type) => total + n * energies[type], 0);
      return sum + (frame.labels.energy - explained) ** 2;
    }, 0);
  for (let type = 0; type < 3; type++)
    for (const shift of [-0.1, 0.1]) {
      const other = bias.slice();
      other[type] += shift;
      assert.ok(squares(other) > squares(bias));
    }
});

const model = randomModel({ sel: [60, 60, 60], members: 2 });

/** Energies of frames less what a member says. */
function missing(of: Model, member: number, frames: readonly Frame[]): number[] {
  const field = openDeepPotential(of, member, { compress: false });
  const found = predict([field], frames).map(
    ({ frame, energies }) => frame.labels.energy - energies[0],
  );
  field.close();
  return found;
}

starts('from a model keeps its statistics and nets, and shifts energies to the frames', () => {
  const shift = { Fe: -0.4, Cr: 0.3, C: 0 };
  const frames = randomFrames(model, [6, 9, 12, 8, 10]).map((frame): Frame => {
    const [field] = [openDeepPotential(model, 0, { compress: false })];
    const [{ energies }] = predict([field], [frame]);
    field.close();
    const extra = frame.species.reduce((sum, symbol) => sum + shift[symbol as 'Fe'], 0);
    const labels = { ...frame.labels, energy: energies[0] + extra };
    return { ...frame, labels, spin: 'collinear' };
  });
  const adapted = adaptedModel(model, frames);
  assert.is(adapted.spin, 'collinear');
  assert.is(adapted.range.frames, 5);
  assert.equal(adapted.architecture, model.architecture);
  adapted.members.forEach((member, k) => {
    const { bias, ...rest } = member;
    const { bias: before, ...same } = model.members[k];
    assert.equal(rest, same);
    assert.not.equal(bias, before);
  });
  // The ridge holds shifts together a little: most of each is found.
  const { bias } = adapted.members[0];
  const found = bias.map((value, type) => value - model.members[0].bias[type]);
  assert.ok(apart(found, [-0.4, 0.3, 0]) < 0.12, `${found}`);
  assert.ok(largest(missing(adapted, 0, frames)) < 0.4);
  assert.ok(largest(missing(model, 0, frames)) > 1);
});

starts('an element that the new frames lack takes the mean shift of an atom', () => {
  const frames = randomFrames(model, [7, 9, 5, 8]).map(
    (frame): Frame => ({
      ...frame,
      species: frame.species.map((symbol) => (symbol === 'C' ? 'Cr' : symbol)),
    }),
  );
  const adapted = adaptedModel(model, frames);
  adapted.members.forEach(({ bias }, k) => {
    const atoms = frames.reduce((sum, { species }) => sum + species.length, 0);
    const mean = missing(model, k, frames).reduce((sum, energy) => sum + energy, 0) / atoms;
    assert.ok(Math.abs(bias[2] - model.members[k].bias[2] - mean) < 1e-12 * Math.abs(mean));
  });
});

starts('from a model with embedding nets of pairs is refused', () => {
  const pairs = randomModel({ oneSide: false });
  assert.throws(
    () => adaptedModel(pairs, randomFrames(pairs, [4])),
    ({ name, message }: Error) =>
      name === 'TrainingError' &&
      message ===
        'the model has an embedding net for every pair of elements (type_one_side: false); a training can go on only from one net for each element',
  );
});

starts.run();
