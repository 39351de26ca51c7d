/**
 * Whether simulations sample their ensembles: kinetic energy and volume against theory, deviations
 * in standard errors. bcc iron of 128 atoms (workflows/data/iron-eam) at 1000 K; fluctuations of the
 * volume are compared with the compressibility that runs at other pressures show.
 *
 *   node bench/physics/ensembles.ts [ps per run, 150]
 *
 * Beyond 3 standard errors a row ends with `!`. In 150 ps one row of some thirty may.
 */
import { readFileSync } from 'node:fs';
import { BOLTZMANN, EV_PER_A3_TO_GPA } from '../../physics/constants.ts';
import { simulateNow } from '../../physics/dynamics/driver.ts';
import type { Ensemble } from '../../physics/dynamics/ensemble.ts';
import { createState, type State } from '../../physics/dynamics/state.ts';
import { maxwellBoltzmann } from '../../physics/dynamics/velocities.ts';
import { openClassical } from '../../physics/potentials/classical/force-field.ts';
import { parseSetfl } from '../../physics/potentials/classical/setfl.ts';
import { meanWithError } from '../../physics/statistics/autocorrelation.ts';
import { populate } from '../../physics/structure/alloy.ts';
import { supercell } from '../../physics/structure/crystal.ts';

const picoseconds = Number(process.argv[2] ?? 150);
const TEMPERATURE = 1000;
/** Of 2 fs the velocities of Langevin dynamics would be 0.2 % too cold. */
const TIMESTEP = 1;
const EVERY = 10;
const kT = BOLTZMANN * TEMPERATURE;
const file = new URL('../../workflows/data/iron-eam/Fe.eam.fs', import.meta.url);
const field = openClassical(parseSetfl(readFileSync(file, 'utf8'), 'Fe.eam.fs'), 2);

function crystal(): State {
  const state = createState(populate(supercell('bcc', [4, 4, 4], 12.1), { Fe: 1 }, ['Fe'], 1));
  maxwellBoltzmann(state, 2 * TEMPERATURE, 1);
  return state;
}

interface Series {
  readonly kinetic: number[];
  readonly volume: number[];
  /** GPa, mean of the axes, and along z */
  readonly pressure: number[];
  readonly pressureZ: number[];
}

/** After 10 ps that do not count. */
function run(ensemble: Ensemble): Series {
  const state = crystal();
  const series: Series = { kinetic: [], volume: [], pressure: [], pressureZ: [] };
  simulateNow(state, field, ensemble, { steps: 10_000 / TIMESTEP, timestep: TIMESTEP });
  const ending = simulateNow(state, field, ensemble, {
    steps: (1000 * picoseconds) / TIMESTEP,
    timestep: TIMESTEP,
    every: EVERY,
    observe: ({ kinetic, volume, pressure, tensor }) => {
      series.kinetic.push(kinetic);
      series.volume.push(volume);
      series.pressure.push(pressure);
      series.pressureZ.push(tensor[8]!);
    },
  });
  if (ending.kind !== 'finished') throw new Error(ending.reason);
  return series;
}

const meanOf = (values: readonly number[]) => {
  const { mean, standardError } = meanWithError(Float64Array.from(values));
  return { value: mean, error: standardError };
};
const varianceOf = (values: readonly number[]) => {
  const { value: mean } = meanOf(values);
  return meanOf(values.map((x) => (x - mean) ** 2));
};

function row(
  name: string,
  what: string,
  found: { readonly value: number; readonly error: number },
  expected: number,
  expectedError = 0,
): void {
  const sigma = (found.value - expected) / Math.hypot(found.error, expectedError);
  console.log(
    `${name.padEnd(18)}${what.padEnd(26)}${found.value.toPrecision(5).padStart(10)} ± ${found.error.toPrecision(2).padEnd(9)}${expected.toPrecision(5).padStart(10)}${sigma.toFixed(1).padStart(7)} σ${Math.abs(sigma) > 3 ? ' !' : ''}`,
  );
}

const freedom = crystal().degreesOfFreedom;
function kineticRows(name: string, { kinetic }: Series): void {
  row(name, 'kinetic energy, eV', meanOf(kinetic), 0.5 * freedom * kT);
  row(name, 'its variance, eV²', varianceOf(kinetic), 0.5 * freedom * kT * kT);
}

const heat = { temperature: TEMPERATURE, period: 100 } as const;
const npt = (coupling: 'iso' | 'x,y,z' | 'xy,z' | 'z', pressure: number): Ensemble => ({
  kind: 'npt',
  ...heat,
  pressure,
  coupling,
  barostatPeriod: 300,
});

console.log(`${picoseconds} ps a run of ${TIMESTEP} fs steps, 128 atoms, ${TEMPERATURE} K`);
console.log(`${'ensemble'.padEnd(44)}${'found'.padStart(10)}${'theory'.padStart(22)}`);
kineticRows('NVT', run({ kind: 'nvt', ...heat }));
kineticRows('Langevin', run({ kind: 'langevin', ...heat, seed: 1 }));
for (const coupling of ['iso', 'x,y,z', 'xy,z', 'z'] as const) {
  const name = `NPT ${coupling}`;
  const [low, middle, high] = [-1, 0, 1].map((pressure) => run(npt(coupling, pressure)));
  kineticRows(name, middle!);
  const pressure = coupling === 'z' ? middle!.pressureZ : middle!.pressure;
  row(name, 'pressure, GPa', meanOf(pressure), 0);
  // ⟨δV²⟩ = kT V κ = -kT dV/dP, in the strains that may change.
  const [wide, narrow] = [meanOf(low!.volume), meanOf(high!.volume)];
  const toVariance = (kT * EV_PER_A3_TO_GPA) / 2;
  row(
    name,
    'variance of volume, Å⁶',
    varianceOf(middle!.volume),
    toVariance * (wide.value - narrow.value),
    toVariance * Math.hypot(wide.error, narrow.error),
  );
}
field.close();
process.exit();
