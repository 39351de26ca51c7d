import type { Figure, Series } from '../../engine/step.ts';
import type { CrystalCurve } from '../../physics/relaxation/crystal.ts';
import type { ReferenceCurve } from '../../physics/relaxation/reference.ts';

/** Energy over volume: the committee with its spread, DFT's cells and the fit to their branch. */
export function latticeFigures(
  structure: string,
  curves: readonly CrystalCurve[],
  reference: ReferenceCurve | null,
): Figure[] {
  const scan = curves[0]!.scan;
  const means = scan.map((_, k) => average(curves.map((curve) => curve.scan[k]!.energy)));
  const spread = scan.map((_, k) =>
    Math.sqrt(
      average(
        curves.map((curve) => {
          const d = curve.scan[k]!.energy - means[k]!;
          return d * d;
        }),
      ),
    ),
  );
  const lowest = reference?.lowest?.fit ?? null;
  const zero = lowest?.energy ?? Math.min(...means);
  const series: Series[] = [
    {
      name: 'potential',
      mark: 'line',
      role: 'measured',
      x: scan.map(({ volume }) => volume),
      y: means.map((energy) => energy - zero),
      ...(curves.length > 1 ? { error: spread } : {}),
    },
  ];
  const branches = reference?.branches ?? [];
  branches.forEach(({ points, fit }, k) => {
    series.push({
      name: branches.length > 1 ? `DFT, branch ${k + 1}` : 'DFT',
      mark: 'dots',
      role: 'reference',
      x: points.map(({ volume }) => volume),
      y: points.map(({ energy }) => energy - zero),
    });
    if (fit === null) return;
    const [from, to] = [points[0]!.volume, points.at(-1)!.volume];
    const x = Array.from({ length: 41 }, (_, step) => from + ((to - from) * step) / 40);
    series.push({
      name: branches.length > 1 ? `fit to branch ${k + 1}` : 'fit to DFT',
      mark: 'line',
      role: 'fit',
      x,
      y: x.map((volume) => fit.at(volume) - zero),
    });
  });
  const several =
    branches.length > 1
      ? ' DFT’s energies bend downwards between their branches: each is a magnetic state of its own, and the fit to the lowest counts.'
      : '';
  return [
    {
      kind: 'plot',
      id: 'energy-volume',
      title: `Energy of ${structure} over volume`,
      caption: `At 0 K, relative to ${lowest === null ? 'the potential’s' : 'DFT’s'} minimum${curves.length > 1 ? '; the band is the committee’s spread' : ''}.${several}`,
      x: { label: 'volume per metal atom', unit: 'Å³' },
      y: { label: 'energy per atom', unit: 'eV' },
      series,
    },
  ];
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
