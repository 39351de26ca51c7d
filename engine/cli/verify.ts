/** `curie verify`: executes what is bit for bit reproducible again, and compares digests. */

import { formatDuration } from '../report/number.ts';
import { type Verdict, verifyTasks } from '../run/verify.ts';
import type { Json } from '../step.ts';
import type { TaskId } from '../study/expanded.ts';
import { EXIT, Failure } from './failure.ts';
import { interruptible } from './interrupt.ts';
import { machineOf, stepWorkers } from './machine.ts';
import { because } from './plan.ts';
import {
  openForReading,
  openProject,
  type Project,
  type StudyOptions,
  tasksNamed,
} from './project.ts';
import { plural } from './text.ts';

interface VerifyOptions extends StudyOptions {
  readonly step?: readonly string[];
  readonly jobs?: string;
  readonly json?: boolean;
}

export async function verifyCommand(file: string, options: VerifyOptions): Promise<void> {
  const project = openProject(file, options);
  const tasks = wantedTasks(project, options.step);
  const machine = machineOf(options.jobs, project.site);
  const cache = openForReading(project.cacheFolder);
  if (cache === undefined)
    throw new Failure(`there is no cache at ${project.cacheFolder}: nothing has run there yet`);
  const executor = stepWorkers();
  const stop = interruptible(() => {
    if (!options.json) console.error('stopping; interrupt again to end at once');
  });
  const verdicts: Verdict[] = [];
  try {
    const pending = verifyTasks({
      study: project.study,
      cache,
      executor,
      capacity: { ...machine, gpus: [] },
      tasks,
      tools: project.site.tools,
      signal: stop.signal,
    });
    for (const [k, verdict] of pending.entries()) {
      verdicts.push(await verdict);
      if (!options.json)
        for (const line of linesOf(verdicts[k], tasks[k], project)) console.log(line);
    }
  } finally {
    stop.dispose();
    executor.close();
    cache.close();
  }
  if (options.json) console.log(JSON.stringify(asJson(verdicts, tasks, project), null, 2));
  else console.log(summary(verdicts));
  if (stop.signal.aborted) throw new Failure('', EXIT.interrupted);
  if (verdicts.some(({ kind }) => kind === 'differs' || kind === 'failed'))
    throw new Failure('', EXIT.failed);
}

/** In the order of the study. */
function wantedTasks({ study }: Project, steps: readonly string[] | undefined): readonly TaskId[] {
  if (steps === undefined) return study.tasks.map(({ id }) => id);
  const wanted = new Set(steps.flatMap((name) => tasksNamed(study, name)));
  return [...wanted].sort((a, b) => a - b);
}

/** What each kind is called, in a column of its own. */
const NAMES: { readonly [K in Verdict['kind']]: string } = {
  same: 'same',
  differs: 'differs',
  failed: 'failed',
  statistical: 'statistical',
  'no-result': 'not run',
  'not-run': 'not run',
};
const COLUMN = 13;

function linesOf(verdict: Verdict, task: TaskId, project: Project): string[] {
  const { name } = project.study.tasks[task];
  const said = wordsOf(verdict, project);
  const [first, ...others] = said;
  const head = `${NAMES[verdict.kind].padEnd(COLUMN)}${name}`;
  return [
    first === undefined ? head : `${head}: ${first}`,
    ...others.map((line) => `${' '.repeat(COLUMN)}${name}: ${line}`),
  ];
}

function wordsOf(verdict: Verdict, project: Project): string[] {
  switch (verdict.kind) {
    case 'same':
      return [`in ${formatDuration(verdict.seconds)}`];
    case 'differs':
      return verdict.differences.map(
        ({ of, recorded, now }) => `${of} was ${short(recorded)} and is ${short(now)} now`,
      );
    case 'failed':
      return [verdict.message];
    case 'statistical':
      return ['its step is not bit for bit reproducible, so its bytes cannot be compared'];
    case 'no-result': {
      const why = because(verdict.decision, project);
      return [why === '' ? 'no result to compare with' : `no result to compare with: ${why}`];
    }
    case 'not-run':
      return [verdict.reason];
  }
}

/** The beginning of a digest; an outcome as it is. */
function short(digest: string | null): string {
  return digest === null ? 'not there' : digest.slice(0, 12);
}

function summary(verdicts: readonly Verdict[]): string {
  const count = (name: string) => verdicts.filter(({ kind }) => NAMES[kind] === name).length;
  const parts = [...new Set(Object.values(NAMES))]
    .filter((name) => count(name) > 0)
    .map((name) => `${count(name)} ${name}`);
  return `${plural(verdicts.length, 'task')}: ${parts.join(', ')}`;
}

function asJson(verdicts: readonly Verdict[], tasks: readonly TaskId[], project: Project): Json {
  return {
    study: project.study.name,
    profile: project.study.profile,
    tasks: verdicts.map((verdict, k) => ({
      task: project.study.tasks[tasks[k]].name,
      verdict: NAMES[verdict.kind],
      ...(verdict.kind === 'differs'
        ? {
            differences: verdict.differences.map(({ of, recorded, now }) => ({
              of,
              recorded,
              now,
            })),
          }
        : { words: wordsOf(verdict, project) }),
    })),
  };
}
