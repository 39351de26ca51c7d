/**
 * Atom-steps per second of force calls as molecular dynamics makes them: atoms at 2000 K speeds,
 * 2 fs steps, lists made again as they move. bcc Fe-Cr with 76 neighbours within 6 Å (44 within
 * 5 Å); nets 16-32-64, axis 8, fitting 120x3, f32, random weights: speed does not depend on them.
 * Beside it DeePMD-kit's own LAMMPS (f64) with a model of the same sizes, where .peers has it.
 *
 *   node bench/md-speed.ts [seconds per row, 2] [--no-peer]
 *
 * On 2 cores (AMD EPYC, Zen 4), thousands of atom-steps/s, 1 and 2 threads:
 *
 *     tables, 5 Å: 128 atoms 67, 126; 800 atoms 69, 128
 *     tables, 6 Å: 128 atoms 63, 114; 1,024 atoms 64, 126   DeePMD-kit 3.2: 10.5, 20.9
 *     nets,   6 Å: 128 atoms 22,  42; 1,024 atoms 21,  42   DeePMD-kit 3.2:  3.3,  6.4
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BOLTZMANN, MASS_VELOCITY2_TO_EV, MASSES } from '../physics/constants.ts';
import {
  type DeepPotentialOptions,
  openDeepPotential,
} from '../physics/potentials/deep/force-field.ts';
import { gaussian, uniform } from '../physics/random.ts';
import { randomModel } from '../test/oracle/random-model.ts';

const seconds = Number(process.argv[2] ?? 2) || 2;
const LATTICE = 2.87;
const sizes = {
  embedding: [16, 32, 64],
  axis: 8,
  fitting: [120, 120, 120],
  sel: [110, 60, 30],
} as const;

interface Crystal {
  readonly types: Uint8Array;
  readonly positions: Float64Array;
  readonly edges: readonly [number, number, number];
}

function crystal(cells: readonly [number, number, number]): Crystal {
  const positions: number[] = [];
  for (let x = 0; x < cells[0]; x++)
    for (let y = 0; y < cells[1]; y++)
      for (let z = 0; z < cells[2]; z++)
        for (const half of [0, 0.5])
          positions.push((x + half) * LATTICE, (y + half) * LATTICE, (z + half) * LATTICE);
  const types = Uint8Array.from({ length: positions.length / 3 }, (_, i) =>
    uniform(1, 'element', i, 0) < 0.2 ? 1 : 0,
  );
  const [a, b, c] = cells;
  return {
    types,
    positions: Float64Array.from(positions),
    edges: [a * LATTICE, b * LATTICE, c * LATTICE],
  };
}

/** Å moved in a step of 2 fs at 2000 K, of each atom along each axis. */
function strides({ types }: Crystal): Float64Array {
  return Float64Array.from({ length: 3 * types.length }, (_, k) => {
    const mass = MASSES[types[Math.floor(k / 3)] === 0 ? 'Fe' : 'Cr']!;
    const speed = Math.sqrt((BOLTZMANN * 2000) / (mass * MASS_VELOCITY2_TO_EV));
    return 2 * speed * gaussian(1, 'velocity', k, 0);
  });
}

async function ours(
  system: Crystal,
  cutoff: number,
  { compress, precision, threads }: Required<DeepPotentialOptions>,
) {
  const model = randomModel({ ...sizes, cutoff, timeStep: false });
  const field = openDeepPotential(model, 0, { compress, precision, threads });
  field.setAtoms(system.types);
  const cell = Float64Array.of(system.edges[0], 0, 0, 0, system.edges[1], 0, 0, 0, system.edges[2]);
  const x = system.positions.slice();
  const stride = strides(system);
  // Atoms swing to and fro: 20 steps each way from the middle, as far as in the liquid.
  let step = 0;
  const move = () => {
    const sign = Math.floor((step + 20) / 40) % 2 === 0 ? 1 : -1;
    for (let k = 0; k < x.length; k++) x[k]! += sign * stride[k]!;
    step++;
    field.compute(x, cell);
  };
  // Helpers start in the background, and compilers take a while to make up their minds.
  await new Promise((resolve) => setTimeout(resolve, 200));
  for (const begin = performance.now(); performance.now() - begin < 400; ) move();
  const speeds: number[] = [];
  for (const begin = performance.now(); performance.now() - begin < 1000 * seconds; ) {
    const start = performance.now();
    let moves = 0;
    do {
      move();
      moves++;
    } while (performance.now() - start < 100);
    speeds.push((1000 * moves * system.types.length) / (performance.now() - start));
  }
  field.close();
  return speeds.sort((a, b) => a - b);
}

const thousands = (value: number) => `${(value / 1000).toFixed(1)}k`.padStart(7);
const table = (cells: readonly (string | number)[]) =>
  console.log(cells.map((cell) => String(cell).padStart(11)).join(''));

console.log('atom-steps/s: median (best) of spells of 0.1 s; other programs on the machine show');
table(['cut-off', 'atoms', 'threads', 'form', 'nets in', 'median', 'best']);
for (const cutoff of [5, 6]) {
  for (const cells of [
    [4, 4, 4],
    [8, 4, 4],
    [5, 5, 16],
    [8, 8, 8],
    [16, 16, 8],
  ] as const) {
    const system = crystal(cells);
    for (const [compress, precision] of [
      [true, 'f32'],
      [false, 'f32'],
      [true, 'f64'],
      [false, 'f64'],
    ] as const) {
      if (cutoff === 5 && !(compress && precision === 'f32')) continue;
      for (const threads of [1, 2]) {
        const speeds = await ours(system, cutoff, { compress, precision, threads });
        table([
          `${cutoff} Å`,
          system.types.length,
          threads,
          compress ? 'tables' : 'nets',
          precision,
          thousands(speeds[Math.floor(speeds.length / 2)]!),
          thousands(speeds.at(-1)!),
        ]);
      }
    }
  }
}

const peers = fileURLToPath(new URL('../.peers/bin/', import.meta.url));
if (process.argv.includes('--no-peer')) process.exit();
if (!existsSync(join(peers, 'dp'))) {
  console.log('no DeePMD-kit in .peers: run .ci/peers to compare with it');
  process.exit();
}

/** Trains DeePMD-kit for one step on one made-up frame, which gives a model of our sizes. */
function peerModels(folder: string): void {
  const { types, positions, edges } = crystal([2, 2, 2]);
  const data = join(folder, 'data');
  mkdirSync(join(data, 'set.000'), { recursive: true });
  writeFileSync(join(data, 'type.raw'), [...types].join('\n'));
  writeFileSync(join(data, 'type_map.raw'), 'Fe\nCr\nC\n');
  const arrays = {
    box: [edges[0], 0, 0, 0, edges[1], 0, 0, 0, edges[2]],
    coord: [...positions.map((value, k) => value + 0.1 * gaussian(1, 'frame', k, 0))],
    force: [...positions.map((_, k) => gaussian(1, 'force', k, 0))],
    energy: [-8 * types.length],
  };
  const script = `import json, numpy as np
for name, values in json.loads(${JSON.stringify(JSON.stringify(arrays))}).items():
    np.save("data/set.000/" + name + ".npy", np.array(values).reshape(1, -1) if name != "energy" else np.array(values))
`;
  writeFileSync(join(folder, 'data.py'), script);
  const descriptor = {
    type: 'se_e2_a',
    rcut: 6,
    rcut_smth: 0.5,
    sel: sizes.sel,
    neuron: sizes.embedding,
    axis_neuron: sizes.axis,
    type_one_side: true,
    seed: 1,
  };
  const input = {
    model: {
      type_map: ['Fe', 'Cr', 'C'],
      descriptor,
      fitting_net: { neuron: sizes.fitting, resnet_dt: false, seed: 1 },
    },
    learning_rate: { type: 'exp', start_lr: 1e-3, stop_lr: 1e-5, decay_steps: 10 },
    loss: { type: 'ener' },
    training: {
      training_data: { systems: ['data'], batch_size: 1 },
      numb_steps: 1,
      disp_freq: 1,
      save_freq: 1,
      seed: 1,
    },
  };
  writeFileSync(join(folder, 'input.json'), JSON.stringify(input));
  run('python3', ['data.py'], folder);
  run('dp', ['train', 'input.json'], folder);
  run('dp', ['freeze', '-o', 'net.pb'], folder);
  run('dp', ['compress', '-i', 'net.pb', '-o', 'table.pb', '-t', 'input.json'], folder);
}

function run(program: string, args: readonly string[], folder: string): string {
  const env = {
    ...process.env,
    PATH: `${peers}:${process.env.PATH}`,
    OMP_NUM_THREADS: '1',
    TF_INTRA_OP_PARALLELISM_THREADS: '1',
    TF_INTER_OP_PARALLELISM_THREADS: '1',
    DP_INTRA_OP_PARALLELISM_THREADS: '1',
    DP_INTER_OP_PARALLELISM_THREADS: '1',
  };
  return execFileSync(join(peers, program), args, {
    cwd: folder,
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Atom-steps/s of DeePMD-kit's LAMMPS. Atoms fly freely: random weights would tear them apart. */
function peerSpeed(folder: string, system: Crystal, model: string, ranks: number): number {
  const { types, positions, edges } = system;
  const data = [
    'bcc Fe-Cr\n',
    `${types.length} atoms\n3 atom types\n`,
    ...['x', 'y', 'z'].map((axis, d) => `0 ${edges[d]} ${axis}lo ${axis}hi`),
    '\nAtoms # atomic\n',
    ...Array.from(
      types,
      (type, i) => `${i + 1} ${type + 1} ${positions.subarray(3 * i, 3 * i + 3).join(' ')}`,
    ),
  ];
  writeFileSync(join(folder, 'atoms.data'), `${data.join('\n')}\n`);
  const steps = Math.max(10, Math.ceil(30_000 / types.length));
  const script = `units metal
atom_style atomic
read_data atoms.data
mass 1 55.845
mass 2 51.996
mass 3 12.011
pair_style deepmd ${model}
pair_coeff * * Fe Cr C
neighbor 1.0 bin
velocity all create 2000 1
fix still all setforce 0 0 0
fix move all nve
timestep 0.002
run 3
run ${steps}
`;
  writeFileSync(join(folder, 'in.lmp'), script);
  const log = run(
    'mpiexec.hydra',
    ['-n', String(ranks), join(peers, 'lmp'), '-in', 'in.lmp'],
    folder,
  );
  const times = [...log.matchAll(/Loop time of ([\d.e+-]+) on/g)].map((match) => Number(match[1]));
  return (steps * types.length) / times.at(-1)!;
}

const folder = mkdtempSync(join(tmpdir(), 'curie-md-speed-'));
try {
  peerModels(folder);
  console.log('DeePMD-kit with its LAMMPS, f64, one thread a rank');
  table(['cut-off', 'atoms', 'ranks', 'form', 'speed']);
  for (const cells of [
    [8, 4, 4],
    [8, 8, 8],
    [16, 16, 8],
  ] as const) {
    const system = crystal(cells);
    for (const [form, model] of [
      ['tables', 'table.pb'],
      ['nets', 'net.pb'],
    ] as const) {
      for (const ranks of [1, 2]) {
        const speed = peerSpeed(folder, system, model, ranks);
        table(['6 Å', system.types.length, ranks, form, thousands(speed)]);
      }
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
