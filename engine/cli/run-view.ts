/** How a run is shown while it goes on, and how it is summed up. */
import { formatDuration } from '../report/number.ts';
import type { Counts } from '../run/endings.ts';
import type { RunEvent } from '../run/event.ts';
import { plainView } from './plain-view.ts';
import { plural } from './text.ts';

export interface View {
  hear(event: RunEvent): void;
  /** Whether it tells of each task that was there already. */
  readonly showsRestored: boolean;
  /** The user has asked for the end. */
  stopping(): void;
  close(): Promise<void>;
}

/** For a program, a terminal, or a log. */
export async function viewOf({ json }: { readonly json?: boolean }): Promise<View> {
  if (json)
    return {
      hear: (event) => console.log(JSON.stringify(event)),
      showsRestored: true,
      stopping: () => {},
      close: () => Promise.resolve(),
    };
  if (process.stdout.isTTY) return (await import('./terminal-view.ts')).terminalView();
  return {
    hear: plainView(console.log),
    showsRestored: false,
    stopping: () =>
      console.error('\nstopping: steps save what they have; interrupt again to end at once'),
    close: () => Promise.resolve(),
  };
}

/** `22 tasks in 8 min: 20 done, 2 inconclusive` */
export function countsText(counts: Counts, milliseconds: number): string {
  const parts = [
    ...(counts.done > 0 ? [`${counts.done} done`] : []),
    ...(counts.restored > 0 ? [`${counts.restored} restored`] : []),
    ...(counts.inconclusive > 0 ? [`${counts.inconclusive} inconclusive`] : []),
    ...(counts.failed > 0 ? [`${counts.failed} failed`] : []),
    ...(counts.blocked > 0 ? [`${counts.blocked} not run because of that`] : []),
    ...(counts.skipped > 0 ? [`${counts.skipped} skipped`] : []),
    ...(counts.stopped > 0 ? [`${counts.stopped} stopped; run again to continue`] : []),
  ];
  const all =
    counts.done +
    counts.restored +
    counts.inconclusive +
    counts.failed +
    counts.blocked +
    counts.skipped +
    counts.stopped;
  return `${plural(all, 'task')} in ${formatDuration(milliseconds / 1000)}: ${parts.join(', ')}`;
}
