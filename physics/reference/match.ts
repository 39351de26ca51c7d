/**
 * Which reference a value is compared with. Quantity and conditions decide, never labels:
 * composition within 0.5 at%, temperature within 1 K or a correlation at the value's own
 * temperature, phase where the reference names one, ambient pressure.
 */
import type { Correlation, Point, ReferenceTable } from './table.ts';
import { convertUnit, sameDimension, unitOf } from './units.ts';

/** Largest difference of a fraction that still counts as the same composition. */
export const COMPOSITION_TOLERANCE = 0.005;
/** K. */
export const TEMPERATURE_TOLERANCE = 1;
/** GPa. 100 bar change the density of a liquid metal by about 1e-4. */
export const AMBIENT_PRESSURE = 0.01;

/** What a value is a value of; absent conditions are null. */
export interface Subject {
  readonly quantity: string;
  readonly unit: string;
  readonly composition: { readonly [element: string]: number } | null;
  /** K. */
  readonly temperature: number | null;
  /** GPa. */
  readonly pressure: number | null;
  readonly phase: string | null;
  readonly axis: string | null;
}

export interface Reference {
  /** In the unit of the value that it is compared with. */
  readonly value: number;
  /** One standard deviation. */
  readonly uncertainty: number;
  /** Key of the table's sources. */
  readonly source: string;
  readonly note: string | null;
  /** Why this is an extrapolation of what was measured; null where it is none. */
  readonly extrapolated: string | null;
  /** The correlation's formula where that was evaluated. */
  readonly formula: string | null;
}

export type Match =
  | { readonly kind: 'reference'; readonly reference: Reference }
  | { readonly kind: 'none'; readonly reason: string };

interface Candidate extends Reference {
  /** K between the value's conditions and the point's. */
  readonly distance: number;
}

/**
 * The best reference for a value: what was measured before what is extrapolated, points before
 * correlations, then the nearest temperature, the smaller uncertainty, the order of the file.
 */
export function findReference(table: ReferenceTable, subject: Subject): Match {
  const listed = [...table.points, ...table.correlations].filter(
    ({ quantity, axis }) => quantity === subject.quantity && axis === subject.axis,
  );
  const none = (reason: string): Match => ({ kind: 'none', reason });
  if (listed.length === 0) return none(`no reference lists ${spoken(subject.quantity)}`);
  if (Math.abs(subject.pressure ?? 0) > AMBIENT_PRESSURE)
    return none(
      `references hold at ambient pressure, the value at ${Number(subject.pressure!.toPrecision(4))} GPa`,
    );
  const composition = subject.composition;
  if (composition === null) return none('the value names no composition');
  const unit = unitOf(subject.unit);
  const alike = listed.filter(
    (entry) =>
      sameComposition(entry.composition, composition) &&
      (entry.phase === null || entry.phase === subject.phase) &&
      unit !== undefined &&
      sameDimension(entry.unit, unit),
  );
  if (unit === undefined || alike.length === 0)
    return none(`no reference for ${describeSubject({ ...subject, temperature: null })}`);
  const candidates = alike.flatMap(
    (entry) =>
      ('value' in entry
        ? fromPoint(entry, subject.temperature, unit)
        : fromCorrelation(entry, subject.temperature, unit)) ?? [],
  );
  const [first, ...others] = candidates;
  if (first === undefined) return none(notAtTemperature(alike, subject));
  const { distance: _, ...reference } = others.reduce(
    (best, candidate) => (better(candidate, best) ? candidate : best),
    first,
  );
  return { kind: 'reference', reference };
}

function better(a: Candidate, b: Candidate): boolean {
  const order = (c: Candidate): number[] => [
    c.extrapolated === null ? 0 : 1,
    c.formula === null ? 0 : 1,
    c.distance,
    c.uncertainty,
  ];
  const [first, second] = [order(a), order(b)];
  const k = first.findIndex((x, i) => x !== second[i]);
  return k >= 0 && first[k]! < second[k]!;
}

function fromPoint(point: Point, temperature: number | null, unit: string): Candidate | null {
  let distance = 0;
  if (point.temperature !== null) {
    if (temperature === null) return null;
    distance = Math.abs(temperature - point.temperature);
    if (distance > TEMPERATURE_TOLERANCE) return null;
  }
  return {
    value: convertUnit(point.value, point.unit, unit),
    uncertainty: convertUnit(point.uncertainty, point.unit, unit),
    source: point.source,
    note: point.note,
    extrapolated: point.extrapolated
      ? `reference extrapolated beyond what its source measured${point.note === null ? '' : ` (${point.note})`}`
      : null,
    formula: null,
    distance,
  };
}

function fromCorrelation(
  correlation: Correlation,
  temperature: number | null,
  unit: string,
): Candidate | null {
  if (temperature === null) return null;
  const value = convertUnit(correlation.formula(temperature), correlation.unit, unit);
  if (!Number.isFinite(value)) return null;
  const [low, high] = correlation.range;
  return {
    value,
    uncertainty: Math.abs(value) * correlation.relativeUncertainty,
    source: correlation.source,
    note: correlation.note,
    extrapolated:
      temperature >= low && temperature <= high
        ? null
        : `reference extrapolated beyond its range of ${low}–${high} K`,
    formula: correlation.text,
    distance: 0,
  };
}

function notAtTemperature(alike: readonly (Point | Correlation)[], subject: Subject): string {
  if (subject.temperature === null) return 'the value names no temperature';
  const listed = alike.flatMap((entry) => ('value' in entry ? (entry.temperature ?? []) : []));
  const temperatures = [...new Set(listed)].sort((a, b) => a - b).map((each) => `${each} K`);
  return `no reference for ${describeSubject(subject)}; listed at ${temperatures.join(', ')}`;
}

function sameComposition(
  a: { readonly [element: string]: number },
  b: { readonly [element: string]: number },
): boolean {
  const elements = new Set([...Object.keys(a), ...Object.keys(b)]);
  // A hair more than the tolerance: 0.9 and 0.895 differ by more than 0.005 in binary.
  return [...elements].every(
    (element) => Math.abs((a[element] ?? 0) - (b[element] ?? 0)) <= COMPOSITION_TOLERANCE + 1e-9,
  );
}

/** `density of liquid Fe90C10 at 1750 K` */
export function describeSubject(subject: Subject): string {
  const of = [subject.phase, subject.composition && formulaOf(subject.composition)].filter(
    (part) => part !== null,
  );
  return [
    `${spoken(subject.quantity)}${subject.axis === null ? '' : ` ${subject.axis}`}`,
    ...(of.length > 0 ? [`of ${of.join(' ')}`] : []),
    ...(subject.temperature === null ? [] : [`at ${describeTemperature(subject.temperature)}`]),
  ].join(' ');
}

/** `Fe`, `Fe90C10`: the most abundant first, in at%. */
export function formulaOf(composition: { readonly [element: string]: number }): string {
  const parts = Object.entries(composition)
    .filter(([, fraction]) => fraction > 0)
    .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  if (parts.length === 1) return parts[0]![0];
  return parts
    .map(([element, fraction]) => `${element}${Number((100 * fraction).toFixed(1))}`)
    .join('');
}

export function describeTemperature(kelvin: number): string {
  return `${Number(kelvin.toFixed(1))} K`;
}

/** A quantity's name as a reader would say it. */
export function spoken(quantity: string): string {
  return quantity.replaceAll('_', ' ');
}
