/** `curie run`: runs a study, or finds that nothing has changed since nothing had to be done. */
import { shownPath } from './places.ts';
import type { PlanOptions } from './plan.ts';
import { countsText, viewOf } from './run-view.ts';
import { type RunName, repeatUnchanged, type Unchanged } from './unchanged.ts';

export interface RunOptions extends PlanOptions {
  readonly dryRun?: boolean;
  readonly jobs?: string;
  readonly gpus?: string;
}

export async function runCommand(file: string, options: RunOptions): Promise<void> {
  // What reads studies is loaded only where one has to be read.
  if (options.dryRun) return (await import('./plan.ts')).planCommand(file, options);
  const name = runName();
  const unchanged = await repeatUnchanged(file, options, name);
  if (unchanged !== undefined) return sayUnchanged(unchanged, options);
  return (await import('./run-whole.ts')).runWhole(file, options, name);
}

function runName(): RunName {
  const begin = performance.now();
  const wallClock = new Date().toISOString();
  return {
    id: `${wallClock.replaceAll(/[-:]/g, '')}-${process.pid}`,
    wallClock,
    clock: () => Math.round(performance.now() - begin),
  };
}

/** What the run before it said, as if all had been looked at again. */
async function sayUnchanged(
  { journal, said, finished, report }: Unchanged,
  options: RunOptions,
): Promise<void> {
  const view = await viewOf(options);
  for (const line of journal.split('\n'))
    if (line !== '' && (view.showsRestored || !line.startsWith('{"kind":"task-restored"')))
      view.hear(JSON.parse(line));
  await view.close();
  if (options.json) return;
  process.stdout.write(said);
  console.log(`\n${countsText(finished, finished.at)}`);
  console.log(`report: ${shownPath(report)}`);
}
