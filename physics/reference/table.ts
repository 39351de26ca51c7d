/** Tables of reference values (`curie/reference@1`, YAML): points, correlations, trends, sources. */
import { type Formula, FormulaError, parseFormula } from './formula.ts';
import { sameDimension, UNIT_NAMES, unitOf } from './units.ts';
import { type Entry, openTable, type TableText } from './yaml.ts';

/** What a reference holds for. Pressure is ambient throughout. */
interface Subject {
  readonly quantity: string;
  /** Which of several numbers of that name: `a`, `b`, `c` of an orthorhombic cell. */
  readonly axis: string | null;
  readonly phase: string | null;
  /** Atomic fractions. */
  readonly composition: { readonly [element: string]: number };
  readonly unit: string;
  /** Key in `ReferenceTable.sources`. */
  readonly source: string;
  readonly note: string | null;
}

export interface Point extends Subject {
  readonly value: number;
  /** One standard deviation, in `unit`. */
  readonly uncertainty: number;
  /** K; null where the quantity is itself a temperature, or has none. */
  readonly temperature: number | null;
  /** Outside the range in which the source measured. */
  readonly extrapolated: boolean;
}

export interface Correlation extends Subject {
  readonly formula: Formula;
  /** As written. */
  readonly text: string;
  /** K, both ends included. */
  readonly range: readonly [number, number];
  /** One standard deviation over the value. */
  readonly relativeUncertainty: number;
}

export interface ReferenceTable {
  readonly points: readonly Point[];
  readonly correlations: readonly Correlation[];
  /** What experiment says without a number. */
  readonly trends: readonly { readonly text: string; readonly source: string }[];
  readonly sources: { readonly [key: string]: string };
}

const SCHEMA = 'curie/reference@1';
const SECTIONS = ['schema', 'entries', 'correlations', 'trends', 'sources'];
const SUBJECT = ['quantity', 'phase', 'composition', 'source', 'note'];
const POINT = [...SUBJECT, 'temperature', 'value', 'standard_uncertainty', 'extrapolated'];
const CORRELATION = [...SUBJECT, 'formula', 'unit', 'range', 'relative_standard_uncertainty'];

/**
 * Reads a reference table.
 *
 * @param file how messages name the file
 * @throws ReferenceFileError with every mistake of the file, each as `file:line:column: …`
 */
export function readReferenceTable(text: string, file: string): ReferenceTable {
  const table = openTable(text, file);
  const root = table.root();
  table.onlyKeys(root, SECTIONS);
  const schema = table.text(root, 'schema');
  if (schema !== undefined && schema !== SCHEMA)
    table.fail(root, 'schema', `"${schema}" is no schema that is known; expected ${SCHEMA}`);
  const sources: { [key: string]: string } = {};
  for (const key of table.keysOf(root, 'sources')) {
    const named = table.text(table.entry(root, 'sources'), key);
    if (named !== undefined) sources[key] = named;
  }
  const reader = new Reader(table, new Set(Object.keys(sources)));
  const points = table.list(root, 'entries').flatMap((entry) => reader.points(entry));
  const correlations = table
    .list(root, 'correlations')
    .flatMap((entry) => reader.correlation(entry) ?? []);
  const trends = table.list(root, 'trends').flatMap((entry) => reader.trend(entry) ?? []);
  table.end();
  return { points, correlations, trends, sources };
}

/** Each method gives undefined, or nothing, after a mistake, which `table` has noted. */
class Reader {
  readonly #table: TableText;
  readonly #sources: ReadonlySet<string>;

  constructor(table: TableText, sources: ReadonlySet<string>) {
    this.#table = table;
    this.#sources = sources;
  }

  points(entry: Entry): Point[] {
    const table = this.#table;
    table.onlyKeys(entry, POINT);
    const subject = this.#subject(entry);
    const temperature = this.#temperature(entry, 'temperature');
    const extrapolated = table.truth(entry, 'extrapolated') ?? false;
    const uncertainty = this.#quantity(entry, 'standard_uncertainty');
    const axes = table.isMap(entry, 'value') ? table.keysOf(entry, 'value') : [null];
    return axes.flatMap((axis) => {
      const value =
        axis === null
          ? this.#quantity(entry, 'value')
          : this.#quantity(table.entry(entry, 'value'), axis);
      if (value === undefined || uncertainty === undefined || subject === undefined) return [];
      if (uncertainty.unit !== value.unit) {
        table.fail(
          entry,
          'standard_uncertainty',
          `the uncertainty is in ${uncertainty.unit}, the value in ${value.unit}; give both in one unit`,
        );
        return [];
      }
      if (uncertainty.value <= 0) {
        table.fail(entry, 'standard_uncertainty', 'an uncertainty must be above zero');
        return [];
      }
      return [
        {
          ...subject,
          axis,
          unit: value.unit,
          value: value.value,
          uncertainty: uncertainty.value,
          temperature: temperature ?? null,
          extrapolated,
        },
      ];
    });
  }

  correlation(entry: Entry): Correlation | undefined {
    const table = this.#table;
    table.onlyKeys(entry, CORRELATION);
    const subject = this.#subject(entry);
    const text = table.text(entry, 'formula');
    const formula = text === undefined ? undefined : this.#formula(entry, text);
    const unit = this.#unit(entry, 'unit', table.text(entry, 'unit'));
    const range = this.#range(entry);
    const relativeUncertainty = table.number(entry, 'relative_standard_uncertainty');
    if (relativeUncertainty !== undefined && !(relativeUncertainty > 0)) {
      table.fail(entry, 'relative_standard_uncertainty', 'an uncertainty must be above zero');
      return undefined;
    }
    if (
      subject === undefined ||
      text === undefined ||
      formula === undefined ||
      unit === undefined ||
      range === undefined ||
      relativeUncertainty === undefined
    )
      return undefined;
    for (const end of range)
      if (!Number.isFinite(formula(end))) {
        table.fail(entry, 'formula', `the formula gives no number at ${end} K`);
        return undefined;
      }
    return { ...subject, axis: null, unit, formula, text, range, relativeUncertainty };
  }

  trend(entry: Entry): { text: string; source: string } | undefined {
    this.#table.onlyKeys(entry, ['text', 'source']);
    const text = this.#table.text(entry, 'text');
    const source = this.#source(entry);
    return text === undefined || source === undefined ? undefined : { text, source };
  }

  #subject(entry: Entry): Omit<Subject, 'axis' | 'unit'> | undefined {
    const table = this.#table;
    const quantity = table.text(entry, 'quantity');
    const source = this.#source(entry);
    const composition = this.#composition(entry);
    const phase = table.has(entry, 'phase') ? table.text(entry, 'phase') : null;
    const note = table.has(entry, 'note') ? table.text(entry, 'note') : null;
    return quantity === undefined ||
      source === undefined ||
      composition === undefined ||
      phase === undefined ||
      note === undefined
      ? undefined
      : { quantity, phase, composition, source, note };
  }

  #source(entry: Entry): string | undefined {
    const source = this.#table.text(entry, 'source');
    if (source === undefined || this.#sources.has(source)) return source;
    this.#table.fail(
      entry,
      'source',
      `"${source}" is not among the sources; expected one of ${[...this.#sources].join(', ') || 'those listed under sources, where there are none'}`,
    );
    return undefined;
  }

  #composition(entry: Entry): { [element: string]: number } | undefined {
    const table = this.#table;
    const elements = table.keysOf(entry, 'composition');
    const composition: { [element: string]: number } = {};
    let sum = 0;
    for (const element of elements) {
      const fraction = table.number(table.entry(entry, 'composition'), element);
      if (fraction === undefined) return undefined;
      if (!/^[A-Z][a-z]?$/.test(element) || !(fraction >= 0 && fraction <= 1)) {
        table.fail(
          entry,
          'composition',
          `"${element}: ${fraction}" is no fraction of an element; expected such as { Fe: 0.9, C: 0.1 }`,
        );
        return undefined;
      }
      composition[element] = fraction;
      sum += fraction;
    }
    if (elements.length > 0 && Math.abs(sum - 1) <= 1e-6) return composition;
    if (elements.length > 0)
      table.fail(
        entry,
        'composition',
        `the fractions add up to ${Number(sum.toPrecision(6))}; expected 1`,
      );
    return undefined;
  }

  #formula(entry: Entry, text: string): Formula | undefined {
    try {
      return parseFormula(text);
    } catch (error) {
      if (!(error instanceof FormulaError)) throw error;
      this.#table.fail(entry, 'formula', `formula, character ${error.column}: ${error.message}`);
      return undefined;
    }
  }

  #range(entry: Entry): [number, number] | undefined {
    const items = this.#table.texts(entry, 'range');
    if (items === undefined) return undefined;
    const ends = items.map((item) => this.#parse(entry, 'range', item));
    const [low, high] = ends;
    if (ends.includes(undefined)) return undefined;
    if (ends.length === 2 && low!.unit === 'K' && high!.unit === 'K' && low!.value < high!.value)
      return [low!.value, high!.value];
    this.#table.fail(entry, 'range', 'expected two rising temperatures, such as [1811 K, 1950 K]');
    return undefined;
  }

  #temperature(entry: Entry, key: string): number | undefined {
    if (!this.#table.has(entry, key)) return undefined;
    const quantity = this.#quantity(entry, key);
    if (quantity === undefined || sameDimension(quantity.unit, 'K')) return quantity?.value;
    this.#table.fail(entry, key, `expected a temperature, such as 2000 K; found ${quantity.unit}`);
    return undefined;
  }

  #quantity(entry: Entry, key: string): { value: number; unit: string } | undefined {
    const written = this.#table.text(entry, key);
    return written === undefined ? undefined : this.#parse(entry, key, written);
  }

  #parse(entry: Entry, key: string, written: string): { value: number; unit: string } | undefined {
    const match = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(.*)$/su.exec(written.trim());
    if (match === null || match[2] === '') {
      this.#table.fail(
        entry,
        key,
        match === null
          ? `"${written}" is no quantity; expected a number and a unit, such as 7.035 g/cm3`
          : `${written} has no unit; expected such as ${written} g/cm3`,
      );
      return undefined;
    }
    const unit = this.#unit(entry, key, match[2]);
    return unit === undefined ? undefined : { value: Number(match[1]), unit };
  }

  #unit(entry: Entry, key: string, written: string | undefined): string | undefined {
    if (written === undefined) return undefined;
    const unit = unitOf(written);
    if (unit === undefined)
      this.#table.fail(
        entry,
        key,
        `"${written}" is no unit that is known; expected one of ${UNIT_NAMES.join(', ')}`,
      );
    return unit;
  }
}
