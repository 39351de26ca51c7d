/** A run as plain lines, for logs and pipes. */
import { formatDuration, formatValue } from '../report/number.ts';
import type { RunEvent } from '../run/event.ts';
import { shortened } from './text.ts';

/** Progress of a task is told at most this often, ms. */
const PROGRESS_EVERY = 10_000;

/** Writes what users follow in a log; results that were there already are only counted at the end. */
export function plainView(write: (line: string) => void): (event: RunEvent) => void {
  const told = new Map<string, number>();
  const line = (event: RunEvent & { readonly task: string }, text: string): void =>
    write(`${(event.at / 1000).toFixed(1).padStart(7)} s  ${event.task}  ${text}`);
  return (event) => {
    switch (event.kind) {
      case 'task-started':
        told.set(event.task, event.at);
        line(event, `started${event.resumed ? ' from its checkpoint' : ''} (${event.because})`);
        break;
      case 'task-progress': {
        if (event.at - (told.get(event.task) ?? 0) < PROGRESS_EVERY) break;
        told.set(event.task, event.at);
        const percent = `${Math.floor(100 * event.fraction)} %`;
        line(event, event.text === null ? percent : `${percent}, ${shortened(event.text, 120)}`);
        break;
      }
      case 'task-elsewhere':
        line(event, 'is being done by another run on this cache: waiting for its result');
        break;
      case 'task-warned':
        line(event, `warning: ${event.message}`);
        break;
      case 'task-done': {
        const values = Object.values(event.values).map(
          ({ quantity, value, unit, standard_error }) =>
            `${quantity} ${formatValue(value, standard_error)} ${unit}`,
        );
        line(event, [`done in ${formatDuration(event.seconds)}`, ...values].join(', '));
        break;
      }
      case 'task-inconclusive':
        line(event, `inconclusive: ${event.reason}`);
        break;
      case 'task-retrying': {
        const { attempt, attempts, seconds } = event;
        const next = `again in ${formatDuration(seconds)} (${attempt} of ${attempts})`;
        line(event, `failed: ${event.message}; ${next}`);
        break;
      }
      case 'task-failed':
        line(event, `failed: ${event.message}`);
        break;
      case 'task-skipped':
        line(event, `skipped: ${event.because}`);
        break;
      case 'task-blocked':
        line(event, `not run, because ${event.by} failed`);
        break;
      case 'task-stopped':
        if (told.has(event.task)) line(event, 'stopped');
        break;
    }
  };
}
