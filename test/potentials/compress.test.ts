import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runEmbedding, tableAt, tabulate } from '../../physics/potentials/deep/compress.ts';
import { openDeepPotential } from '../../physics/potentials/deep/force-field.ts';
import type { Net } from '../../physics/potentials/deep/model.ts';
import { checkTables } from '../../physics/potentials/deep/table-check.ts';
import { uniform } from '../../physics/random.ts';
import { runNet } from '../oracle/deep-potential.ts';
import { randomConfiguration, randomModel } from '../oracle/random-model.ts';

const tables = suite('tables of embedding nets');

const model = randomModel({ embedding: [16, 32, 64], axis: 8, fitting: [60, 60] });
const net = model.members[0]!.embeddings[1]!;

/** The same net with its first weights scaled: it varies faster. */
const sharper = (factor: number): Net =>
  net.map((layer, l) =>
    l === 0 ? { ...layer, weights: layer.weights.map((weight) => factor * weight) } : layer,
  );

for (const tolerance of [1e-9, 1e-12]) {
  tables(`meet the net everywhere within ${tolerance}`, () => {
    for (const factor of [0.2, 1, 10]) {
      const steep = sharper(factor);
      const table = tabulate(steep, -0.7, 13, tolerance);
      for (let k = 0; k < 3000; k++) {
        const s = -0.7 + 13.7 * uniform(1, 'input', k, 0);
        const expected = runEmbedding(steep, s);
        const found = tableAt(table, s);
        for (let m = 0; m < 64; m++) {
          assert.ok(Math.abs(found[m]! - expected[m]!) < 2 * tolerance, `${factor} at ${s}`);
        }
      }
    }
  });
}

tables('start from the net as the definition has it', () => {
  for (const s of [-0.6, 0, 0.3, 7]) {
    const found = runEmbedding(net, s);
    runNet(net, [s], false).forEach((value, m) => {
      assert.ok(Math.abs(value - found[m]!) < 1e-14);
    });
  }
});

tables('join without a step', () => {
  const table = tabulate(sharper(4), -0.7, 13, 1e-9);
  const { frames } = table;
  assert.ok(frames.length / 2 > 4, 'several intervals');
  for (let k = 0; k + 2 < frames.length; k += 2) {
    const end = frames[k]! + 1 / frames[k + 1]!;
    const [left, right] = [tableAt(table, end - 1e-13), tableAt(table, end + 1e-13)];
    for (let m = 0; m < 64; m++) assert.ok(Math.abs(left[m]! - right[m]!) < 2e-12);
  }
});

tables('say so when a net is too sharp for them', () => {
  assert.throws(() => tabulate(sharper(3000), -0.7, 13, 1e-12), /too sharply to be tabulated/);
});

for (const oneSide of [true, false]) {
  const kind = oneSide ? 'of neighbour types' : 'of pairs of types';
  tables(`give energies and forces of nets ${kind}: 1e-9 eV/atom in f64, 1e-7 in f32`, () => {
    const sel = [80, 80, 80];
    const shape = { embedding: [16, 32, 64], axis: 8, fitting: [60, 60], sel, oneSide };
    const big = randomModel(shape);
    for (const [precision, bound, forceBound] of [
      ['f64', 1e-9, 1e-9],
      ['f32', 1e-7, 1e-5],
    ] as const) {
      const [table, exact] = [true, false].map((compress) =>
        openDeepPotential(big, 0, { precision, compress }),
      );
      for (let seed = 30; seed < 34; seed++) {
        const { types, positions, cell } = randomConfiguration(seed, 60, { apart: 1.2 });
        const found = [table!, exact!].map((field) => {
          field.setAtoms(Uint8Array.from(types));
          const { energy, forces } = field.compute(positions, cell);
          return { energy, forces: forces.slice() };
        });
        assert.ok(Math.abs(found[0]!.energy - found[1]!.energy) / 60 < bound);
        found[0]!.forces.forEach((force, k) => {
          assert.ok(Math.abs(force - found[1]!.forces[k]!) < forceBound);
        });
      }
    }
  });
}

for (const [title, options] of [
  ['of neighbour types', { sel: [90, 60, 30] }],
  ['of pairs, with less room than the cell needs', { oneSide: false, sel: [6, 5, 4] }],
] as const)
  tables(`are checked at random points: ${title}`, () => {
    const checked = randomModel({
      embedding: [16, 32, 64],
      axis: 8,
      fitting: [60, 60],
      ...options,
    });
    const { from, to, errors } = checkTables(checked, 0);
    assert.equal([from, to], [0.8, 4.5]);
    for (const { tolerance, channel, intervals } of Object.values(errors)) {
      assert.ok(channel > tolerance / 100 && channel < 2 * tolerance, `${channel}`);
      assert.is(intervals.length, checked.members[0]!.embeddings.length);
    }
    assert.ok(errors.f64.energy < 1e-9 && errors.f64.energy > 0, `${errors.f64.energy}`);
    assert.ok(errors.f32.energy > errors.f64.energy, 'f32 counts its rounding');
    assert.ok(errors.f32.energy < 1e-6 && errors.f32.force < 1e-3);
  });

tables.run();
