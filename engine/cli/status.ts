/** `curie status`: the current or the last run, from its journal. */
import { formatDuration } from '../report/number.ts';
import type { RunEvent } from '../run/event.ts';
import { lastRun, readJournal } from '../run/journal.ts';
import { openProject, type StudyOptions } from './project.ts';
import { RunState } from './run-state.ts';
import { columns, plural } from './text.ts';

export function statusCommand(file: string, options: StudyOptions): void {
  const { study, cacheFolder } = openProject(file, options);
  const folder = lastRun(cacheFolder, study.name);
  if (folder === undefined) {
    console.log(`${study.name} has not run yet`);
    return;
  }
  const events = readJournal(folder);
  const state = new RunState();
  for (const event of events) state.hear(event);
  const [first] = events;
  const begun = first?.kind === 'run-started' ? first : undefined;
  const last = events.at(-1);
  const interrupted = last?.kind !== 'run-finished' && !(begun !== undefined && isAlive(begun.pid));
  console.log(
    `${study.name}, run of ${begun?.wallClock.slice(0, 19).replace('T', ' ')} UTC${begun?.profile ? `, profile ${begun.profile}` : ''}: ${howItStands(interrupted, last)}`,
  );
  for (const line of columns(state.steps().map((step) => [step.name, step.summary])))
    console.log(`  ${line}`);
  const { all, ...counts } = state.counts;
  const parts = Object.entries(counts).map(
    ([state, count]) => `${count} ${interrupted && state === 'running' ? 'interrupted' : state}`,
  );
  console.log(`${plural(all, 'task')}: ${parts.join(', ')}`);
}

function howItStands(interrupted: boolean, last: RunEvent | undefined): string {
  const time = formatDuration((last?.at ?? 0) / 1000);
  if (interrupted) return `interrupted after ${time}; run again to continue`;
  if (last?.kind !== 'run-finished') return `running for ${time}`;
  return `${last.stopped > 0 ? 'stopped' : 'ended'} after ${time}`;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process may not be signalled, but is there.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
