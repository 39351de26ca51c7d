import type { Figure } from '../../engine/step.ts';
import type { RangeReport, Watch } from '../../physics/dynamics/monitor.ts';
import type { Finished } from '../../physics/dynamics/program.ts';
import { type ThermoColumn, thermoColumn } from '../../physics/dynamics/thermo.ts';
import { deviationFigure, distanceTable, picoseconds, thinned } from '../figures.ts';

/** What the report shows of a simulation. */
export function mdFigures(run: Finished, watch: Watch, range: RangeReport): Figure[] {
  const atoms = run.state.types.length;
  const over = (
    id: string,
    title: string,
    of: ThermoColumn,
    y: { readonly label: string; readonly unit: string },
    change: (value: number, first: number) => number = (value) => value,
  ): Figure => {
    const values = thermoColumn(run, of);
    const first = values[0] ?? 0;
    const times = picoseconds(thermoColumn(run, 'time_fs'));
    const points = thinned(
      times,
      values.map((value) => change(value, first)),
    );
    return {
      kind: 'plot',
      id,
      title,
      x: { label: 'time', unit: 'ps' },
      y,
      series: [{ name: title, mark: 'line', role: 'measured', ...points }],
    };
  };
  return [
    over('temperature', 'Temperature', 'temperature_K', { label: 'temperature', unit: 'K' }),
    over('pressure', 'Pressure', 'pressure_GPa', { label: 'pressure', unit: 'GPa' }),
    over(
      'volume',
      'Volume',
      'volume_A3',
      { label: 'volume per atom', unit: 'Å³' },
      (volume) => volume / atoms,
    ),
    over(
      'invariant',
      'Conserved quantity',
      'invariant_eV',
      { label: 'change per atom', unit: 'meV' },
      (energy, first) => (1000 * (energy - first)) / atoms,
    ),
    ...deviationFigure([run], watch),
    distanceTable(range, watch),
  ];
}
