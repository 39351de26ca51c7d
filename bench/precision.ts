/**
 * Whether nets in f32 are enough: density and viscosity of liquid iron at 2000 K with the first
 * member of a model, as the study measures them, with forces in f32 and in f64. Both must agree
 * within two standard errors of their difference.
 *
 *   node bench/precision.ts MODEL
 *
 * MODEL is a model file, such as results/fe-cr-c/pretrain/model.curie. Exit code 1 where they differ.
 */
import { readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Measured, Outcome } from '../engine/step.ts';
import { openDeepPotential } from '../physics/potentials/deep/force-field.ts';
import { decodeModel } from '../physics/potentials/deep/model-file.ts';
import { measureDensity } from '../steps/npt/run.ts';
import type { Potential } from '../steps/potential.ts';
import { measureViscosity } from '../steps/viscosity/run.ts';
import { taskContext } from '../test/steps/context.ts';

const [path] = process.argv.slice(2);
if (path === undefined) throw new Error('name a model file');
const model = decodeModel(readFileSync(path));
const threads = availableParallelism();
const { elements } = model.architecture;

function potentialIn(precision: 'f32' | 'f64'): Potential {
  const field = openDeepPotential(model, 0, { precision, threads });
  return {
    elements,
    members: 1,
    spin: model.spin,
    condition: { precision },
    watch: { range: model.range, elements, deviation: null },
    fields: [field],
    volumes: () => model.range.volume,
    setThreads: (count) => field.setThreads(count),
    close: () => field.close(),
  };
}

function measuredIn(outcome: Outcome, name: string): Measured {
  const value = outcome.outputs?.[name];
  if (outcome.kind !== 'done' || typeof value !== 'object' || value === null)
    throw new Error(outcome.kind === 'inconclusive' ? outcome.reason : `no ${name}`);
  return value as Measured;
}

async function measure(precision: 'f32' | 'f64'): Promise<readonly Measured[]> {
  const potential = potentialIn(precision);
  const task = taskContext({ threads });
  const artifact = { path: path!, digest: 'model', size: 0 };
  const common = { potential: artifact, timestep: undefined, seed: 1 };
  try {
    const density = await measureDensity(
      potential,
      {
        ...common,
        composition: { Fe: 1 },
        temperature: 2000,
        pressure: 0,
        phase: 'liquid',
        atoms: 128,
        length: 25,
      },
      task,
    );
    const start = { path: join(task.folder, 'state.extxyz'), digest: 'state', size: 0 };
    const viscosity = await measureViscosity(
      potential,
      { ...common, start, temperature: undefined, replicas: 5, length: 8 },
      task,
    );
    return [measuredIn(density, 'density'), measuredIn(viscosity, 'viscosity')];
  } finally {
    potential.close();
    rmSync(task.folder, { recursive: true, force: true });
  }
}

const [single, double] = [await measure('f32'), await measure('f64')];
single.forEach((of32, k) => {
  const of64 = double[k]!;
  const error = Math.sqrt((of32.standard_error ?? 0) ** 2 + (of64.standard_error ?? 0) ** 2);
  const apart = Math.abs(of32.value - of64.value) / error;
  const text = ({ value, standard_error }: Measured): string =>
    `${value.toFixed(3)} ± ${(standard_error ?? 0).toFixed(3)}`;
  console.log(
    `${of32.quantity}: f32 ${text(of32)}, f64 ${text(of64)} ${of32.unit}, ${apart.toFixed(1)} standard errors apart`,
  );
  if (apart > 2) process.exitCode = 1;
});
