/** LAMMPS as a judge: one run in a folder of its own. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Configuration } from './deep-potential.ts';

/** LAMMPS's constants in `units metal`, which differ from CODATA in the seventh digit. */
export const LAMMPS_METAL = {
  boltzmann: 8.617343e-5,
  massVelocity2: 103.64269,
  pressure: 160.21765,
};
/** eV/Å³ in bar. */
const PRESSURE = 1.6021765e6;

/** Runs a script beside the given files; its printed log, and files that it wrote. */
export function runLammps(
  program: string,
  script: string,
  files: { readonly [name: string]: string },
  written: readonly string[] = [],
): { readonly log: string; readonly files: { readonly [name: string]: string } } {
  const folder = mkdtempSync(join(tmpdir(), 'curie-lammps-'));
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    writeFileSync(join(folder, 'in'), script);
    const log = execFileSync(program, ['-in', 'in', '-log', 'none'], {
      cwd: folder,
      encoding: 'utf8',
      env: {
        ...process.env,
        OMP_NUM_THREADS: '1',
        OMPI_ALLOW_RUN_AS_ROOT: '1',
        OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: '1',
      },
    });
    const read = (name: string) => readFileSync(join(folder, name), 'utf8');
    return { log, files: Object.fromEntries(written.map((name) => [name, read(name)])) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export interface Atoms extends Configuration {
  /** amu, one a type */
  readonly masses: readonly number[];
  /** Å/fs, [atoms][3] */
  readonly velocities?: Float64Array;
}

/** A data file. The cell must be as LAMMPS wants it: lower triangular with a positive diagonal. */
export function dataFile({ types, positions, cell, masses, velocities }: Atoms): string {
  if (cell[1] !== 0 || cell[2] !== 0 || cell[5] !== 0)
    throw new Error('the cell is not lower triangular');
  const rows = (values: Float64Array, scale: number, prefix: (i: number) => string) =>
    Array.from(types, (_, i) => {
      const row = Array.from(values.subarray(3 * i, 3 * i + 3), (value) => value * scale);
      return `${prefix(i)} ${row.join(' ')}`;
    });
  return [
    'atoms\n',
    `${types.length} atoms\n${masses.length} atom types`,
    ...['x', 'y', 'z'].map((axis, d) => `0 ${cell[4 * d]} ${axis}lo ${axis}hi`),
    `${cell[3]} ${cell[6]} ${cell[7]} xy xz yz`,
    '\nMasses\n',
    ...masses.map((mass, type) => `${type + 1} ${mass}`),
    '\nAtoms # atomic\n',
    ...rows(positions, 1, (i) => `${i + 1} ${types[i]! + 1}`),
    ...(velocities ? ['\nVelocities\n', ...rows(velocities, 1000, (i) => `${i + 1}`)] : []),
    '',
  ].join('\n');
}

/** Each frame of a `dump custom` file with columns `id` and others, sorted by id. */
export function dumpFrames(text: string, columns: number): number[][] {
  return text
    .split('ITEM: TIMESTEP\n')
    .slice(1)
    .map((frame) => {
      const rows = frame
        .slice(frame.indexOf('ITEM: ATOMS'))
        .split('\n')
        .slice(1)
        .filter((line) => line !== '')
        .map((line) => line.trim().split(/\s+/).map(Number));
      if (rows.some((row) => row.length !== columns + 1)) throw new Error('unexpected columns');
      return rows.sort((a, b) => a[0]! - b[0]!).flatMap((row) => row.slice(1));
    });
}

export interface Answer {
  /** eV, eV/Å [atoms][3], eV [atoms] and eV [3][3] */
  readonly energy: number;
  readonly forces: number[];
  readonly atomEnergies: number[];
  readonly virial: number[];
}

/** What LAMMPS says of one configuration, by the lines `pair_style` and `pair_coeff` given. */
export function evaluate(
  program: string,
  atoms: Atoms,
  pair: string,
  files: { readonly [name: string]: string } = {},
): Answer {
  const script = `units metal
atom_style atomic
boundary p p p
box tilt large
read_data data
${pair}
compute energies all pe/atom
compute virial all pressure NULL virial
variable energy equal pe
variable volume equal vol
thermo_style custom step pe vol c_virial[1] c_virial[2] c_virial[3] c_virial[4] c_virial[5] c_virial[6]
thermo_modify format float %.17g
dump 1 all custom 1 dump id fx fy fz c_energies
dump_modify 1 sort id format float %.17g
run 0
`;
  const { log, files: out } = runLammps(program, script, { ...files, data: dataFile(atoms) }, [
    'dump',
  ]);
  const row = log
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .find((numbers) => numbers.length === 9 && numbers.every(Number.isFinite));
  if (row === undefined) throw new Error(`no energies in the log of LAMMPS:\n${log}`);
  const [, energy, volume, xx, yy, zz, xy, xz, yz] = row as [number, ...number[]];
  const frame = dumpFrames(out.dump!, 4)[0]!;
  return {
    energy: energy!,
    forces: frame.filter((_, k) => k % 4 < 3),
    atomEnergies: frame.filter((_, k) => k % 4 === 3),
    virial: [xx, xy, xz, xy, yy, yz, xz, yz, zz].map((p) => (p! * volume!) / PRESSURE),
  };
}
