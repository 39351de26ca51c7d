/** `curie plan` and `curie run -n`: every task, what would happen to it, and why. */
import { type Decision, tasksNeededBy } from '../plan/plan.ts';
import { describeReason, describeSkip } from '../provenance/explain.ts';
import type { Json } from '../step.ts';
import type { ExpandedStudy, TaskId } from '../study/expanded.ts';
import {
  openForReading,
  openProject,
  type Project,
  planFrom,
  type StudyOptions,
  tasksNamed,
} from './project.ts';
import { columns, plural } from './text.ts';

export interface PlanOptions extends StudyOptions {
  readonly only?: readonly string[];
  readonly force?: readonly string[];
  readonly json?: boolean;
}

export function planCommand(file: string, options: PlanOptions): void {
  const project = openProject(file, options);
  const { included, forced } = selectionOf(project.study, options);
  const cache = openForReading(project.cacheFolder);
  const { decisions } = planFrom(project, cache, forced);
  cache?.close();
  const shown = decisions.filter(({ task }) => included?.has(task) ?? true);
  if (options.json) console.log(JSON.stringify(asJson(project, shown), null, 2));
  else for (const line of asText(project, shown)) console.log(line);
}

export interface Selection {
  /** Tasks of the run; undefined: all. */
  readonly included: ReadonlySet<TaskId> | undefined;
  readonly forced: ReadonlySet<TaskId>;
}

/** What `--only` and `--force` stand for. */
export function selectionOf(study: ExpandedStudy, { only, force = [] }: PlanOptions): Selection {
  const forced = new Set(force.flatMap((name) => tasksNamed(study, name)));
  const included =
    only === undefined
      ? undefined
      : tasksNeededBy(study, new Set(only.flatMap((name) => tasksNamed(study, name))));
  return { included, forced };
}

function asText(project: Project, decisions: readonly Decision[]): string[] {
  const { study } = project;
  const rows = decisions.map((decision) => [
    study.tasks[decision.task]!.name,
    decision.kind,
    because(decision, project),
  ]);
  const count = (kind: Decision['kind']) =>
    decisions.filter((decision) => decision.kind === kind).length;
  const parts = [
    `${plural(decisions.length, 'task')}: ${count('restore')} restored`,
    `${count('run')} to run`,
    ...(count('wait') > 0 ? [`${count('wait')} depending on those`] : []),
    ...(count('inconclusive') > 0 ? [`${count('inconclusive')} inconclusive`] : []),
    ...(count('skip') > 0 ? [`${count('skip')} skipped`] : []),
  ];
  return [...columns(rows), parts.join(', ')];
}

/** Why it is decided so, in a line; nothing where that goes without saying. */
export function because(decision: Decision, { study, at }: Project): string {
  const name = (task: TaskId): string => study.tasks[task]!.name;
  switch (decision.kind) {
    case 'restore':
      return decision.record.outcome === 'done' ? '' : `inconclusive: ${decision.record.reason}`;
    case 'run':
      return describeReason(decision.because, at);
    case 'wait': {
      const [first, ...others] = decision.for;
      const more = others.length === 0 ? '' : ` and ${others.length} more`;
      return `depends on ${name(first!)}${more}`;
    }
    case 'inconclusive':
      return `${name(decision.by)} has no ${decision.output}: ${decision.reason}`;
    case 'skip':
      return describeSkip(decision.because, study, at);
    case 'blocked':
      return `${name(decision.by)} failed`;
  }
}

function asJson(project: Project, decisions: readonly Decision[]): Json {
  const { study } = project;
  return {
    study: study.name,
    profile: study.profile,
    tasks: decisions.map((decision) => ({
      task: study.tasks[decision.task]!.name,
      step: study.tasks[decision.task]!.step,
      action: decision.kind,
      because: because(decision, project),
      ...('key' in decision && { key: decision.key }),
      ...(decision.kind === 'wait' && {
        for: decision.for.map((task) => study.tasks[task]!.name),
      }),
    })),
  };
}
