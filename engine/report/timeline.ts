/**
 * When each result was made, from the records: what this run did in full colour, what was restored
 * from earlier runs pale. Time in which nothing was worked on is cut out and said.
 */
import type { ActionRecord } from '../../cache/index.ts';
import type { Upstream } from '../plan/upstream.ts';
import type { ExpandedStudy } from '../study/expanded.ts';
import { anchor, type Html, html } from './html.ts';
import { formatDuration } from './number.ts';
import type { TaskState } from './state.ts';
import { linearTicks } from './ticks.ts';

/** Pauses longer than this are cut out, seconds. */
const LONGEST_PAUSE = 30;
/** A step with more tasks is drawn in one row. */
const MOST_ROWS = 12;

interface Bar {
  readonly name: string;
  readonly ran: boolean;
  readonly inconclusive: boolean;
  readonly threads: number;
  /** Seconds on the axis without pauses. */
  from: number;
  to: number;
}

export function drawTimeline(
  study: ExpandedStudy,
  ended: readonly Upstream[],
  states: readonly TaskState[],
): Html {
  const bars: (Bar | undefined)[] = study.tasks.map((task) => {
    const end = ended[task.id];
    return end?.kind === 'record' ? barOf(task.name, end.record, states[task.id]!.ran) : undefined;
  });
  const known = bars.filter((bar) => bar !== undefined);
  if (known.length === 0) return html`<p class="quiet">Nothing has run yet.</p>`;
  const pauses = cutPauses(known);
  const total = Math.max(...known.map(({ to }) => to), 1e-3);
  const percent = (seconds: number) => Number(((100 * seconds) / total).toFixed(3));
  const rows = study.steps.flatMap((step) => {
    const tasks = step.tasks.filter((id) => bars[id] !== undefined);
    const groups = tasks.length > MOST_ROWS ? [tasks] : tasks.map((id) => [id]);
    return groups.map((group) => {
      const drawn = group.map((id) => {
        const bar = bars[id]!;
        const took = formatDuration(bar.to - bar.from);
        const kind = `${bar.ran ? 'ran' : 'restored'}${bar.inconclusive ? ', inconclusive' : ''}`;
        const width = Math.max(percent(bar.to - bar.from), 0.25);
        return html`<span class="bar${bar.ran ? '' : ' restored'}${bar.inconclusive ? ' inconclusive' : ''}" style="left:${Math.min(percent(bar.from), 99.75)}%;width:${width}%" title="${bar.name}: ${kind}, ${took}, ${bar.threads} ${bar.threads === 1 ? 'thread' : 'threads'}"></span>`;
      });
      const label =
        group.length > 1 ? `${step.name} × ${group.length}` : study.tasks[group[0]!]!.name;
      const spent = group.reduce((sum, id) => sum + bars[id]!.to - bars[id]!.from, 0);
      return html`<li><a class="who" href="#${anchor('step', step.name)}">${label}</a><span class="track">${drawn}</span><span class="took">${formatDuration(spent)}</span></li>`;
    });
  });
  const ticks = ticksFor(total).map(({ at, label }, k, all) => {
    // Every other one, the last excepted, where the screen is narrow.
    const minor = (all.length - k) % 2 === 0;
    return html`<span${minor && html` class="minor"`} style="left:${percent(at)}%">${label}</span>`;
  });
  const cuts = pauses.map(
    ({ at, seconds }) =>
      html`<span class="cut" style="left:${percent(at)}%" title="${formatDuration(seconds)} without work"></span>`,
  );
  const note =
    pauses.length === 0
      ? null
      : html`<p class="note">Dotted lines: ${pauses.length === 1 ? 'a pause' : 'pauses'} without work (${pauses.map(({ seconds }) => describePause(seconds)).join(', ')}), cut out.</p>`;
  const anyRestored = known.some(({ ran }) => !ran);
  const key = html`<ul class="legend"><li><span class="bar-key"></span>run by this run</li>${anyRestored && html`<li><span class="bar-key restored"></span>restored from an earlier one</li>`}${known.some(({ inconclusive }) => inconclusive) && html`<li><span class="bar-key inconclusive"></span>inconclusive</li>`}</ul>`;
  return html`${key}<div class="timeline"><ol>${rows}</ol><div class="axis"><span class="who"></span><span class="track">${ticks}${cuts}</span><span class="took"></span></div></div>${note}`;
}

function barOf(name: string, record: ActionRecord, ran: boolean): Bar {
  const { started, seconds, threads } = record.provenance;
  const from = Date.parse(started) / 1000;
  const inconclusive = record.outcome === 'inconclusive';
  return { name, ran, inconclusive, threads, from, to: from + seconds };
}

/** Moves bars so that the first begins at 0 and long pauses vanish; where they were. */
function cutPauses(bars: readonly Bar[]): { readonly at: number; readonly seconds: number }[] {
  const sorted = [...bars].sort((a, b) => a.from - b.from || a.to - b.to);
  const pauses: { at: number; seconds: number }[] = [];
  const origin = sorted[0]!.from;
  let cut = 0;
  let busyUntil = origin;
  for (const bar of sorted) {
    const pause = bar.from - busyUntil;
    if (pause > LONGEST_PAUSE) {
      pauses.push({ at: busyUntil - origin - cut, seconds: pause });
      cut += pause;
    }
    busyUntil = Math.max(busyUntil, bar.to);
    bar.from -= origin + cut;
    bar.to -= origin + cut;
  }
  return pauses;
}

function describePause(seconds: number): string {
  if (seconds < 7200) return formatDuration(Math.round(seconds / 60) * 60);
  const hours = Math.round(seconds / 3600);
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} days`;
}

function ticksFor(total: number): { readonly at: number; readonly label: string }[] {
  const [unit, size] = total > 7200 ? ['h', 3600] : total > 180 ? ['min', 60] : ['s', 1];
  const { at, labels } = linearTicks(0, total / size, 6);
  return at.map((value, k) => ({
    at: value * size,
    label: k === at.length - 1 ? `${labels[k]} ${unit}` : labels[k]!,
  }));
}
