/** Pictures of atoms: each group one path of round dots, so that thousands stay small. */
import type { Figure } from '../step.ts';
import { type Html, html } from './html.ts';

type AtomsFigure = Figure & { readonly kind: 'atoms' };

/** Å: small enough that the layers behind each other can be told apart. */
const DIAMETER = 1.05;

export function drawAtoms(figure: AtomsFigure): Html {
  const { width, height, groups } = figure;
  const margin = DIAMETER / 2 + 0.3;
  const box = [-margin, -margin, width + 2 * margin, height + 2 * margin].map(short).join(' ');
  const paths = groups.map(({ x, y }, k) => {
    const path = x.map((at, i) => `M${short(at)} ${short(height - y[i]!)}h0`).join('');
    return html`<path class="atoms-${(k % 4) + 1}" d="${path}"/>`;
  });
  const legend = groups.map(
    ({ name, x }, k) =>
      html`<li><svg class="key" width="10" height="10" aria-hidden="true"><circle cx="5" cy="5" r="4" class="atoms-key-${(k % 4) + 1}"/></svg>${name} <span class="quiet">${x.length}</span></li>`,
  );
  return html`<ul class="legend">${legend}</ul><svg class="atoms" viewBox="${box}" role="img" aria-label="${figure.title}" stroke-width="${DIAMETER}"><rect x="0" y="0" width="${short(width)}" height="${short(height)}" class="cell"/>${paths}</svg>`;
}

function short(x: number): string {
  return String(Number(x.toFixed(2)));
}
