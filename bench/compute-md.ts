/**
 * Molecular dynamics with embedded atoms beside LAMMPS on the same cores; cost and memory over the
 * number of atoms; memory of a Deep Potential.
 *
 *   node bench/compute-md.ts [seconds per row, 3]
 *
 * bcc iron at 1800 K, constant energy, 2 fs, lists made again as atoms move. Two potentials: the one in
 * workflows/data (4.1 Å, 27 neighbours), and Fe_mm.eam.fs where LAMMPS brings it (Mendelev et al.
 * 2003; 5.3 Å, 59 neighbours). LAMMPS runs `eam/fs` and `eam/fs/opt` with skins of 1 and 2 Å on one and
 * two MPI ranks; its best counts. Runs alternate, so that other programs on the machine burden both.
 */

import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { simulateNow } from '../physics/dynamics/driver.ts';
import { createState, type State } from '../physics/dynamics/state.ts';
import { maxwellBoltzmann } from '../physics/dynamics/velocities.ts';
import { openClassical } from '../physics/potentials/classical/force-field.ts';
import { parseSetfl } from '../physics/potentials/classical/setfl.ts';
import { openDeepPotential } from '../physics/potentials/deep/force-field.ts';
import type { ForceField } from '../physics/potentials/force-field.ts';
import { populate } from '../physics/structure/alloy.ts';
import { supercell } from '../physics/structure/crystal.ts';
import { randomModel } from '../test/oracle/random-model.ts';
import { peer } from '../test/peers.ts';

const seconds = Number(process.argv[2] ?? 3);
const TEMPERATURE = 1800;
const TIMESTEP = 2;
const LATTICE = 2.87;

const files = [
  fileURLToPath(new URL('../workflows/data/iron-eam/Fe.eam.fs', import.meta.url)),
  '/usr/share/lammps/potentials/Fe_mm.eam.fs',
].filter(existsSync);

function crystal(cells: readonly [number, number, number]): State {
  const alloy = populate(supercell('bcc', cells, LATTICE ** 3 / 2), { Fe: 1 }, ['Fe'], 1);
  const state = createState(alloy);
  maxwellBoltzmann(state, TEMPERATURE, 1);
  return state;
}

const thousands = (value: number) => `${(value / 1000).toFixed(0)}k`;
const table = (cells: readonly (string | number)[]) =>
  console.log(cells.map((cell) => String(cell).padStart(12)).join(''));
const median = (values: readonly number[]) =>
  [...values].sort((a, b) => a - b)[values.length >> 1]!;

/** Atom-steps per second of simulated spells of `spell` steps, for as long as a row takes. */
class Ours {
  readonly #field: ForceField;
  readonly #state: State;

  constructor(field: ForceField, state: State) {
    this.#field = field;
    this.#state = state;
    this.spell(200);
  }

  spell(steps: number): number {
    const begin = performance.now();
    simulateNow(this.#state, this.#field, { kind: 'nve' }, { steps, timestep: TIMESTEP });
    return (1000 * steps * this.#state.types.length) / (performance.now() - begin);
  }
}

const folder = mkdtempSync(join(tmpdir(), 'curie-compute-'));

/** Atom-steps per second of a run of LAMMPS. */
function theirs(file: string, setup: Setup, cells: number, steps: number): number {
  const script = `units metal
atom_style atomic
lattice bcc ${LATTICE}
region box block 0 ${cells} 0 ${cells} 0 ${cells}
create_box 1 box
create_atoms 1 box
mass 1 55.845
pair_style eam/fs
pair_coeff * * ${file} Fe
neighbor ${setup.skin} bin
velocity all create ${TEMPERATURE} 4711
fix 1 all nve
timestep ${TIMESTEP / 1000}
thermo ${steps}
run 200
run ${steps}
`;
  writeFileSync(join(folder, 'in'), script);
  const lammps = ['lmp', '-in', 'in', '-log', 'none', ...(setup.opt ? ['-sf', 'opt'] : [])];
  const [program, ...args] =
    setup.ranks === 1 ? lammps : ['mpirun', '-n', String(setup.ranks), ...lammps];
  const log = execFileSync(program!, args, {
    cwd: folder,
    encoding: 'utf8',
    env: {
      ...process.env,
      OMP_NUM_THREADS: '1',
      OMPI_ALLOW_RUN_AS_ROOT: '1',
      OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: '1',
    },
  });
  const times = [...log.matchAll(/Loop time of ([\d.e+-]+) on/g)].map((match) => Number(match[1]));
  return (steps * 2 * cells ** 3) / times.at(-1)!;
}

interface Setup {
  readonly skin: number;
  readonly opt: boolean;
  readonly ranks: number;
}

async function besideLammps(file: string): Promise<void> {
  const potential = parseSetfl(readFileSync(file, 'utf8'), file);
  console.log(
    `\n2,000 atoms, ${potential.cutoff} Å, ${file.split('/').at(-1)}: median atom-steps/s`,
  );
  const setups: Setup[] = [1, 2].flatMap((ranks) =>
    [false, true].flatMap((opt) => [1, 2].map((skin) => ({ ranks, opt, skin }))),
  );
  const has = peer('lmp') !== undefined;
  for (const cores of [1, 2]) {
    const field = openClassical(potential, cores);
    const ours = new Ours(field, crystal([10, 10, 10]));
    // Helpers start in the background.
    await new Promise((resolve) => setTimeout(resolve, 300));
    const their = has ? setups.filter(({ ranks }) => ranks === cores) : [];
    const found: number[] = [];
    const others = their.map((): number[] => []);
    const end = performance.now() + 1000 * seconds * (1 + their.length);
    do {
      // Both sides are warm when their time is taken.
      ours.spell(200);
      found.push(ours.spell(400));
      for (const [k, setup] of their.entries()) others[k]!.push(theirs(file, setup, 10, 400));
    } while (performance.now() < end);
    field.close();
    const mine = median(found);
    table(['', `${cores} core${cores > 1 ? 's' : ''}`, 'curie', thousands(mine)]);
    their.forEach(({ opt, skin }, k) => {
      const other = median(others[k]!);
      const ratio = `${(mine / other).toFixed(2)}x`;
      table(['', '', 'LAMMPS', thousands(other), opt ? 'opt' : '', `skin ${skin} Å`, ratio]);
    });
  }
}

/** MiB that the process holds. */
const resident = () => process.memoryUsage().rss / 2 ** 20;

async function overAtoms(): Promise<void> {
  const file = files.at(-1)!;
  const potential = parseSetfl(readFileSync(file, 'utf8'), file);
  console.log(`\nCost over atoms, ${potential.cutoff} Å, 2 threads; memory added to the process`);
  table(['atoms', 'ms/step', 'µs/atom', 'MiB', 'kB/atom']);
  for (const cells of [
    [5, 5, 5],
    [5, 10, 10],
    [10, 10, 10],
    [10, 10, 20],
    [10, 20, 20],
    [20, 20, 20],
    [20, 20, 40],
  ] as const) {
    const before = resident();
    const field = openClassical(potential, 2);
    const state = crystal(cells);
    const ours = new Ours(field, state);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const speeds: number[] = [];
    const end = performance.now() + 1000 * seconds;
    do speeds.push(ours.spell(60));
    while (performance.now() < end);
    const atoms = state.types.length;
    const grown = resident() - before;
    field.close();
    table([
      atoms,
      ((1000 * atoms) / median(speeds)).toFixed(3),
      (1e6 / median(speeds)).toFixed(2),
      grown.toFixed(0),
      ((1024 * grown) / atoms).toFixed(1),
    ]);
  }
}

/** Speed and memory of Deep Potentials of the study's size and of DeePMD-kit's usual one. */
async function deep(): Promise<void> {
  console.log('\nDeep Potentials with tables, f32, 6 Å, 2 threads');
  table(['nets', 'atoms', 'ms/step', 'µs/atom', 'MiB']);
  for (const [name, embedding, axis, fitting] of [
    ['16-32-64', [16, 32, 64], 8, [120, 120, 120]],
    ['25-50-100', [25, 50, 100], 16, [240, 240, 240]],
  ] as const)
    for (const cells of [
      [10, 10, 10],
      [10, 10, 20],
    ] as const) {
      const before = resident();
      const sel = [130, 60, 30];
      const model = randomModel({ embedding, axis, fitting, sel, cutoff: 6, timeStep: false });
      const field = openDeepPotential(model, 0, { threads: 2 });
      const state = crystal(cells);
      field.setAtoms(state.types);
      // Random weights would tear the crystal apart, so it stays where it is.
      field.compute(state.positions, state.cell);
      await new Promise((resolve) => setTimeout(resolve, 300));
      const times: number[] = [];
      const end = performance.now() + 1000 * seconds;
      do {
        const begin = performance.now();
        field.compute(state.positions, state.cell);
        times.push(performance.now() - begin);
      } while (performance.now() < end);
      const atoms = state.types.length;
      table([
        name,
        atoms,
        median(times).toFixed(1),
        ((1000 * median(times)) / atoms).toFixed(2),
        (resident() - before).toFixed(0),
      ]);
      field.close();
    }
  console.log(`the whole process: ${resident().toFixed(0)} MiB`);
}

try {
  const load = loadavg()[0]!;
  if (load > 1) console.log(`load ${load.toFixed(1)}: other programs run, ratios are indicative`);
  for (const file of files) await besideLammps(file);
  await overAtoms();
  await deep();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exit();
