import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { tanh } from '../../physics/elementary.ts';
import { Pool } from '../../physics/kernels/pool.ts';

const kernels = suite('kernel building blocks');
const precisions = [
  { bits: 32, array: Float32Array, tolerance: 3e-6, lanes: 4 },
  { bits: 64, array: Float64Array, tolerance: 1e-13, lanes: 2 },
] as const;

function filled(pool: Pool, array: Float32ArrayConstructor | Float64ArrayConstructor, n: number) {
  const at = pool.allocate(n * array.BYTES_PER_ELEMENT);
  const { buffer } = pool.memory;
  const values =
    array === Float32Array ? new Float32Array(buffer, at, n) : new Float64Array(buffer, at, n);
  return { at, values };
}

for (const { bits, array, tolerance, lanes } of precisions) {
  kernels(`multiplies matrices of any number of rows in f${bits}`, () => {
    const pool = new Pool('algebra', []);
    for (const [rows, cols, depth] of [
      [1, lanes, 1],
      [3, 2 * lanes, 5],
      [4, 8, 7],
      [5, 12, 40],
      [17, 24, 33],
    ] as const) {
      const a = filled(pool, array, rows * depth);
      const b = filled(pool, array, depth * cols);
      const c = filled(pool, array, rows * cols);
      for (let k = 0; k < a.values.length; k++) a.values[k] = ((k * 37) % 101) / 50 - 1;
      for (let k = 0; k < b.values.length; k++) b.values[k] = ((k * 53) % 97) / 48 - 1;
      pool.call(`gemm${bits}`, rows, cols, depth, a.at, b.at, c.at);
      for (let r = 0; r < rows; r++)
        for (let j = 0; j < cols; j++) {
          let sum = 0;
          for (let k = 0; k < depth; k++) sum += a.values[r * depth + k]! * b.values[k * cols + j]!;
          assert.ok(
            Math.abs(sum - c.values[r * cols + j]!) < tolerance * depth,
            `${rows}x${cols}x${depth}`,
          );
        }
    }
  });

  kernels(`multiplies with a transpose in f${bits}`, () => {
    const pool = new Pool('algebra', []);
    for (const [rows, cols, depth] of [
      [1, 4, lanes],
      [2, 8, 8],
      [5, 12, 40],
      [17, 24, 32],
    ] as const) {
      const a = filled(pool, array, rows * depth);
      const b = filled(pool, array, cols * depth);
      const c = filled(pool, array, rows * cols);
      for (let k = 0; k < a.values.length; k++) a.values[k] = ((k * 37) % 101) / 50 - 1;
      for (let k = 0; k < b.values.length; k++) b.values[k] = ((k * 53) % 97) / 48 - 1;
      pool.call(`transposed${bits}`, rows, cols, depth, a.at, b.at, c.at);
      for (let r = 0; r < rows; r++)
        for (let j = 0; j < cols; j++) {
          let sum = 0;
          for (let k = 0; k < depth; k++)
            sum += a.values[r * depth + k]! * b.values[j * depth + k]!;
          assert.ok(
            Math.abs(sum - c.values[r * cols + j]!) < tolerance * depth,
            `${rows}x${cols}x${depth}`,
          );
        }
    }
  });

  kernels(`has a tanh that is bounded and right to a few ulp in f${bits}`, () => {
    const pool = new Pool('algebra', []);
    const x = filled(pool, array, 4000);
    for (let k = 0; k < 4000; k++) {
      const t = (k - 2000) / 200;
      x.values[k] = t * t * t;
    }
    const before = Float64Array.from(x.values);
    pool.call(`tanh${bits}`, x.at, x.values.length);
    const epsilon = bits === 32 ? 5e-7 : 1e-15;
    before.forEach((argument, k) => {
      const expected = tanh(argument);
      assert.ok(Math.abs(x.values[k]! - expected) <= epsilon * Math.abs(expected), `${argument}`);
      assert.ok(Math.abs(x.values[k]!) <= 1);
    });
  });
}

kernels('no thread passes a barrier before all have reached it', async () => {
  const pool = new Pool('algebra', ['meet']);
  pool.setThreads(3);
  await new Promise((resolve) => setTimeout(resolve, 200));
  const rounds = 500;
  const words = pool.allocate(8);
  const counts = pool.allocate(4 * rounds);
  const early = pool.allocate(4);
  pool.run('meet', words, counts, early, rounds);
  assert.is(new Int32Array(pool.memory.buffer, early, 1)[0], 0);
  const seen = new Int32Array(pool.memory.buffer, counts, rounds);
  assert.ok(seen[0]! >= 1 && seen.every((count) => count === seen[0]));
  pool.close();
});

kernels.run();
