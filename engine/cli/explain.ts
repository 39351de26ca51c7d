/** `curie explain`: the leaves in which a task's action differs from its last one. */
import type { Decision, Plan } from '../plan/plan.ts';
import { describeChange, describeReason, describeSkip } from '../provenance/explain.ts';
import { formatDuration } from '../report/number.ts';
import {
  openForReading,
  openProject,
  type Project,
  planFrom,
  type StudyOptions,
  tasksNamed,
} from './project.ts';

export function explainCommand(file: string, name: string, options: StudyOptions): void {
  const project = openProject(file, options);
  const wanted = tasksNamed(project.study, name);
  const cache = openForReading(project.cacheFolder);
  const plan = planFrom(project, cache);
  cache?.close();
  for (const task of wanted)
    for (const line of explanation(plan.decisions[task]!, plan, project)) console.log(line);
}

function explanation(decision: Decision, plan: Plan, project: Project): string[] {
  const { study, at } = project;
  const name = study.tasks[decision.task]!.name;
  switch (decision.kind) {
    case 'restore': {
      const { key, provenance, outcome, reason } = decision.record;
      const made = `made ${provenance.started.slice(0, 19).replace('T', ' ')} UTC in ${formatDuration(provenance.seconds)}`;
      const open = outcome === 'done' ? '' : `; inconclusive: ${reason}`;
      return [`${name}: nothing changed; restored from ${key.slice(0, 12)}, ${made}${open}`];
    }
    case 'run': {
      const { because } = decision;
      if (because.kind !== 'changed') return [`${name}: ${describeReason(because, at)}`];
      return [
        `${name}: runs again because`,
        ...because.changes.map((change) => `  ${describeChange(change, at)}`),
      ];
    }
    case 'wait':
      return [
        `${name}: depends on ${decision.for.map((task) => study.tasks[task]!.name).join(', ')}; it runs only if what they give is new`,
        ...causes(decision, plan, project),
      ];
    case 'inconclusive':
      return [
        `${name}: inconclusive, because ${study.tasks[decision.by]!.name} has no ${decision.output}: ${decision.reason}`,
      ];
    case 'skip':
      return [`${name}: skipped: ${describeSkip(decision.because, study, at)}`];
    case 'blocked':
      return [`${name}: waits for ${study.tasks[decision.by]!.name}, which failed`];
  }
}

/** The tasks at the root of a wait, each with its own reason. */
function causes(
  decision: Decision & { readonly kind: 'wait' },
  plan: Plan,
  { study, at }: Project,
): string[] {
  const seen = new Set<number>();
  const roots: string[] = [];
  const open = [...decision.for];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    const other = plan.decisions[next]!;
    if (other.kind === 'wait') open.push(...other.for);
    else if (other.kind === 'run')
      roots.push(`  ${study.tasks[next]!.name}: ${describeReason(other.because, at)}`);
  }
  return roots.reverse();
}
