/** The study's graph: one box for each step, layers from left to right, a link to its section. */
import { takesFrom } from '../plan/plan.ts';
import type { ExpandedStudy } from '../study/expanded.ts';
import { anchor, type Html, html } from './html.ts';
import { layOut } from './layered.ts';
import { type TaskState, worst } from './state.ts';

const BOX = { width: 136, height: 46 };
/** A picture of more steps tells a reader nothing. */
const MOST_STEPS = 200;
const GAP = { x: 46, y: 18 };

export function drawGraph(study: ExpandedStudy, states: readonly TaskState[]): Html {
  const { steps } = study;
  if (steps.length > MOST_STEPS)
    return html`<p class="quiet">${steps.length} steps; a graph of more than ${MOST_STEPS} is not drawn.</p>`;
  // Tasks follow what they take from; so do steps by their first task.
  const order = steps
    .map((_, k) => k)
    .filter((k) => steps[k]!.tasks.length > 0)
    .sort((a, b) => firstOf(steps[a]!.tasks) - firstOf(steps[b]!.tasks));
  const rank = new Map(order.map((k, place) => [steps[k]!.name, place]));
  const edges = new Map<string, readonly [number, number]>();
  for (const task of study.tasks) {
    const to = rank.get(task.step)!;
    for (const other of [...takesFrom(task), ...task.after]) {
      const from = rank.get(study.tasks[other]!.step)!;
      if (from < to) edges.set(`${from} ${to}`, [from, to]);
    }
  }
  const layered = layOut(order.length, [...edges.values()]);
  const pitch = { x: BOX.width + GAP.x, y: BOX.height + GAP.y };
  const width = layered.layers * pitch.x - GAP.x + 4;
  const height = layered.extent * pitch.y + BOX.height + 4;
  const centre = (place: number) => place * pitch.y + BOX.height / 2 + 2;
  const left = (layer: number) => layer * pitch.x + 2;
  const lines = layered.edges.map(({ through }) => {
    const points = through.flatMap(({ layer, place }, k) => {
      const y = centre(place);
      // An edge passes a layer straight, beside its boxes.
      const [enter, leave] = [
        { x: left(layer), y },
        { x: left(layer) + BOX.width, y },
      ];
      return k === 0 ? [leave] : k === through.length - 1 ? [enter] : [enter, leave];
    });
    const [start, ...rest] = points;
    let path = `M${short(start!.x)} ${short(start!.y)}`;
    let from = start!;
    for (const point of rest) {
      const middle = short((from.x + point.x) / 2);
      path +=
        from.y === point.y
          ? `H${short(point.x)}`
          : `C${middle} ${short(from.y)} ${middle} ${short(point.y)} ${short(point.x)} ${short(point.y)}`;
      from = point;
    }
    return html`<path d="${path}"/>`;
  });
  const boxes = layered.nodes.map(({ node, layer, place }) => {
    const step = steps[order[node]!]!;
    const kind = worst(step.tasks.map((id) => states[id]!.state));
    const [x, y] = [left(layer), centre(place) - BOX.height / 2];
    const several = step.tasks.length > 1 ? ` × ${step.tasks.length}` : '';
    return html`<a href="#${anchor('step', step.name)}" class="node is-${kind.replace(' ', '-')}"><title>${step.name}: ${kind}</title><rect x="${short(x)}" y="${short(y)}" width="${BOX.width}" height="${BOX.height}" rx="7"/><circle cx="${short(x + 14)}" cy="${short(y + 17)}" r="4"/><text x="${short(x + 24)}" y="${short(y + 21)}" class="name">${clipped(step.name, 15)}</text><text x="${short(x + 24)}" y="${short(y + 37)}" class="uses">${clipped(step.uses, 14)}${several}</text></a>`;
  });
  return html`<div class="scroll"><svg class="graph" viewBox="0 0 ${short(width)} ${short(height)}" width="${short(width)}" height="${short(height)}" role="img" aria-label="Graph of the study's steps"><g class="edges">${lines}</g>${boxes}</svg></div>`;
}

function firstOf(tasks: readonly number[]): number {
  return Math.min(...tasks);
}

function clipped(text: string, most: number): string {
  const characters = [...text];
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join('')}…`;
}

function short(x: number): string {
  return String(Number(x.toFixed(1)));
}
