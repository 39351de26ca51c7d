/** The page: what it shows, when it is written, and that nothing in it is taken for markup. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parseHTML } from 'linkedom';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { anchor } from '../../engine/report/html.ts';
import { type ReportInput, writeReport } from '../../engine/report/report.ts';
import type { Cell, Figure } from '../../engine/step.ts';
import { type Fixture, fixture } from './fixture.ts';

const page = suite('the report');

let made: Fixture;
let text: string;

page.before(async () => {
  made = await fixture();
  const { path, changed } = await writeReport(made.input);
  assert.ok(changed);
  text = readFileSync(path, 'utf8');
});
page.after(() => made.close());

const documentOf = (markup: string) => parseHTML(markup).document;
/** Text as a reader sees it: one space between words. */
const textOf = (markup: string): string =>
  String(documentOf(markup).querySelector('main')?.textContent).replace(/\s+/g, ' ');

page('says in one paragraph what agrees, differs and stays open', () => {
  const outcome = documentOf(text).querySelector('.outcome')?.textContent;
  assert.is(
    outcome,
    'Of 22 tasks, 1 inconclusive. 12 values were set beside their references. ' +
      'Agrees: density (liquid Fe, 2000 K) by DP-M. ' +
      'Differs: density (liquid Fe, 2000 K) by DP-NM. ' +
      'Extrapolated: density (liquid Fe90C10, 1750 K) by DP-NM; viscosity (liquid Fe, 2000 K) by DP-NM and DP-M; ' +
      'lattice parameter (bcc Fe, 0 K) by DP-NM and DP-M; lattice parameter (fcc Fe, 0 K) by DP-NM and DP-M. ' +
      'Not resolved: density (liquid Fe90C10, 1750 K) by DP-M; melting temperature (Fe) by DP-NM. ' +
      'Inconclusive: melting temperature (Fe) by DP-M.',
  );
});

page('sets potentials side by side with the reference, one row for each quantity', () => {
  const rows = [...documentOf(text).querySelectorAll('#results tbody tr')].map((row) =>
    [...row.children].map((cell) => cell.textContent),
  );
  assert.is(rows.length, 6);
  assert.equal(rows[0], [
    'densityliquid Fe, 2000 K',
    '7.710 ± 0.059 g/cm³≠ differs+12 % · +13 σ',
    '6.930 ± 0.059 g/cm³✓ agrees+1.0 % · +1.1 σ',
    '6.860 ± 0.027 g/cm³Assael et al., J. Phys. Chem. Ref. Data 35, 285 (2006); 0.8 % overall uncertainty in density',
  ]);
  const melting = rows.find(([about]) => about?.startsWith('melting'));
  assert.match(melting?.[2] ?? '', /^○ inconclusivethe crystal melted at all three temperatures/);
});

page('has every figure of every task', () => {
  const { ended, study, figures } = made.input;
  const ids = new Set([...documentOf(text).querySelectorAll('figure')].map(({ id }) => id));
  let count = 0;
  for (const task of study.tasks) {
    const end = ended[task.id];
    if (end?.kind !== 'record' || end.record.figures === undefined) continue;
    for (const figure of figures(end.record.figures)) {
      count += 1;
      assert.ok(ids.has(anchor('figure', task.name, figure.id)), `${task.name} ${figure.id}`);
    }
  }
  assert.is(ids.size, count);
  assert.ok(count > 50);
  assert.is(documentOf(text).querySelectorAll('svg.plot').length > 30, true);
});

page('shows graph, timeline and provenance', () => {
  const document = documentOf(text);
  assert.is(document.querySelectorAll('.graph .node').length, made.study.steps.length);
  assert.is(document.querySelectorAll('.timeline .bar').length, made.study.tasks.length);
  assert.is(document.querySelectorAll('.timeline .bar.restored').length, 3);
  const all = textOf(text);
  for (const part of [
    '$( round(params.updates / 4) )',
    'Creative Commons Attribution 4.0',
    'doi:10.1103/PhysRev.71.809',
    'data/fe-cr-c-pbe/polarised.extxyz',
    '1 000 000',
    'npm run -s curie -- run workflows/fe-cr-c.yaml',
  ])
    assert.ok(all.includes(part), part);
  for (const file of made.input.files) assert.ok(all.includes(file.digest), file.path);
});

page('gives the command that runs it again, with what was set', async () => {
  const { study } = made.input;
  const parameters = { ...study.parameters, atoms: 256, replicas: '5' };
  const changed = { ...made.input, study: { ...study, profile: 'full', parameters } };
  await writeReport(changed);
  const all = textOf(readFileSync(changed.out, 'utf8'));
  assert.match(
    all,
    /npm run -s curie -- run workflows\/fe-cr-c\.yaml --profile full --set updates=20000/,
  );
  assert.match(all, /--set atoms=256 --set 'density_length=25 ps'/);
  await writeReport(made.input);
  assert.not.match(textOf(text), /--set/);
});

page('links within the page lead somewhere', () => {
  const document = documentOf(text);
  for (const link of document.querySelectorAll('a[href^="#"]')) {
    const target = String(link.getAttribute('href')).slice(1);
    assert.ok(document.getElementById(target), target);
  }
});

page('gives the same bytes for the same input', async () => {
  await writeReport(made.input);
  assert.is(readFileSync(made.input.out, 'utf8'), text);
});

page('is left alone when nothing ran and nothing changed, without a look at figures', async () => {
  const idle: ReportInput = {
    ...made.input,
    events: [],
    figures: () => {
      throw new Error('no figure is needed');
    },
  };
  assert.equal(await writeReport(idle), { path: idle.out, changed: false });
});

page(
  'is written again when the study reads differently, a result changed or the page is gone',
  async () => {
    const idle: ReportInput = { ...made.input, events: [] };
    const reworded = { ...idle, text: `${idle.text}# a comment\n` };
    assert.ok((await writeReport(reworded)).changed);
    assert.not.ok((await writeReport(reworded)).changed);
    const fewer = idle.ended.slice(0, -1);
    assert.ok((await writeReport({ ...idle, ended: [...fewer, { kind: 'pending' }] })).changed);
    writeFileSync(idle.out, 'something else');
    assert.ok((await writeReport(idle)).changed);
    assert.ok(existsSync(idle.out));
  },
);

page('says what failed and what was not run for it, and still shows the rest', async () => {
  const broken = await fixture({ fail: 'lattice/DP-M/bcc' });
  try {
    await writeReport(broken.input);
    const markup = readFileSync(broken.input.out, 'utf8');
    assert.match(markup, /Of 22 tasks, 1 failed, 1 inconclusive\./);
    assert.match(markup, /Failed<\/strong>: the cell has no volume/);
    assert.match(markup, /last line &lt;b&gt;/);
  } finally {
    broken.close();
  }
});

const HOSTILE = `"'><script>alert(1)</script><img src=x onerror=alert(2)>\${x}&lt;`;

page('takes nothing of labels, texts and figures for markup', async () => {
  const hostileCell = (cell: Cell): Cell => {
    if (typeof cell === 'string') return cell + HOSTILE;
    if (cell === null || 'source' in cell) return cell;
    return 'verdict' in cell
      ? { ...cell, verdict: cell.verdict + HOSTILE }
      : { ...cell, unit: HOSTILE };
  };
  const hostile = (figure: Figure): Figure => {
    const common = { id: figure.id + HOSTILE, title: HOSTILE, caption: HOSTILE };
    switch (figure.kind) {
      case 'plot':
        return {
          ...figure,
          ...common,
          x: { ...figure.x, label: HOSTILE, unit: HOSTILE },
          y: { ...figure.y, label: HOSTILE, unit: HOSTILE },
          series: figure.series.map((each) => ({ ...each, name: HOSTILE })),
        };
      case 'table':
        return {
          ...figure,
          ...common,
          columns: figure.columns.map((each) => ({ label: HOSTILE + each.label, unit: HOSTILE })),
          rows: figure.rows.map((row) => row.map(hostileCell)),
        };
      case 'atoms':
        return {
          ...figure,
          ...common,
          groups: figure.groups.map((each) => ({ ...each, name: HOSTILE })),
        };
    }
  };
  const { input } = made;
  const { study } = input;
  await writeReport({
    ...input,
    text: `${HOSTILE}\n${input.text}`,
    version: HOSTILE,
    study: {
      ...study,
      name: HOSTILE,
      profile: HOSTILE,
      parameters: { [HOSTILE]: HOSTILE },
      steps: study.steps.map((step) => ({
        ...step,
        uses: HOSTILE,
        axes: step.axes.map(() => HOSTILE),
      })),
      tasks: study.tasks.map((task) => ({
        ...task,
        name: task.name + HOSTILE,
        labels: Object.fromEntries(
          Object.entries(task.labels).map(([axis, label]) => [axis, label + HOSTILE]),
        ),
        interface: { ...task.interface, about: HOSTILE, cites: [HOSTILE] },
      })),
    },
    ended: input.ended.map((end) =>
      end.kind === 'record'
        ? {
            kind: 'record',
            record: {
              ...end.record,
              warnings: [HOSTILE],
              ...(end.record.reason !== undefined && { reason: HOSTILE }),
              provenance: {
                ...end.record.provenance,
                host: { [HOSTILE]: HOSTILE },
                curie: HOSTILE,
              },
            },
          }
        : end,
    ),
    figures: (of) => input.figures(of).map(hostile),
  });
  const markup = readFileSync(input.out, 'utf8');
  assert.not.match(markup, /<script/i);
  assert.not.match(markup, /<img/i);
  const document = documentOf(markup);
  const known = new Set([...documentOf(text).querySelectorAll('*')].flatMap(attributesOf));
  const met = new Set([...document.querySelectorAll('*')].flatMap(attributesOf));
  assert.equal(
    [...met].filter((name) => !known.has(name)),
    [],
  );
  assert.ok(markup.includes('&lt;script&gt;alert(1)&lt;/script&gt;'));
});

function attributesOf(element: {
  readonly attributes: Iterable<{ readonly name: string }>;
}): string[] {
  return [...element.attributes].map(({ name }) => name);
}

page('names nothing that a browser would fetch', () => {
  assert.not.match(text, /<(?:script|link|img|iframe|object|embed|image|use|video|audio|base)\b/i);
  assert.not.match(text, /@import|url\(|\ssrc=|srcset=|xlink:href/i);
  const outside = [...text.matchAll(/https?:\/\/[^"'<\s]+/g)].map(([url]) => url);
  // Links to follow, and the names of the SVG vocabulary and of the licence.
  const allowed = /^https?:\/\/(?:doi\.org\/|www\.w3\.org\/|creativecommons\.org\/)/;
  assert.equal(
    outside.filter((url) => !allowed.test(url)),
    [],
  );
});

page.run();
