/** The whole page, from top to bottom. */
import type { ActionRecord } from '../../cache/index.ts';
import type { RunEvent } from '../run/event.ts';
import type { Figure } from '../step.ts';
import type { Task } from '../study/expanded.ts';
import { drawGraph } from './graph.ts';
import { anchor, type Content, type Html, html, Html as Markup } from './html.ts';
import { formatDuration } from './number.ts';
import { describeOutcome } from './outcome.ts';
import { plotDrawer } from './plot.ts';
import { drawProvenance } from './provenance.ts';
import type { ReportInput } from './report.ts';
import { type Sources, sourcesOf } from './sources.ts';
import { type TaskState, taskStates } from './state.ts';
import { type Drawing, drawStep, type Element } from './step-section.ts';
import { STYLE } from './style.ts';
import { drawTable } from './table.ts';
import { drawTimeline } from './timeline.ts';

type TableFigure = Figure & { readonly kind: 'table' };

export async function drawPage(input: ReportInput): Promise<string> {
  const { study, ended, events } = input;
  const states = taskStates(study, ended, events);
  const records = study.tasks.map(({ id }) => recordOf(input, id));
  const sources = sourcesOf(study, ended);
  const elements = study.tasks.map((task): Element => {
    const record = records[task.id];
    const figures = record?.figures === undefined ? [] : input.figures(record.figures);
    const { state } = states[task.id]!;
    const { outputs = {}, warnings = [] } = record ?? {};
    return { task, state, outputs, warnings, figures };
  });
  const tables = elements.flatMap(({ task, figures }) =>
    figures.flatMap((figure) =>
      figure.kind === 'table' && figure.sideBySide !== undefined ? [{ task, figure }] : [],
    ),
  );
  const accents = accentsOf(
    study.tasks,
    tables.flatMap(({ figure }) => sourcesIn(figure, sources)),
  );
  const drawing: Drawing = {
    plot: await plotDrawer(),
    sources,
    accent: (task) => accents.get(firstLabel(task)) ?? 1,
  };
  const results = tables.map(
    ({ task, figure }) =>
      html`<figure class="figure wide" id="${anchor('figure', task.name, figure.id)}">${drawTable(figure, sources)}${figure.caption !== undefined && html`<p class="caption">${figure.caption}</p>`}</figure>`,
  );
  const shown = new Set<Figure>(tables.map(({ figure }) => figure));
  const sections = study.steps.map((step) =>
    drawStep(
      step,
      step.tasks.map((id) => {
        const element = elements[id]!;
        return { ...element, figures: element.figures.filter((figure) => !shown.has(figure)) };
      }),
      drawing,
    ),
  );
  const links = study.steps.map(({ name }) => html`<a href="#${anchor('step', name)}">${name}</a>`);
  const body = html`<header class="top"><p class="kind">curie study</p><h1>${study.name}</h1>${runLine(input, states)}${describeOutcome(
    tables.map(({ figure }) => figure),
    sources,
    states,
  )}</header>
<nav>${results.length > 0 && html`<a href="#results">Results</a>`}<a href="#graph">Graph</a><a href="#timeline">Timeline</a><a href="#steps">Steps</a><a href="#provenance">Provenance</a></nav>
<main>
${results.length > 0 && html`<section id="results"><h2>Results</h2>${results}<p class="note">Errors depend on sizes: those of this run and of the study’s profiles stand under <a href="#parameters">Parameters</a>.</p></section>`}
<section id="graph"><h2>Graph</h2>${drawGraph(study, states)}</section>
<section id="timeline"><h2>Timeline</h2>${drawTimeline(study, ended, states)}</section>
<section id="steps"><h2>Steps</h2><p class="toc">${links}</p></section>
${sections}
${drawProvenance({ study, text: input.text, files: input.files, states, records, version: input.version })}
</main>`;
  return document(study.name, body);
}

function recordOf({ ended }: ReportInput, task: number): ActionRecord | undefined {
  const end = ended[task];
  return end?.kind === 'record' ? end.record : undefined;
}

function sourcesIn(figure: TableFigure, sources: Sources): Task[] {
  return figure.rows.flatMap((row) =>
    row.flatMap((cell) =>
      cell !== null && typeof cell === 'object' && 'source' in cell
        ? (sources.get(cell.source) ?? []).map(({ task }) => task)
        : [],
    ),
  );
}

function firstLabel(task: Task): string {
  const [entry] = Object.entries(task.labels);
  return entry === undefined ? '' : entry.join('\0');
}

/** Labels of first axes in the order of the study; those of the results first. */
function accentsOf(tasks: readonly Task[], first: readonly Task[]): Map<string, number> {
  const ordered = [...[...first].sort((a, b) => a.id - b.id), ...tasks];
  const accents = new Map<string, number>();
  for (const task of ordered) {
    const label = firstLabel(task);
    if (label !== '' && !accents.has(label)) accents.set(label, (accents.size % 6) + 1);
  }
  return accents;
}

/** When, with which profile, how long, how much of it was done in this run. */
function runLine({ study, events }: ReportInput, states: readonly TaskState[]): Html {
  const started = events.find(
    (event): event is RunEvent & { readonly kind: 'run-started' } => event.kind === 'run-started',
  );
  const finished = events.find(({ kind }) => kind === 'run-finished');
  const ran = states.filter((each) => each.ran).length;
  const restored = states.filter(
    ({ ran, state }) => !ran && (state.kind === 'done' || state.kind === 'inconclusive'),
  ).length;
  const parts: Content[] = [
    started !== undefined && `${started.wallClock.slice(0, 16).replace('T', ' ')} UTC`,
    study.profile === null ? false : `profile ${study.profile}`,
    `${ran} ${ran === 1 ? 'task' : 'tasks'} run, ${restored} restored`,
    finished !== undefined && ran > 0 && `in ${formatDuration(finished.at / 1000)}`,
  ];
  const shown = parts.filter((part) => part !== false);
  return html`<p class="run">${shown.map((part) => html`<span>${part}</span>`)}</p>`;
}

/** Nothing may be fetched, whatever a label says. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

function document(title: string, body: Html): string {
  return html`<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · curie</title>
<style>${new Markup(STYLE)}</style>
</head>
<body>
${body}
</body>
</html>
`.markup;
}
