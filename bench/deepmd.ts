/** DeePMD-kit's `dp train` on the same frames, for benchmarks that stand beside it. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Prediction } from '../physics/potentials/evaluation.ts';
import type { Frame } from '../physics/structure/frame.ts';
import type { Shape } from '../physics/training/initial.ts';
import type { Prefactors, Ramp } from '../physics/training/schedule.ts';

const programs = fileURLToPath(new URL('../.peers/bin/', import.meta.url));

export const deepmdIsThere = () => existsSync(join(programs, 'dp'));

/** A training with one embedding net for each element. */
export interface DeepmdTraining {
  readonly frames: readonly Frame[];
  readonly elements: readonly string[];
  readonly shape: Shape;
  /** Most neighbours, one an element. */
  readonly sel: readonly number[];
  readonly batch: number;
  readonly updates: number;
  readonly rate: Ramp;
  readonly prefactors: Prefactors;
  readonly seed: number;
  /** Updates between two readings of its clock. */
  readonly display: number;
  readonly precision?: 'f32' | 'f64';
}

/** A frame's atoms sorted by type, as one row of numbers for each of DeePMD-kit's arrays. */
function sorted({ species, positions, cell, labels }: Frame, elements: readonly string[]) {
  const order = [...species.keys()].sort(
    (a, b) => elements.indexOf(species[a]) - elements.indexOf(species[b]) || a - b,
  );
  const rows = (values: Float64Array) =>
    order.flatMap((atom) => [...values.subarray(3 * atom, 3 * atom + 3)]);
  return {
    types: order.map((atom) => elements.indexOf(species[atom])),
    arrays: {
      box: [...cell],
      coord: rows(positions),
      force: rows(labels.forces),
      virial: [...(labels.virial ?? new Float64Array(9))],
      energy: [labels.energy],
    },
  };
}

/** One system for each composition, with at least `batch` frames: short ones are repeated. */
function writeSystems(
  folder: string,
  { frames, elements, batch }: DeepmdTraining,
): readonly string[] {
  const systems = new Map<string, ReturnType<typeof sorted>[]>();
  for (const frame of frames) {
    const row = sorted(frame, elements);
    const key = row.types.join('');
    systems.set(key, [...(systems.get(key) ?? []), row]);
  }
  return [...systems.values()].map((found, n) => {
    const rows = Array.from(
      { length: Math.max(batch, found.length) },
      (_, k) => found[k % found.length],
    );
    const path = join(folder, `system-${n}`);
    mkdirSync(join(path, 'set.000'), { recursive: true });
    writeFileSync(join(path, 'type.raw'), rows[0].types.join('\n'));
    writeFileSync(join(path, 'type_map.raw'), elements.join('\n'));
    writeFileSync(join(path, 'rows.json'), JSON.stringify(rows.map(({ arrays }) => arrays)));
    return path;
  });
}

const ARRAYS = `import json, numpy as np, sys
for path in sys.argv[1:]:
    rows = json.load(open(path + "/rows.json"))
    for name in rows[0]:
        values = np.array([row[name] for row in rows])
        np.save(path + "/set.000/" + name + ".npy", values[:, 0] if name == "energy" else values)
`;

const PREDICTIONS = `import json
from deepmd.infer import DeepPot
import numpy as np
potential = DeepPot("model.pb")
found = []
for frame in json.load(open("frames.json")):
    energy, forces, virial = potential.eval(
        np.reshape(frame["positions"], (1, -1)), np.reshape(frame["cell"], (1, -1)), frame["types"]
    )[:3]
    found.append([np.ravel(values).tolist() for values in (energy, forces, virial)])
json.dump(found, open("predictions.json", "w"))
`;

/** Runs one of DeePMD-kit's programs on two threads; what it says. */
function run(folder: string, program: string, args: readonly string[]): string {
  return execFileSync('sh', ['-c', '"$0" "$@" 2>&1', join(programs, program), ...args], {
    cwd: folder,
    env: {
      ...process.env,
      PATH: `${programs}:${process.env.PATH}`,
      OMP_NUM_THREADS: '2',
      TF_INTRA_OP_PARALLELISM_THREADS: '2',
      TF_INTER_OP_PARALLELISM_THREADS: '1',
      DP_INTRA_OP_PARALLELISM_THREADS: '2',
      DP_INTER_OP_PARALLELISM_THREADS: '1',
    },
    encoding: 'utf8',
    maxBuffer: 1e9,
  });
}

/** Its name and version. */
export const deepmdVersion = () => run('.', 'dp', ['--version']).trim().split('\n').at(-1) ?? '';

/**
 * Trains in an empty folder; the model stays there.
 *
 * @returns seconds of each `display` updates, by its own clock; starting the program is not in them
 */
export function trainDeepmd(folder: string, training: DeepmdTraining): readonly number[] {
  const { shape, rate, prefactors, updates, seed } = training;
  const systems = writeSystems(folder, training);
  writeFileSync(join(folder, 'arrays.py'), ARRAYS);
  run(folder, 'python3', ['arrays.py', ...systems]);
  const precision = training.precision === 'f64' ? 'float64' : 'float32';
  const input = {
    model: {
      type_map: training.elements,
      descriptor: {
        type: 'se_e2_a',
        rcut: shape.cutoff,
        rcut_smth: shape.inner,
        sel: training.sel,
        neuron: shape.embedding,
        axis_neuron: shape.axis,
        type_one_side: true,
        precision,
        seed,
      },
      fitting_net: { neuron: shape.fitting, resnet_dt: false, precision, seed },
    },
    learning_rate: {
      type: 'exp',
      start_lr: rate.start,
      stop_lr: rate.end,
      decay_steps: 1,
      smooth: true,
    },
    loss: {
      type: 'ener',
      start_pref_e: prefactors.energy.start,
      limit_pref_e: prefactors.energy.end,
      start_pref_f: prefactors.force.start,
      limit_pref_f: prefactors.force.end,
      start_pref_v: prefactors.virial.start,
      limit_pref_v: prefactors.virial.end,
    },
    training: {
      training_data: { systems, batch_size: training.batch },
      numb_steps: updates,
      disp_freq: training.display,
      save_freq: updates,
      seed,
    },
  };
  writeFileSync(join(folder, 'input.json'), JSON.stringify(input));
  const log = run(folder, 'dp', ['train', 'input.json']);
  return [...log.matchAll(/total wall time = ([\d.]+) s/g)].map(([, time]) => Number(time));
}

/** What the model that was trained in the folder says of frames, by DeePMD-kit itself. */
export function predictDeepmd(
  folder: string,
  elements: readonly string[],
  frames: readonly Frame[],
): Prediction[] {
  run(folder, 'dp', ['freeze', '-o', 'model.pb']);
  const asked = frames.map(({ species, positions, cell }) => ({
    types: species.map((symbol) => elements.indexOf(symbol)),
    positions: [...positions],
    cell: [...cell],
  }));
  writeFileSync(join(folder, 'frames.json'), JSON.stringify(asked));
  writeFileSync(join(folder, 'predictions.py'), PREDICTIONS);
  run(folder, 'python3', ['predictions.py']);
  const found: [number[], number[], number[]][] = JSON.parse(
    readFileSync(join(folder, 'predictions.json'), 'utf8'),
  );
  return frames.map((frame, k) => {
    const [energy, forces, virial] = found[k];
    return {
      frame,
      energies: energy,
      forces: [Float64Array.from(forces)],
      virials: [Float64Array.from(virial)],
    };
  });
}
