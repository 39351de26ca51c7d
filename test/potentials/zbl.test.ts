import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { pairRepulsion, repulsionAt } from '../../physics/potentials/zbl.ts';

const zbl = suite('short-range repulsion');

zbl('vanishes at the outer cut-off with its slope and curvature', () => {
  const pair = pairRepulsion('Fe', 'C', 1, 1.7);
  for (const r of [1.7 - 1e-4, 1.7, 2]) {
    const [energy, slope] = repulsionAt(pair, r);
    assert.ok(Math.abs(energy) < 1e-9 && Math.abs(slope) < 1e-4);
  }
});

zbl('has the slope of its energy, and no jump at the inner cut-off', () => {
  const pair = pairRepulsion('Fe', 'Cr', 1, 2);
  for (const r of [0.5, 0.999999, 1.000001, 1.3, 1.7, 1.99]) {
    const h = 1e-6;
    const difference = (repulsionAt(pair, r + h)[0] - repulsionAt(pair, r - h)[0]) / (2 * h);
    assert.ok(Math.abs(difference - repulsionAt(pair, r)[1]) < 1e-5 * Math.abs(difference) + 1e-6);
  }
});

zbl('is the bare screened repulsion at short distance, up to a constant', () => {
  const pair = pairRepulsion('C', 'C', 1, 1.35);
  // ZBL of two carbon atoms: a = 0.4685/(2·6^0.23).
  const a = 0.4685 / (2 * 6 ** 0.23);
  const bare = (r: number) => {
    const x = r / a;
    const phi =
      0.18175 * Math.exp(-3.1998 * x) +
      0.50986 * Math.exp(-0.94229 * x) +
      0.28022 * Math.exp(-0.4029 * x) +
      0.02817 * Math.exp(-0.20162 * x);
    return ((36 * 14.399645478425668) / r) * phi;
  };
  const difference = bare(0.3) - bare(0.8);
  assert.ok(Math.abs(repulsionAt(pair, 0.3)[0] - repulsionAt(pair, 0.8)[0] - difference) < 1e-9);
});

zbl.run();
