/**
 * How well dynamics with a trained potential conserves energy: liquid iron at 2000 K, at the
 * potential's own volume, 20 ps at constant energy in steps of 1 fs. The drift, by least squares,
 * must stay below 0.02 meV/atom/ps (at 2 fs below 0.1): ten times as much would heat such a run
 * by 2 K. The force field is the one that steps use: tables, nets in f32, sums in f64.
 *
 *   node bench/nve-drift.ts MODEL [ps, 20] [fs a step, 1] [atoms, 128] [member, 1]
 *
 * MODEL is a model file, such as results/fe-cr-c/pretrain/model.curie. Exit code 1 above the limit.
 */
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { densityProgram, roughStates } from '../physics/dynamics/density.ts';
import { type Finished, type Program, runProgram } from '../physics/dynamics/program.ts';
import { cloneState } from '../physics/dynamics/state.ts';
import { invariantDrift, thermoColumn, thermoRecorder } from '../physics/dynamics/thermo.ts';
import { maxwellBoltzmann } from '../physics/dynamics/velocities.ts';
import { openDeepPotential } from '../physics/potentials/deep/force-field.ts';
import { decodeModel } from '../physics/potentials/deep/model-file.ts';
import { mean } from '../physics/statistics/series.ts';
import { startingCrystal } from '../steps/starting-crystal.ts';

const [path, ...numbers] = process.argv.slice(2);
if (path === undefined) throw new Error('name a model file');
const [length = 20, timestep = 1, atoms = 128, member = 1] = numbers.map(Number);
const temperature = 2000;
const limit = timestep > 1 ? 0.1 : 0.02;

const model = decodeModel(readFileSync(path));
const threads = Math.min(4, availableParallelism());
const field = openDeepPotential(model, member - 1, { threads });
const crystal = await startingCrystal(field, {
  kind: 'bcc',
  composition: { Fe: 1 },
  atoms,
  seed: 1,
  range: model.range.volume,
});
const watch = { range: model.range, elements: field.elements, deviation: null };
const npt = densityProgram({
  crystal,
  phase: 'liquid',
  members: 1,
  temperature,
  pressure: 0,
  length: 5000,
  timestep: 2,
  seed: 1,
  watch,
});
const program: Program = (done) => {
  const next = npt(done.filter(({ name }) => !name.startsWith('constant')));
  if (next !== null) return next;
  const thermo = thermoRecorder(timestep, Math.max(1, Math.round(20 / timestep)));
  const common = { member: 0, timestep, recorders: [thermo] };
  const before = done.find(({ name }) => name === 'constant temperature');
  if (before === undefined)
    return {
      ...common,
      name: 'constant temperature',
      ensemble: { kind: 'nvt', temperature },
      steps: Math.round(1000 / timestep),
      start: () => {
        const { state } = roughStates(done)[0]!;
        maxwellBoltzmann(state, temperature, 1);
        return state;
      },
    };
  if (done.at(-1) !== before) return null;
  return {
    ...common,
    name: 'constant energy',
    ensemble: { kind: 'nve' },
    steps: Math.round((1000 * length) / timestep),
    start: () => cloneState(before.state),
  };
};

let began = performance.now();
let name = '';
const ending = await runProgram(program, {
  field: () => field,
  between: ({ segment }) => {
    if (segment.name === name) return;
    name = segment.name;
    began = performance.now();
    console.log(name);
  },
});
const seconds = (performance.now() - began) / 1000;
field.close();
if (ending.kind !== 'finished') throw new Error(ending.reason);
const run: Finished = ending.done.at(-1)!;
const energies = thermoColumn(run, 'invariant_eV');
const center = mean(energies);
const spread = Math.sqrt(mean(energies.map((energy) => (energy - center) * (energy - center))));
const drift = invariantDrift(run);
const count = run.state.types.length;
const steps = Math.round((1000 * length) / timestep);
console.log(
  `${count} atoms, ${length} ps at ${timestep} fs, mean ${mean(thermoColumn(run, 'temperature_K')).toFixed(0)} K, ${mean(thermoColumn(run, 'pressure_GPa')).toFixed(2)} GPa: drift ${drift.toFixed(5)} meV/atom/ps (limit ${limit}), scatter ${((1000 * spread) / count).toFixed(4)} meV/atom; ${((count * steps) / seconds).toFixed(0)} atom-steps/s on ${threads} threads`,
);
process.exitCode = Math.abs(drift) < limit ? 0 : 1;
