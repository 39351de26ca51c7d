import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import * as layout from '../../physics/kernels/assembly/force-layout.ts';
import { Pool } from '../../physics/kernels/pool.ts';
import { CandidateList } from '../../physics/neighbours/candidates.ts';
import { gaussian } from '../../physics/random.ts';
import { type Configuration, neighbours } from '../oracle/deep-potential.ts';
import { randomConfiguration } from '../oracle/random-model.ts';

const lists = suite('candidate lists');

interface Entry {
  readonly atom: number;
  readonly image: readonly [number, number, number];
  readonly back: number;
}

/** The list as plain data; `types` must ascend. */
function candidates(list: CandidateList, pool: Pool): Entry[][] {
  const { buffer } = pool.memory;
  const words = new Int32Array(buffer, list.record, layout.LIST_BYTES / 4);
  const view = new DataView(buffer);
  const { first } = list;
  return Array.from({ length: first.length - 1 }, (_, i) =>
    Array.from({ length: first[i + 1]! - first[i]! }, (_, k) => {
      const at = words[layout.N_CANDIDATES]! + layout.CANDIDATE_BYTES * (first[i]! + k);
      // A shift is 32 bytes, the image that it belongs to 8.
      const key = words[layout.N_IMAGE_KEYS]! + view.getInt32(at + layout.D_SHIFT, true) / 4;
      const image = (d: number) => view.getInt16(key + 2 * d, true);
      return {
        atom: view.getInt32(at + layout.D_ATOM, true),
        back: view.getInt32(words[layout.N_BACK]! + 4 * (first[i]! + k), true),
        image: [image(0), image(1), image(2)] as const,
      };
    }),
  );
}

function open({ types, positions, cell }: Configuration, cutoff: number) {
  const pool = new Pool('force', ['search']);
  const list = new CandidateList(pool, cutoff, { linked: true });
  list.setAtoms(
    new Uint8Array(types.length),
    Int32Array.from(types, (_, i) => i),
  );
  const update = (x: Float64Array, h: Float64Array = cell) => {
    for (let k = 0; k < x.length; k++) list.positions[4 * Math.floor(k / 3) + (k % 3)] = x[k]!;
    return list.update(h);
  };
  update(positions);
  return { pool, list, update };
}

/** Vectors of the candidates within the cut-off, as sorted text. */
function within(
  entries: readonly Entry[],
  i: number,
  x: Float64Array,
  h: Float64Array,
  cutoff: number,
) {
  return entries
    .map(({ atom, image: [p, q, s] }) =>
      [0, 1, 2].map(
        (d) => x[3 * atom + d]! - x[3 * i + d]! + p * h[d]! + q * h[3 + d]! + s * h[6 + d]!,
      ),
    )
    .filter((v) => v[0]! * v[0]! + v[1]! * v[1]! + v[2]! * v[2]! < cutoff * cutoff)
    .map((v) => v.map((value) => value.toFixed(6)).join(' '))
    .sort();
}

function isComplete(configuration: Configuration, list: readonly Entry[][], cutoff: number) {
  const { positions, cell } = configuration;
  neighbours(configuration, cutoff).forEach((expected, i) => {
    assert.equal(
      within(list[i]!, i, positions, cell, cutoff),
      expected.map(({ vector }) => vector.map((value) => value.toFixed(6)).join(' ')).sort(),
    );
  });
}

/** Sorted by (neighbour, image), and each entry's way back leads to its mirror. */
function isOrdered(list: readonly Entry[][]) {
  const flat = list.flatMap((entries, i) => entries.map((entry) => ({ i, ...entry })));
  list.forEach((entries, i) => {
    for (let k = 1; k < entries.length; k++) {
      const [a, b] = [entries[k - 1]!, entries[k]!];
      if (a.atom !== b.atom) assert.ok(a.atom < b.atom);
      else {
        const d = [0, 1, 2]
          .map((axis) => b.image[axis]! - a.image[axis]!)
          .find((value) => value !== 0)!;
        assert.ok(a.atom < i ? d < 0 : d > 0, 'images in order');
      }
    }
  });
  for (const [slot, { i, atom, image, back }] of flat.entries()) {
    const mirror = flat[back]!;
    assert.equal([mirror.i, mirror.atom, mirror.back], [atom, i, slot]);
    assert.equal(
      mirror.image.map((n) => -n + 0),
      image.map((n) => n + 0),
    );
  }
}

for (const [title, seed, atoms, volume] of [
  ['a cell far smaller than the cut-off', 1, 2, 10],
  ['a single atom and its images', 2, 1, 11],
  ['cells of training frames', 3, 16, 11],
  ['a cell with room for several bins', 4, 150, 11],
  ['a dilute gas', 5, 30, 500],
] as const) {
  lists(`hold every neighbour once, in order: ${title}`, () => {
    const configuration = randomConfiguration(seed, atoms, { volume });
    const { pool, list } = open(configuration, 5);
    const found = candidates(list, pool);
    isComplete(configuration, found, 5);
    isOrdered(found);
  });
}

lists('hold every neighbour of a cluster in an empty cell, denser than was expected', () => {
  const { types, positions } = randomConfiguration(11, 40, { volume: 6, apart: 1.2 });
  const cell = Float64Array.of(60, 0, 0, 9, 60, 0, 0, 9, 60);
  const cluster = { types, positions, cell };
  const { pool, list } = open(cluster, 5);
  const found = candidates(list, pool);
  assert.ok(list.most > 32, `${list.most}`);
  isComplete(cluster, found, 5);
  isOrdered(found);
});

lists('find the same neighbours however skewed the vectors are that span the crystal', () => {
  const configuration = randomConfiguration(10, 12);
  const rows = [0, 1, 2].map((k) => [...configuration.cell.subarray(3 * k, 3 * k + 3)]);
  const sum = (...parts: readonly (readonly [number, number])[]) =>
    [0, 1, 2].map((d) => parts.reduce((total, [n, row]) => total + n * rows[row]![d]!, 0));
  const cell = Float64Array.from([
    ...sum([1, 0]),
    ...sum([1, 1], [2, 0]),
    ...sum([1, 2], [-3, 0], [1, 1]),
  ]);
  const skewed = { ...configuration, cell };
  const { pool, list } = open(skewed, 4.5);
  const found = candidates(list, pool);
  isOrdered(found);
  neighbours(configuration, 4.5).forEach((expected, i) => {
    assert.equal(
      within(found[i]!, i, skewed.positions, cell, 4.5),
      expected.map(({ vector }) => vector.map((value) => value.toFixed(6)).join(' ')).sort(),
    );
  });
});

lists('stay complete while they are kept, in a moving and breathing cell', () => {
  const configuration = randomConfiguration(6, 60);
  const { pool, list, update } = open(configuration, 4);
  const positions = configuration.positions.slice();
  const cell = configuration.cell.slice();
  let kept = 0;
  for (let step = 0; step < 60; step++) {
    const scale = 1 + 0.004 * gaussian(1, 'breathing', step, 0);
    for (let k = 0; k < 9; k++) cell[k]! *= scale;
    for (let k = 0; k < positions.length; k++) {
      positions[k] = positions[k]! * scale + 0.03 * gaussian(1, 'walk', k, step);
    }
    if (!update(positions, cell)) kept += 1;
    if (step % 4 !== 3) continue;
    isComplete({ types: configuration.types, positions, cell }, candidates(list, pool), 4);
  }
  assert.ok(kept > 20 && kept < 60, `kept ${kept} times`);
});

lists('count images from the positions as given', () => {
  const configuration = randomConfiguration(7, 20);
  const positions = configuration.positions.slice();
  for (let i = 0; i < 20; i++) {
    const n = [(i % 5) - 2, (i * 7) % 40, -i];
    for (let d = 0; d < 3; d++)
      for (let k = 0; k < 3; k++) positions[3 * i + d]! += n[k]! * configuration.cell[3 * k + d]!;
  }
  const { pool, list, update } = open(configuration, 4);
  assert.ok(update(positions));
  const found = candidates(list, pool);
  const far = { ...configuration, positions };
  neighbours(configuration, 4).forEach((expected, i) => {
    assert.is(within(found[i]!, i, positions, far.cell, 4).length, expected.length);
  });
  isOrdered(found);
});

lists('give the same list on three threads', async () => {
  const configuration = randomConfiguration(8, 300);
  const { pool, list } = open(configuration, 4);
  const alone = candidates(list, pool);
  pool.setThreads(3);
  await new Promise((resolve) => setTimeout(resolve, 200));
  list.setAtoms(
    new Uint8Array(300),
    Int32Array.from({ length: 300 }, (_, i) => i),
  );
  configuration.positions.forEach((value, k) => {
    list.positions[4 * Math.floor(k / 3) + (k % 3)] = value;
  });
  assert.ok(list.update(configuration.cell));
  assert.equal(candidates(list, pool), alone);
  pool.close();
});

lists('refuse a flat cell and coordinates that are no numbers', () => {
  const configuration = randomConfiguration(9, 4);
  const { update } = open(configuration, 4);
  const flat = configuration.cell.slice();
  flat.set(flat.subarray(0, 3), 3);
  assert.throws(() => update(configuration.positions, flat), /its vectors span no space/);
  const broken = configuration.positions.slice();
  broken[4] = Number.NaN;
  assert.throws(() => update(broken), /atom 1 has a coordinate that is not finite \(NaN\)/);
});

lists.run();
