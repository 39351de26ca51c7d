/** The running log of a simulation: what every thermo table holds. */
import { weightedLineFit } from '../statistics/regression.ts';
import { meanSquareDisplacement } from './displacement.ts';
import type { Finished, Recorder } from './program.ts';

/** Columns of the log, with their units, in the order of the rows. */
export const THERMO_COLUMNS = [
  'time_fs',
  'temperature_K',
  'pressure_GPa',
  'volume_A3',
  'potential_eV',
  'invariant_eV',
  'msd_A2',
] as const;
export type ThermoColumn = (typeof THERMO_COLUMNS)[number];

/** A row every `every` steps; the squared displacement counts from the segment's start. */
export function thermoRecorder(timestep: number, every: number): Recorder {
  return {
    name: 'thermo',
    every,
    columns: THERMO_COLUMNS.length,
    row: (sample, into, origin) => {
      into[0] = sample.step * timestep;
      into[1] = sample.temperature;
      into[2] = sample.pressure;
      into[3] = sample.volume;
      into[4] = sample.potential;
      into[5] = sample.invariant;
      into[6] = meanSquareDisplacement(sample.state.positions, origin);
      return null;
    },
  };
}

/** One column of a segment's log. */
export function thermoColumn(segment: Finished, name: ThermoColumn): Float64Array {
  const rows = segment.rows.thermo ?? new Float64Array(0);
  const at = THERMO_COLUMNS.indexOf(name);
  const width = THERMO_COLUMNS.length;
  return Float64Array.from({ length: rows.length / width }, (_, k) => rows[k * width + at]);
}

/**
 * Drift of the conserved quantity over a segment, meV per atom and ps, by least squares; NaN with
 * fewer than two rows.
 */
export function invariantDrift(segment: Finished): number {
  const picoseconds = thermoColumn(segment, 'time_fs').map((time) => time / 1000);
  if (picoseconds.length < 2) return Number.NaN;
  const energies = thermoColumn(segment, 'invariant_eV');
  const { slope } = weightedLineFit(
    picoseconds,
    energies,
    new Float64Array(energies.length).fill(1),
  );
  return (1000 * slope) / segment.state.types.length;
}

/** The logs of several segments as comma-separated text with a header line. */
export function writeThermo(segments: readonly Finished[]): string {
  const width = THERMO_COLUMNS.length;
  const lines = [`segment,member,${THERMO_COLUMNS.join(',')}`];
  for (const { name, member, rows } of segments) {
    const values = rows.thermo ?? new Float64Array(0);
    for (let at = 0; at < values.length; at += width)
      lines.push(`${name},${member},${values.subarray(at, at + width).join(',')}`);
  }
  return `${lines.join('\n')}\n`;
}
