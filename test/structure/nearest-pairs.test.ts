import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { nearestPairs, pairIndex } from '../../physics/structure/nearest-pairs.ts';
import { neighbours } from '../oracle/deep-potential.ts';
import { randomConfiguration } from '../oracle/random-model.ts';

const pairs = suite('nearest pairs');

pairs('are the smallest distances of each pair of elements, rare and far ones too', () => {
  const configuration = randomConfiguration(3, 60, { types: 3 });
  const types = Uint8Array.from(configuration.types, (type) => (type === 0 ? 0 : 1));
  // Two atoms of a third element and one of a fourth, wherever they are.
  types[0] = types[31] = 2;
  types[17] = 3;
  const found = new Float64Array(15);
  nearestPairs({ ...configuration, types }, 5, found);
  const expected = new Float64Array(15).fill(Number.POSITIVE_INFINITY);
  neighbours({ ...configuration, types }, 11).forEach((near, i) => {
    for (const { type, vector } of near) {
      const pair = pairIndex(types[i]!, type, 5);
      // An atom's images of itself, which are a cell away, are no pair.
      const r = Math.hypot(...vector);
      if (r < 7) expected[pair] = Math.min(expected[pair]!, r);
    }
  });
  for (const [pair, distance] of expected.entries())
    if (Number.isFinite(distance)) assert.ok(Math.abs(found[pair]! - distance) < 1e-12, `${pair}`);
  assert.ok(
    Number.isFinite(found[pairIndex(2, 2, 5)]!) && Number.isFinite(found[pairIndex(2, 3, 5)]!),
  );
  assert.is(found[pairIndex(3, 3, 5)], Number.POSITIVE_INFINITY);
  assert.is(found[pairIndex(0, 4, 5)], Number.POSITIVE_INFINITY);
});

pairs.run();
