/** Binary trajectories: what is written is read, and a torn file up to where it is whole. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { cloneState, type State } from '../../physics/dynamics/state.ts';
import {
  frameEncoder,
  openTrajectory,
  type Source,
  type TrajectoryFormat,
  trajectoryHeader,
} from '../../physics/dynamics/trajectory.ts';
import { gaussian } from '../../physics/random.ts';
import { fcc } from '../oracle/lattices.ts';
import { withPeer } from '../peers.ts';

const trajectories = suite('trajectories');

/** Five frames of 32 atoms of two elements, moving in a cell that breathes. */
const states: State[] = Array.from({ length: 5 }, (_, frame) => {
  const state = cloneState(fcc(2, 3.6, ['Fe', 'C']));
  for (let i = 0; i < 32; i += 3) state.types[i] = 1;
  state.step = 10 * frame;
  for (let k = 0; k < 9; k++) state.cell[k]! *= 1 + 0.01 * frame;
  for (let k = 0; k < 96; k++) {
    state.positions[k]! += gaussian(1, 'walk', k, frame);
    state.velocities[k] = 0.01 * gaussian(1, 'speed', k, frame);
  }
  return state;
});

function fileOf(format: TrajectoryFormat): Uint8Array {
  const encode = frameEncoder(format);
  const frames = states.map((state) => encode(state, [state.step, 2.5 * state.step]).slice());
  return Buffer.concat([trajectoryHeader(format), ...frames]);
}
const sourceOf = (bytes: Uint8Array): Source => ({
  size: bytes.length,
  read: (offset, length) => bytes.slice(offset, offset + length),
});
const formatOf = (precision: 'f32' | 'f64', velocities: boolean): TrajectoryFormat => ({
  elements: ['Fe', 'C'],
  types: states[0]!.types,
  precision,
  velocities,
  scalars: ['step', 'time_fs'],
});

for (const precision of ['f32', 'f64'] as const)
  for (const velocities of [true, false])
    trajectories(
      `${precision}${velocities ? ' with velocities' : ''}: any frame is read back`,
      () => {
        const format = formatOf(precision, velocities);
        const bytes = fileOf(format);
        const read = openTrajectory(sourceOf(bytes));
        assert.equal(read.format, { ...format, types: Array.from(format.types) });
        assert.is(read.frames, 5);
        assert.is(trajectoryHeader(format).length % 8, 0);
        const kept = (values: Float64Array) =>
          precision === 'f64' ? values : Float64Array.from(Float32Array.from(values));
        for (const k of [4, 0, 2]) {
          const state = states[k]!;
          const frame = read.frame(k);
          assert.equal(frame.scalars, Float64Array.of(state.step, 2.5 * state.step));
          assert.equal(frame.cell, state.cell);
          assert.equal(frame.positions, kept(state.positions));
          assert.equal(frame.velocities, velocities ? kept(state.velocities) : null);
        }
        assert.throws(() => read.frame(5), 'there is no frame 5: the trajectory has 5');
      },
    );

trajectories('a file that was cut ends with its last whole frame', () => {
  const bytes = fileOf(formatOf('f32', false));
  assert.is(openTrajectory(sourceOf(bytes.subarray(0, bytes.length - 1))).frames, 4);
  assert.is(openTrajectory(sourceOf(trajectoryHeader(formatOf('f32', false)))).frames, 0);
});

trajectories('a long header is found, and what is none is refused', () => {
  const types = new Uint8Array(40_000);
  const read = openTrajectory(sourceOf(trajectoryHeader({ ...formatOf('f32', false), types })));
  assert.is(read.format.types.length, 40_000);
  const refused = (text: string | Uint8Array, pattern: string) =>
    assert.throws(() => openTrajectory(sourceOf(Buffer.from(text))), pattern);
  refused('', 'this is no trajectory');
  refused('curie-model 1\n', 'this is no trajectory');
  refused('curie-trajectory 2\n{}\n', 'the trajectory has version 2; this curie reads version 1');
  refused('curie-trajectory 1\n{"elements"', 'the trajectory is cut off in its header');
  refused('curie-trajectory 1\n{"elements": 3}\n', 'the header of the trajectory cannot be read');
});

withPeer(trajectories, 'python', 'the Python of docs/dynamics.md reads them', (python) => {
  const text = readFileSync(new URL('../../docs/dynamics.md', import.meta.url), 'utf8');
  const code = /```python\n(.*?)```/s.exec(text)![1]!;
  const folder = mkdtempSync(join(tmpdir(), 'curie-trajectory-'));
  // 31 atoms in f32 need zeros at each frame's end.
  const fewer = { ...formatOf('f32', true), types: states[0]!.types.subarray(0, 31) };
  for (const format of [formatOf('f64', false), fewer]) {
    writeFileSync(join(folder, 'trajectory.traj'), fileOf(format));
    const print =
      "print(json.dumps([f.tolist() for f in (frames['scalars'], frames['cell'], frames['positions'][:, -1])]))";
    const printed = execFileSync(python, ['-c', `${code}${print}`], {
      cwd: folder,
      encoding: 'utf8',
    });
    const [scalars, cells, last] = JSON.parse(printed);
    assert.equal(
      scalars,
      [0, 25, 50, 75, 100].map((time) => [time / 2.5, time]),
    );
    states.forEach((state, k) => {
      assert.equal(cells[k].flat(), [...state.cell]);
      const at = 3 * (format.types.length - 1);
      const kept = [...state.positions.subarray(at, at + 3)];
      assert.equal(last[k], format.precision === 'f64' ? kept : kept.map(Math.fround));
    });
  }
  rmSync(folder, { recursive: true });
});

trajectories.run();
