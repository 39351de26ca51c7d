/** Values beside references: which reference, and what the comparison says. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Figure, Measured, MeasuredInput } from '../../engine/step.ts';
import { compare } from '../../steps/compare/interface.ts';
import { run } from '../../steps/compare/run.ts';
import { taskContext } from './context.ts';

const experiment = fileURLToPath(new URL('../../workflows/data/experiment.yaml', import.meta.url));
const iron = { Fe: 1 };

type Given = Partial<Omit<Measured, 'conditions'>> & { conditions?: Measured['conditions'] };

function density(given: Given = {}): Measured {
  const error = given.standard_error === undefined ? 0.05 : given.standard_error;
  return {
    quantity: 'density',
    value: 6.9,
    unit: 'g/cm³',
    standard_error: error,
    contributions: {},
    effective_samples: null,
    marks: [],
    ...given,
    conditions: {
      composition: iron,
      temperature: 2000,
      pressure: 0,
      phase: 'liquid',
      ...given.conditions,
    },
  };
}

function crystal(phase: string, temperature: number, given: Given = {}): Measured {
  return density({
    quantity: 'lattice_parameter',
    unit: 'Å',
    value: 2.87,
    standard_error: 0.01,
    ...given,
    conditions: { phase, temperature, ...given.conditions },
  });
}

const digest = (n: number): string => n.toString(16).padStart(64, '0');

interface Row {
  readonly [key: string]: unknown;
  readonly source: string;
  readonly verdict: string;
  readonly reason: string | null;
  readonly sigmas: number | null;
  readonly reference: { readonly value: number; readonly standard_uncertainty: number } | null;
}

async function table(
  measured: readonly (Measured | MeasuredInput)[],
  options: { reference?: string; resolution?: { [quantity: string]: number } } = {},
): Promise<{ rows: Row[]; text: string; figures: readonly Figure[]; outputs: object }> {
  const task = taskContext();
  const path = options.reference ?? experiment;
  const inputs = measured.map(
    (each, k): MeasuredInput =>
      'kind' in each ? each : { kind: 'value', digest: digest(k), measured: each },
  );
  const outcome = await run(
    {
      measured: inputs,
      reference: { path, digest: digest(0), size: 0 },
      resolution: options.resolution ?? compare.inputs.resolution.default,
    },
    task,
  );
  assert.is(outcome.kind, 'done');
  const text = readFileSync(join(task.folder, 'table.json'), 'utf8');
  return {
    rows: JSON.parse(text).rows,
    text,
    figures: outcome.figures!,
    outputs: outcome.outputs!,
  };
}

async function one(measured: Measured, resolution?: { [quantity: string]: number }): Promise<Row> {
  const { rows } = await table([measured], resolution ? { resolution } : {});
  return rows[0]!;
}

function near(value: unknown, expected: number, digits = 5): void {
  assert.type(value, 'number');
  assert.is(Number(value).toPrecision(digits), expected.toPrecision(digits));
}

const comparing = suite('compare');

comparing('agrees within two combined standard deviations', async () => {
  const row = await one(density());
  assert.is(row.verdict, 'agrees');
  assert.is(row.reference!.value, 6.86);
  // sqrt(0.05² + 0.027²) = 0.0568243; 0.04 / 0.0568243 = 0.703924
  near(row.combined_standard_uncertainty, 0.0568243, 6);
  near(row.sigmas, 0.703924, 5);
  assert.is((await one(density({ value: 6.86 + 0.1136 }))).verdict, 'agrees');
  assert.is((await one(density({ value: 6.86 + 0.1137 }))).verdict, 'differs');
  assert.is((await one(density({ value: 6.86 - 0.1137 }))).verdict, 'differs');
});

comparing('does not call a wide error an agreement', async () => {
  // sqrt(0.2² + 0.027²) / 6.86 = 2.94 %; a density is resolved to 2 %
  const wide = await one(density({ value: 7, standard_error: 0.2 }));
  assert.is(wide.verdict, 'not resolved');
  assert.is(
    wide.reason,
    'combined standard deviation 2.9 % of the reference; up to 2 % would tell',
  );
  assert.is(
    (await one(density({ value: 7, standard_error: 0.2 }), { density: 0.03 })).verdict,
    'agrees',
  );
  // Far enough away, even a wide error tells the two apart.
  const far = await one(density({ value: 7.4, standard_error: 0.2 }));
  assert.is(far.verdict, 'differs');
  near(far.sigmas, 0.54 / Math.sqrt(0.04 + 0.027 * 0.027), 6);
});

comparing('resolves nothing without a standard error', async () => {
  const row = await one(density({ standard_error: null }));
  assert.is(row.verdict, 'not resolved');
  assert.is(row.reason, 'the value has no standard error');
  assert.is(row.sigmas, null);
  assert.is(Number(row.deviation).toFixed(6), '0.040000');
});

comparing('never judges an extrapolation, and says which side it is on', async () => {
  const viscosity = await one(
    density({ quantity: 'viscosity', unit: 'mPa·s', value: 4.3, standard_error: 0.5 }),
  );
  assert.is(viscosity.verdict, 'extrapolated');
  assert.is(viscosity.reference!.value, 4.36);
  assert.is(viscosity.reason, 'reference extrapolated beyond what its source measured');
  const outside = await one(density({ marks: ['outside training'] }));
  assert.is(outside.verdict, 'extrapolated');
  assert.is(outside.reason, 'the potential worked outside its training');
});

comparing('evaluates a correlation at the temperature of the value', async () => {
  const inside = await one(density({ conditions: { temperature: 1813 } }));
  near(inside.reference!.value, 7.033108, 7);
  near(inside.reference!.standard_uncertainty, 0.004 * 7.033108, 7);
  // 10^(-0.6074 + 2493/1900) = 10^0.704705 = 5.06647
  const viscosity = await one(
    density({
      quantity: 'viscosity',
      unit: 'mPa·s',
      value: 5.2,
      standard_error: 0.3,
      conditions: { temperature: 1900 },
    }),
  );
  near(viscosity.reference!.value, 5.06647, 6);
  assert.is(viscosity.verdict, 'agrees');
  const bcc = await one(crystal('bcc', 0));
  assert.is(bcc.reference!.value, 2.86);
  assert.is(bcc.verdict, 'extrapolated');
  assert.is(bcc.reason, 'reference extrapolated beyond its range of 300–1180 K');
});

comparing('takes a listed point within 1 K and 0.5 at%, and nothing beyond', async () => {
  const at = (composition: { [element: string]: number }, temperature = 1750) =>
    one(density({ value: 6.98, conditions: { composition, temperature } }));
  assert.is((await at({ Fe: 0.9, C: 0.1 })).reference!.value, 6.975);
  assert.is((await at({ Fe: 0.895, C: 0.105 })).reference!.value, 6.975);
  assert.is((await at({ Fe: 0.9, C: 0.1 }, 1751)).reference!.value, 6.975);
  const hotter = await at({ Fe: 0.9, C: 0.1 }, 1751.5);
  assert.is(hotter.verdict, 'no reference');
  assert.is(
    hotter.reason,
    'no reference for density of liquid Fe90C10 at 1751.5 K; listed at 1750 K',
  );
  const other = await at({ Fe: 0.894, C: 0.106 });
  assert.is(other.verdict, 'no reference');
  assert.is(other.reason, 'no reference for density of liquid Fe89.4C10.6');
});

comparing('matches phase where the reference names one, and ambient pressure only', async () => {
  const crystalline = await one(density({ conditions: { phase: 'bcc' } }));
  assert.is(crystalline.reason, 'no reference for density of bcc Fe');
  const deep = await one(density({ conditions: { pressure: 10 } }));
  assert.is(deep.reason, 'references hold at ambient pressure, the value at 10 GPa');
  const melting = await one({
    ...density({ quantity: 'melting_temperature', unit: 'K', value: 1700, standard_error: 80 }),
    conditions: { composition: iron, pressure: 0 },
  });
  assert.is(melting.verdict, 'agrees');
  assert.is(melting.reference!.value, 1811);
  assert.is(
    (await one(density({ quantity: 'bulk_modulus', unit: 'GPa' }))).reason,
    'no reference lists bulk modulus',
  );
});

comparing('converts units and finds one axis of a crystal', async () => {
  const other = await one(density({ value: 6900, unit: 'kg/m³', standard_error: 50 }));
  assert.is(other.reference!.value, 6860);
  near(other.sigmas, 0.703924, 5);
  const b = await one(
    crystal('cementite', 160, {
      value: 6.75,
      conditions: { composition: { Fe: 0.75, C: 0.25 }, axis: 'b' },
    }),
  );
  assert.is(b.reference!.value, 6.742);
  assert.is(b.verdict, 'agrees');
});

comparing('keeps a missing value with its reason', async () => {
  const missing: MeasuredInput = { kind: 'missing', digest: digest(7), reason: 'the melt froze' };
  const { rows, outputs } = await table([missing, density()]);
  assert.equal(rows[1], { source: digest(7), verdict: 'inconclusive', reason: 'the melt froze' });
  assert.equal(outputs, {
    table: { file: 'table.json' },
    verdicts: { agrees: 1, inconclusive: 1 },
  });
});

comparing('gives the same bytes whatever the order of its inputs', async () => {
  const inputs = [density(), crystal('fcc', 0, { value: 3.6 }), density({ value: 7.4 })].map(
    (measured, k): MeasuredInput => ({ kind: 'value', digest: digest(9 - k), measured }),
  );
  const [forth, back] = [await table(inputs), await table([...inputs].reverse())];
  assert.is(forth.text, back.text);
  assert.equal(forth.figures, back.figures);
  assert.equal(
    forth.rows.map(({ source }) => source),
    [digest(7), digest(9), digest(8)],
  );
});

comparing('describes its table for the report: shared columns, source, verdict', async () => {
  const { figures } = await table([density()]);
  const [figure] = figures;
  assert.is(figure?.id, 'comparison');
  if (figure?.kind !== 'table') throw new Error('expected a table');
  assert.equal(figure.sideBySide, { same: [0, 1, 2, 3], source: 4 });
  const [quantity, conditions, reference, from, source, value, percent, sigmas, verdict, remark] =
    figure.rows[0]!;
  assert.equal([quantity, conditions], ['density', 'liquid Fe, 2000 K']);
  assert.equal(reference, { value: 6.86, error: 0.027, unit: 'g/cm³' });
  assert.match(String(from), /Assael/);
  assert.equal(source, { source: digest(0) });
  assert.equal(value, { value: 6.9, error: 0.05, unit: 'g/cm³' });
  const number = (cell: typeof value): number =>
    cell !== null && typeof cell === 'object' && 'value' in cell ? cell.value : Number.NaN;
  near(number(percent!), 0.58309, 5);
  near(number(sigmas!), 0.703924, 5);
  assert.equal(verdict, { verdict: 'agrees', tone: 'good' });
  assert.is(remark, null);
});

async function refused(text: string): Promise<string> {
  const path = join(taskContext().folder, 'bad.yaml');
  writeFileSync(path, text);
  try {
    await table([density()], { reference: path });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    assert.is(error.name, 'StepError');
    return error.message;
  }
  throw new Error('expected the file to be refused');
}

const head = 'schema: curie/reference@1\nsources: { me: "A book" }\nentries:\n';
const entry = (fields: string): string =>
  `${head}  - { quantity: density, composition: { Fe: 1 }, source: me, ${fields} }\n`;
const good = 'value: 7 g/cm3, standard_uncertainty: 0.1 g/cm3';

comparing('names file, line and column of a mistake in the reference table', async () => {
  assert.match(await refused('schema: [1\n'), /^bad\.yaml:2:1: /);
  assert.is(
    await refused('just words'),
    'bad.yaml:1:1: expected a table of reference values, beginning with "schema:"',
  );
  assert.is(
    await refused('schema: curie/reference@2\nsources: {}\n'),
    'bad.yaml:1:9: "curie/reference@2" is no schema that is known; expected curie/reference@1',
  );
  assert.is(
    await refused(entry('value: 7, standard_uncertainty: 0.1 g/cm3')),
    'bad.yaml:4:69: 7 has no unit; expected such as 7 g/cm3',
  );
  assert.match(
    await refused(entry('value: 7 furlong, standard_uncertainty: 0.1 g/cm3')),
    /^bad\.yaml:4:69: "furlong" is no unit that is known; expected one of K, Å, nm/,
  );
  assert.is(
    await refused(entry('value: 7 g/cm3, standard_uncertainty: 1 kg/m3')),
    'bad.yaml:4:100: the uncertainty is in kg/m³, the value in g/cm³; give both in one unit',
  );
  assert.is(
    await refused(entry('value: 7 g/cm3, standard_uncertainty: 0 g/cm3')),
    'bad.yaml:4:100: an uncertainty must be above zero',
  );
  assert.is(
    await refused(entry(`${good}, temprature: 300 K`)),
    'bad.yaml:4:111: "temprature" is not known here; expected quantity, phase, composition, source, note, temperature, value, standard_uncertainty, extrapolated',
  );
  assert.is(
    await refused(entry(`${good}, temperature: 1 GPa`)),
    'bad.yaml:4:124: expected a temperature, such as 2000 K; found GPa',
  );
  assert.is(
    await refused(
      `${head}  - { quantity: density, composition: { Fe: 0.9 }, source: you, ${good} }`,
    ),
    'bad.yaml:4:39: the fractions add up to 0.9; expected 1\nbad.yaml:4:60: "you" is not among the sources; expected one of me',
  );
  assert.is(
    await refused(`${head}  - { composition: { Fe: 1 }, source: me, ${good} }`),
    'bad.yaml:4:5: quantity is missing',
  );
});

comparing('names what is wrong with a formula', async () => {
  const correlation = (formula: string, range = '[1 K, 2 K]'): string =>
    `schema: curie/reference@1\nsources: { me: "A book" }\ncorrelations:\n  - { quantity: density, composition: { Fe: 1 }, source: me, unit: g/cm3, relative_standard_uncertainty: 0.1, range: ${range}, formula: "${formula}" }\n`;
  const place = 'bad.yaml:4:139: formula, character';
  assert.is(
    await refused(correlation('7 - 2 * * T')),
    `${place} 9: "*" where a number, T, a bracket or exp, log, log10, sqrt was expected`,
  );
  assert.is(
    await refused(correlation('7 - x')),
    `${place} 5: "x" where a number, T, a bracket or exp, log, log10, sqrt was expected`,
  );
  assert.is(
    await refused(correlation('(7 - T')),
    `${place} 7: the formula ends where ")" was expected`,
  );
  assert.is(await refused(correlation('7 T')), `${place} 3: "T" where an operator was expected`);
  assert.is(await refused(correlation('7 # T')), `${place} 3: "#" has no meaning in a formula`);
  assert.is(
    await refused(correlation('log(T - 2)')),
    'bad.yaml:4:139: the formula gives no number at 1 K',
  );
  assert.is(
    await refused(correlation('7', '[2 K, 1 K]')),
    'bad.yaml:4:118: expected two rising temperatures, such as [1811 K, 1950 K]',
  );
});

comparing('computes formulas by the usual rules', async () => {
  const { parseFormula } = await import('../../physics/reference/formula.ts');
  const cases: readonly (readonly [string, number])[] = [
    ['1 + 2 * 3', 7],
    ['2 - 3 - 4', -5],
    ['-2 ^ 2', -4],
    ['2 ^ 3 ^ 2', 512],
    ['2 ^ -1', 0.5],
    ['8 / 4 / 2', 1],
    ['1.5e1 * (T - 1)', 45],
    ['sqrt(T) + log10(100)', 4],
  ];
  for (const [text, expected] of cases)
    assert.ok(Math.abs(parseFormula(text)(4) - expected) < 1e-12 * Math.abs(expected), text);
});

comparing.run();
