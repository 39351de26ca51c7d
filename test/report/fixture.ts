/**
 * A finished study that never ran: the shape of the shipped one, plausible numbers, every kind of
 * figure; only its comparison with experiment is real. Its folder is removed by `close`.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ActionRecord, type Content, digestOf, sha256 } from '../../cache/index.ts';
import { missingDigest, type Upstream } from '../../engine/plan/upstream.ts';
import type { ReportInput } from '../../engine/report/report.ts';
import type { RunEvent } from '../../engine/run/event.ts';
import type { Figure, Json, Measured, MeasuredInput, StepDeclaration } from '../../engine/step.ts';
import type { ExpandedStudy, Task } from '../../engine/study/expanded.ts';
import { loadStudy } from '../../engine/study/load.ts';
import { coexistence } from '../../steps/coexistence/interface.ts';
import { compare } from '../../steps/compare/interface.ts';
import { run as runCompare } from '../../steps/compare/run.ts';
import { dftImport } from '../../steps/dft-import/interface.ts';
import { evaluate } from '../../steps/evaluate/interface.ts';
import { lattice } from '../../steps/lattice/interface.ts';
import { npt } from '../../steps/npt/interface.ts';
import { train } from '../../steps/train/interface.ts';
import { viscosity } from '../../steps/viscosity/interface.ts';
import { taskContext } from '../steps/context.ts';
import * as figures from './figures.ts';

const workflows = new URL('../../workflows/', import.meta.url);

const declarations: readonly StepDeclaration[] = [
  dftImport,
  train,
  evaluate,
  lattice,
  npt,
  viscosity,
  coexistence,
  compare,
];

export interface Fixture {
  readonly input: ReportInput;
  readonly study: ExpandedStudy;
  readonly folder: string;
  close(): void;
}

/**
 * @param options `rename` changes the study's text before it is loaded; `restored`: nothing ran;
 *   `fail`: the task of this name failed
 */
export async function fixture(
  options: {
    readonly rename?: (text: string) => string;
    readonly restored?: boolean;
    readonly fail?: string;
  } = {},
): Promise<Fixture> {
  const folder = mkdtempSync(join(tmpdir(), 'curie-report-'));
  const text = (options.rename ?? ((same: string) => same))(
    readFileSync(new URL('study.yaml', import.meta.url), 'utf8'),
  );
  const file = join(folder, 'workflows', 'fe-cr-c.yaml');
  const data = join(folder, 'workflows', 'data', 'fe-cr-c-pbe');
  mkdirSync(data, { recursive: true });
  writeFileSync(file, text);
  for (const name of ['nonmagnetic', 'polarised', 'equation-of-state'])
    writeFileSync(join(data, `${name}.extxyz`), `${name}\n`);
  writeFileSync(join(data, 'LICENSE'), 'Creative Commons Attribution 4.0 (CC BY 4.0)\n');
  const experiment = fileURLToPath(new URL('data/experiment.yaml', workflows));
  writeFileSync(join(folder, 'workflows', 'data', 'experiment.yaml'), readFileSync(experiment));
  const registry = declarations.map((step) => ({
    ...step,
    load: () => Promise.reject(new Error('nothing runs here')),
  }));
  const loaded = loadStudy(file, { registry });
  if ('diagnostics' in loaded) throw new Error(JSON.stringify(loaded.diagnostics, null, 1));
  const { study } = loaded;

  const blobs = new Map<string, readonly Figure[]>();
  const ended: Upstream[] = [];
  const events: RunEvent[] = [
    {
      kind: 'run-started',
      at: 0,
      run: '1',
      study: study.name,
      file,
      profile: null,
      tasks: study.tasks.map(({ name, step }) => ({ name, step })),
      wallClock: '2026-11-24T09:00:00.000Z',
      pid: 1,
    },
  ];
  let clock = 0;
  for (const task of study.tasks) {
    if (task.name === options.fail) {
      events.push({
        kind: 'task-failed',
        at: clock * 1000,
        task: task.name,
        seconds: 3,
        message: 'the cell has no volume',
        log: ['line before', 'last line <b>'],
        folder: null,
      });
      ended.push({ kind: 'failed' });
      continue;
    }
    const made = task.step === 'table' ? await comparison(task, ended, experiment) : makeUp(task);
    const imported = task.interface.type === 'dft-import';
    const record = recordOf(task, made, imported ? -7300 + task.id : clock, blobs);
    if (!imported && options.restored !== true)
      events.push({
        kind: 'task-started',
        at: clock * 1000,
        task: task.name,
        key: record.key,
        because: 'first run',
        resumed: false,
        threads: 1,
      });
    if (!imported) clock += made.seconds * 0.8;
    ended.push({ kind: 'record', record });
  }
  events.push({
    kind: 'run-finished',
    at: clock * 1000,
    done: 0,
    restored: 0,
    inconclusive: 0,
    failed: 0,
    blocked: 0,
    skipped: 0,
    stopped: 0,
  });
  const input: ReportInput = {
    study,
    text,
    ended,
    events,
    files: study.files.map((path) => {
      const bytes = readFileSync(path);
      return { path, digest: sha256(bytes), size: bytes.length };
    }),
    figures: (of: Content) => blobs.get(of.digest) ?? [],
    version: '0.1.0',
    out: join(folder, 'results', 'report.html'),
  };
  return { input, study, folder, close: () => rmSync(folder, { recursive: true, force: true }) };
}

interface Made {
  readonly seconds: number;
  readonly values: { readonly [output: string]: Json };
  readonly figures: readonly Figure[];
  readonly inconclusive?: string;
  readonly warnings?: readonly string[];
}

/** What the task would have given. */
function makeUp(task: Task): Made {
  const magnetic = task.labels.potential === 'DP-M';
  const seed = task.id + 1;
  const potential = { digest: magnetic ? 'b' : 'a', members: 3 };
  switch (task.interface.type) {
    case 'dft-import':
      return { seconds: 0.4, values: {}, figures: [figures.frameTable(112 - 20 * task.id)] };
    case 'train':
      return {
        seconds: task.name === 'pretrain' ? 148 : 44,
        values: { force_rmse: 0.26 + 0.02 * task.id },
        figures: figures.learning(seed, task.name === 'scratch' ? 1 : 3, 20000),
      };
    case 'evaluate':
      return {
        seconds: 2.2,
        values: { force_rmse: 0.21 + 0.03 * task.id },
        figures: figures.parity(seed, magnetic ? 0.24 : 0.2),
      };
    case 'lattice': {
      const fcc = task.labels.structure === 'fcc';
      const value = (fcc ? 3.46 : 2.76) + (magnetic ? 0.081 : 0);
      return {
        seconds: 1.7,
        values: {
          lattice_parameter: measured(
            'lattice_parameter',
            value,
            'Å',
            { committee: 0.0132 },
            {
              composition: { Fe: 1 },
              temperature: 0,
              pressure: 0,
              phase: fcc ? 'fcc' : 'bcc',
              potential,
            },
          ),
          bulk_modulus: measured('bulk_modulus', 214.2, 'GPa', { committee: 12.3 }, {}),
          deviation: magnetic ? -0.0104 : 0.00321,
        },
        figures: figures.energyVolume(fcc ? 'fcc' : 'bcc', fcc ? 10.4 : 11.5, magnetic ? 0 : -0.6),
      };
    }
    case 'npt': {
      const carbon = task.labels.melt !== 'Fe';
      const value = (magnetic ? 6.93 : 7.71) - (carbon ? 0.04 : 0);
      return {
        seconds: 38,
        values: {
          density: measured(
            'density',
            value,
            'g/cm³',
            { statistical: 0.0231, committee: magnetic && carbon ? 0.19 : 0.0544 },
            {
              composition: carbon ? { Fe: 0.9, C: 0.1 } : { Fe: 1 },
              temperature: carbon ? 1750 : 2000,
              pressure: 0,
              phase: 'liquid',
              potential,
            },
            !magnetic && carbon ? ['outside training'] : [],
          ),
          volume: measured(
            'volume_per_atom',
            13.2,
            'Å³',
            { statistical: 0.0312, committee: 0.12 },
            {},
          ),
        },
        figures: figures.density(seed, magnetic ? 13.3 : 12.1),
        ...(!magnetic &&
          carbon && {
            warnings: [
              'the mean volume per metal atom, 13.41 Å³, lies outside the training frames’ 9.8–13.2 Å³',
            ],
          }),
      };
    }
    case 'viscosity': {
      const value = magnetic ? 3.1 : 4.72;
      return {
        seconds: 41,
        values: {
          viscosity: measured(
            'viscosity',
            value,
            'mPa·s',
            { statistical: 0.412, committee: 0.31 },
            {
              composition: { Fe: 1 },
              temperature: 2000,
              pressure: 0,
              phase: 'liquid',
              potential,
            },
          ),
        },
        figures: figures.viscosity(seed, value),
      };
    }
    default:
      return {
        seconds: 62,
        values: magnetic
          ? {}
          : {
              melting_temperature: measured(
                'melting_temperature',
                1744,
                'K',
                { regression: 58, committee: 71 },
                {
                  composition: { Fe: 1 },
                  pressure: 0,
                  potential,
                },
              ),
              bracket_low: 1500,
              bracket_high: 1800,
              solid: 'fcc',
              latent_heat: 0.1423,
            },
        figures: figures.coexistence(seed, magnetic ? 1450 : 1744),
        ...(magnetic && {
          inconclusive:
            'the crystal melted at all three temperatures, so none bounds the melting temperature from below',
        }),
      };
  }
}

function measured(
  quantity: string,
  value: number,
  unit: string,
  contributions: { readonly [part: string]: number },
  conditions: Measured['conditions'],
  marks: readonly string[] = [],
): Json {
  const squares = Object.values(contributions).reduce((sum, part) => sum + part * part, 0);
  return {
    quantity,
    value,
    unit,
    standard_error: Math.sqrt(squares),
    contributions,
    effective_samples: null,
    conditions,
    marks,
  };
}

/** The real step on the made-up values. */
async function comparison(
  task: Task,
  ended: readonly Upstream[],
  experiment: string,
): Promise<Made> {
  const list = task.inputs.measured;
  if (list?.kind !== 'list') throw new Error('expected a list of gathers');
  const inputs = list.items.flatMap((gather) =>
    gather.kind === 'gather'
      ? gather.elements.flatMap((element): MeasuredInput[] => {
          if (element.kind !== 'output') return [];
          const { task: id, output } = element;
          const end = ended[id];
          if (end?.kind !== 'record') return [];
          const recorded = end.record.outputs[output];
          const digest = recorded?.digest ?? missingDigest(output, end.record.key);
          return recorded?.kind === 'value' && isMeasured(recorded.value)
            ? [{ kind: 'value', digest, measured: recorded.value }]
            : [{ kind: 'missing', digest, reason: end.record.reason ?? 'none' }];
        })
      : [],
  );
  const context = taskContext();
  const outcome = await runCompare(
    {
      measured: inputs,
      reference: { path: experiment, digest: '', size: 0 },
      resolution: compare.inputs.resolution.default,
    },
    context,
  );
  rmSync(context.folder, { recursive: true });
  return { seconds: 0.1, values: {}, figures: outcome.figures ?? [] };
}

function isMeasured(value: unknown): value is Measured {
  return typeof value === 'object' && value !== null && 'standard_error' in value;
}

function recordOf(
  task: Task,
  made: Made,
  at: number,
  blobs: Map<string, readonly Figure[]>,
): ActionRecord {
  const text = JSON.stringify(made.figures);
  const blob = { digest: sha256(text), size: text.length };
  blobs.set(blob.digest, made.figures);
  const artifacts = Object.entries(task.interface.outputs).flatMap(([name, field]) =>
    field.kind === 'artifact' && made.inconclusive === undefined
      ? [
          [
            name,
            {
              kind: 'artifact' as const,
              digest: sha256(`${task.name} ${name}`),
              size: 48_200 + 977 * task.id,
              type: field.type,
              extension: field.extension,
            },
          ],
        ]
      : [],
  );
  const values = Object.entries(made.values).map(([name, value]) => [
    name,
    { kind: 'value' as const, value, digest: digestOf({ value, by: task.name }) },
  ]);
  return {
    schema: 'curie/record@1',
    key: digestOf({ task: task.name }),
    action: { task: task.name },
    outcome: made.inconclusive === undefined ? 'done' : 'inconclusive',
    ...(made.inconclusive !== undefined && { reason: made.inconclusive }),
    outputs: Object.fromEntries([...artifacts, ...values]),
    figures: blob,
    warnings: made.warnings ?? [],
    provenance: {
      started: new Date(Date.UTC(2026, 10, 24, 9) + at * 1000).toISOString(),
      seconds: made.seconds,
      threads: task.interface.resources.threads.max > 1 ? 2 : 1,
      host: { cpu: '2 × AMD EPYC', node: '22.23.0', platform: 'linux-x64' },
      curie: '0.1.0',
    },
  };
}
