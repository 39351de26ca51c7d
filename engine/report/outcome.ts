/** What came out, in one paragraph. */
import type { Figure } from '../step.ts';
import { type Content, type Html, html } from './html.ts';
import { type SideBySide, sideBySide } from './side-by-side.ts';
import type { Sources } from './sources.ts';
import type { TaskState } from './state.ts';

type TableFigure = Figure & { readonly kind: 'table' };

interface Judged {
  readonly verdict: string;
  readonly tone: string;
  /** `density (liquid Fe, 2000 K)` */
  readonly subject: string;
  readonly label: string;
}

/** Says which values agree, differ and stay open, and what failed. */
export function describeOutcome(
  tables: readonly TableFigure[],
  sources: Sources,
  states: readonly TaskState[],
): Html {
  const judged = tables.flatMap((figure) => {
    const turned = sideBySide(figure, sources);
    return turned === undefined ? [] : judgements(turned);
  });
  const verdicts = [...new Set(judged.map(({ verdict }) => verdict))].sort(
    (a, b) => rank(judged, a) - rank(judged, b),
  );
  const sentences: Content[] = verdicts.map((verdict) => {
    const of = judged.filter((each) => each.verdict === verdict);
    const { tone } = of[0]!;
    return html` <strong class="tone-${tone}">${capital(verdict)}</strong>: ${listed(of)}.`;
  });
  const compared =
    judged.length === 0
      ? null
      : html`${judged.length} ${judged.length === 1 ? 'value was' : 'values were'} set beside ${judged.length === 1 ? 'its reference' : 'their references'}.`;
  return html`<p class="outcome">${finished(states)} ${compared}${sentences}</p>`;
}

function judgements({ labels, rows }: SideBySide): Judged[] {
  return rows.flatMap(({ same, cells }) => {
    const [what, where] = same.filter((cell) => typeof cell === 'string');
    const subject = where === undefined || where === '' ? `${what}` : `${what} (${where})`;
    return cells.flatMap((stack, k) => {
      const cell = stack?.find(
        (each) => each !== null && typeof each === 'object' && 'verdict' in each,
      );
      if (cell === undefined || cell === null || typeof cell === 'string') return [];
      if (!('verdict' in cell)) return [];
      return [{ verdict: cell.verdict, tone: cell.tone, subject, label: labels[k]! }];
    });
  });
}

/** Good news first, then bad, then what stays open; ties in the order of the rows. */
function rank(judged: readonly Judged[], verdict: string): number {
  const first = judged.findIndex((each) => each.verdict === verdict);
  const tone = ['good', 'bad', 'neutral'].indexOf(judged[first]!.tone);
  return 1e6 * tone + first;
}

/** `density (liquid Fe, 2000 K) by DP-NM and DP-M`, one after the other. */
function listed(judged: readonly Judged[]): string {
  const labels = new Map<string, string[]>();
  for (const { subject, label } of judged)
    labels.set(subject, [...(labels.get(subject) ?? []), label]);
  return [...labels]
    .map(([subject, of]) => `${subject} by ${of.length < 3 ? of.join(' and ') : of.join(', ')}`)
    .join('; ');
}

function finished(states: readonly TaskState[]): Content {
  const count = (kind: string) => states.filter(({ state }) => state.kind === kind).length;
  const [failed, missing, open] = [count('failed'), count('not run'), count('inconclusive')];
  const skipped = count('skipped');
  const all = `${states.length} ${states.length === 1 ? 'task' : 'tasks'}`;
  const parts = [
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(missing > 0 ? [`${missing} not run`] : []),
    ...(open > 0 ? [`${open} inconclusive`] : []),
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
  ];
  return parts.length === 0 ? `All ${all} are done.` : `Of ${all}, ${parts.join(', ')}.`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
