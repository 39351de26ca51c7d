/** `curie outputs`: what tasks gave, from the cache. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ActionRecord } from '../../cache/index.ts';
import { formatValue } from '../report/number.ts';
import { measuredOf } from '../run/record.ts';
import type { Json, OutputField } from '../step.ts';
import type { Task } from '../study/expanded.ts';
import { shownPath } from './places.ts';
import {
  endedOf,
  openForReading,
  openProject,
  planFrom,
  type StudyOptions,
  tasksNamed,
} from './project.ts';
import { columns, shortened } from './text.ts';

export interface OutputsOptions extends StudyOptions {
  readonly json?: boolean;
}

interface TaskOutputs {
  readonly task: Task;
  readonly record: ActionRecord | undefined;
  /** Why there is no record, or why it has no value. */
  readonly reason: string | null;
}

export function outputsCommand(
  file: string,
  name: string | undefined,
  options: OutputsOptions,
): void {
  const project = openProject(file, options);
  const { study, results } = project;
  const wanted = name === undefined ? study.tasks.map(({ id }) => id) : tasksNamed(study, name);
  const cache = openForReading(project.cacheFolder);
  const ended = endedOf(planFrom(project, cache));
  cache?.close();
  const outputs = wanted.map((id): TaskOutputs => {
    const task = study.tasks[id]!;
    const end = ended[id]!;
    if (end.kind === 'record')
      return { task, record: end.record, reason: end.record.reason ?? null };
    return {
      task,
      record: undefined,
      reason: end.kind === 'inconclusive' ? end.reason : end.kind === 'skipped' ? SKIPPED : NOT_RUN,
    };
  });
  const pathOf = (task: Task, output: string, extension: string): string =>
    join(results, task.name, `${output}.${extension}`);
  if (options.json)
    console.log(
      JSON.stringify(
        outputs.map((each) => asJson(each, pathOf)),
        null,
        2,
      ),
    );
  else for (const each of outputs) for (const line of asText(each, pathOf)) console.log(line);
}

const NOT_RUN = 'not run';
const SKIPPED = 'skipped';

type PathOf = (task: Task, output: string, extension: string) => string;

function outcomeOf({ record, reason }: TaskOutputs): string {
  if (record !== undefined) return record.outcome;
  return reason === NOT_RUN || reason === SKIPPED ? reason : 'inconclusive';
}

function asJson(of: TaskOutputs, pathOf: PathOf): Json {
  const { task, record, reason } = of;
  const outputs = Object.entries(record?.outputs ?? {}).map(([name, output]): [string, Json] => [
    name,
    output.kind === 'value'
      ? withUnit(output.value, task.interface.outputs[name])
      : {
          file: pathOf(task, name, output.extension),
          type: output.type,
          digest: output.digest,
          size: output.size,
        },
  ]);
  return {
    task: task.name,
    step: task.step,
    labels: task.labels,
    outcome: outcomeOf(of),
    reason,
    key: record?.key ?? null,
    outputs: Object.fromEntries(outputs),
    warnings: record?.warnings ?? [],
  };
}

/** A value as it was given; a quantity with the unit that the step's interface declares. */
function withUnit(value: Json, field: OutputField | undefined): Json {
  return field?.kind === 'quantity' ? { value, unit: field.unit } : value;
}

function asText(of: TaskOutputs, pathOf: PathOf): string[] {
  const { task, record, reason } = of;
  const outcome = outcomeOf(of);
  const head = `${task.name}  ${outcome}${outcome === 'inconclusive' && reason !== null ? `: ${reason}` : ''}`;
  if (record === undefined) return [head];
  const measured = measuredOf(record);
  const rows = Object.entries(record.outputs).map(([name, output]) => {
    if (output.kind === 'artifact') {
      const path = pathOf(task, name, output.extension);
      return [name, `${shownPath(path)}${existsSync(path) ? '' : ' (run again to have it there)'}`];
    }
    const value = measured[name];
    const field = task.interface.outputs[name];
    if (field?.kind === 'quantity' && typeof output.value === 'number')
      return [name, `${formatValue(output.value)} ${field.unit}`.trimEnd()];
    if (value === undefined) return [name, shortened(JSON.stringify(output.value), 100)];
    const marks = value.marks.length > 0 ? ` [${value.marks.join(', ')}]` : '';
    return [
      name,
      `${formatValue(value.value, value.standard_error)} ${value.unit}${marks}  ${conditionsOf(value.conditions)}`,
    ];
  });
  return [head, ...columns(rows).map((line) => `  ${line}`)];
}

/** Units of the conditions that measured values state as numbers. */
const UNITS: { readonly [condition: string]: string } = { temperature: ' K', pressure: ' GPa' };

/** Conditions in one line; those that are records themselves, such as the potential, left out. */
function conditionsOf(conditions: { readonly [name: string]: Json }): string {
  return Object.entries(conditions)
    .flatMap(([name, value]) => {
      if (name === 'composition' && typeof value === 'object' && value !== null)
        return [
          Object.entries(value)
            .sort(([, a], [, b]) => Number(b) - Number(a))
            .map(([element, x]) => `${element} ${x}`)
            .join(' '),
        ];
      return typeof value === 'object' ? [] : [`${name} ${value}${UNITS[name] ?? ''}`];
    })
    .join(', ');
}
