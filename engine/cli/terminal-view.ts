/**
 * A run in a terminal: one row a step, its matrix folded, with live numbers. listr2 draws; with
 * many rows it grows slow, so a larger study has one row for all of it.
 */
import { type DefaultRenderer, Listr, type ListrTaskWrapper, type SimpleRenderer } from 'listr2';
import type { RunEvent } from '../run/event.ts';
import { RunState, type StepNow } from './run-state.ts';
import { shortened } from './text.ts';

const MOST_ROWS = 30;
/** Rows are drawn anew at most this often, ms. */
const DRAW_EVERY = 200;
/** Columns that listr2 keeps for the sign of a row and at its end. */
const BESIDE = 5;
const STOPPING = 'stopping; interrupt again to end at once';

export interface TerminalView {
  readonly showsRestored: true;
  hear(event: RunEvent): void;
  /** The user has asked for the end. */
  stopping(): void;
  /** Resolves when the last state is on the screen. */
  close(): Promise<void>;
}

interface Row {
  readonly now: () => StepNow;
  readonly title: (text: string) => void;
  readonly end: (error?: Error) => void;
  readonly skip: (text: string) => void;
  ended: boolean;
}

type Wrapper = ListrTaskWrapper<unknown, typeof DefaultRenderer, typeof SimpleRenderer>;

export function terminalView(): TerminalView {
  const state = new RunState();
  const rows: Row[] = [];
  /** Characters of the longest name: what is said of the steps begins in one column. */
  let widest = 0;
  let drawn: Promise<unknown> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  let [stopping, closed] = [false, false];

  const begin = (): void => {
    const steps = state.steps();
    const folded = steps.length > MOST_ROWS;
    const subjects = folded
      ? [() => state.all()]
      : steps.map(
          ({ name }) =>
            () =>
              state.step(name),
        );
    widest = Math.max(0, ...subjects.map((now) => now().name.length));
    const list = subjects.map((now) => ({
      title: now().name,
      // A row exists from here on: results that are restored may be there before it.
      task: (_: unknown, wrapper: Wrapper) =>
        new Promise<void>((resolve, reject) => {
          rows.push({
            now,
            title: (text) => {
              wrapper.title = text;
            },
            skip: (text) => wrapper.skip(text),
            end: (error) => (error === undefined ? resolve() : reject(error)),
            ended: false,
          });
          draw();
        }),
    }));
    const listr = new Listr(list, {
      concurrent: true,
      exitOnError: false,
      registerSignalListeners: false,
      rendererOptions: { collapseErrors: false, showErrorMessage: false, collapseSkips: true },
    });
    drawn = listr.run().catch(() => {});
    timer = setInterval(draw, DRAW_EVERY);
  };

  const draw = (): void => {
    for (const row of rows.filter(({ ended }) => !ended)) {
      const now = row.now();
      const text = stopping && !now.ended ? STOPPING : now.summary;
      const whole = `${now.name.padEnd(widest)}  ${text}`;
      // What still changes stays on one line, or the rows below would jump.
      const title = now.ended ? whole : shortened(whole, process.stdout.columns - BESIDE);
      row.title(title);
      if (!now.ended && !closed) continue;
      row.ended = true;
      if (now.failed) row.end(new Error(title));
      else {
        if (now.open) row.skip(title);
        row.end();
      }
    }
  };

  return {
    showsRestored: true,
    hear(event) {
      state.hear(event);
      if (event.kind === 'run-started') begin();
      if (event.kind === 'run-finished') draw();
    },
    stopping() {
      stopping = true;
      draw();
    },
    async close() {
      closed = true;
      clearInterval(timer);
      draw();
      await drawn;
    },
  };
}
