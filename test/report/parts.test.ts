/** Numbers, ticks, tables turned by labels, and layers of a graph. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { layOut } from '../../engine/report/layered.ts';
import {
  formatDuration,
  formatNumber,
  formatSigned,
  formatValue,
} from '../../engine/report/number.ts';
import { sideBySide } from '../../engine/report/side-by-side.ts';
import { highlightYaml } from '../../engine/report/source-text.ts';
import type { Source, Sources } from '../../engine/report/sources.ts';
import { linearTicks, logTicks } from '../../engine/report/ticks.ts';
import type { Cell, Figure } from '../../engine/step.ts';
import type { Task } from '../../engine/study/expanded.ts';
import { step } from '../plan/rig.ts';

const parts = suite('parts of the report');

parts('an error has two digits, its value ends at the same place', () => {
  const cases: readonly (readonly [number, number | null, string])[] = [
    [6.88213, 0.04713, '6.882 ± 0.047'],
    [1712.3, 123.4, '1710 ± 120'],
    [1744, 9.97, '1744 ± 10'],
    [1744.26, 0.996, '1744.3 ± 1.0'],
    [-0.0104, 0.0032, '−0.0104 ± 0.0032'],
    [0.0001, 0.0123, '0.000 ± 0.012'],
    [-0.0001, 0.0123, '0.000 ± 0.012'],
    [1.2e-7, 1.1e-8, '(1.20 ± 0.11)·10⁻⁷'],
    [3.456e8, 1.2e6, '(3.456 ± 0.012)·10⁸'],
    [2.8600001, null, '2.86'],
    [0.1423, null, '0.1423'],
    [20000, null, '20000'],
    [0, null, '0'],
    [1500.26, null, '1500'],
    [12, 0, '12'],
    [Number.NaN, 1, '—'],
  ];
  for (const [value, error, expected] of cases) assert.is(formatValue(value, error), expected);
  assert.is(formatNumber(0.2, 3), '0.200');
  assert.is(formatSigned(0.5831), '+0.58');
  assert.is(formatSigned(-12.4), '−12');
  assert.is(formatDuration(148.2), '2\u202Fmin 28\u202Fs');
  assert.is(formatDuration(7810), '2\u202Fh 10\u202Fmin');
});

parts('ticks are round and labelled to the same place', () => {
  assert.equal(linearTicks(-0.21, 0.63, 5).labels, ['−0.2', '0.0', '0.2', '0.4', '0.6']);
  assert.equal(linearTicks(1480, 2120, 6).labels, [
    '1500',
    '1600',
    '1700',
    '1800',
    '1900',
    '2000',
    '2100',
  ]);
  assert.equal(linearTicks(3, 3, 5).labels, ['3']);
  assert.equal(logTicks(20, 20000).at, [100, 1000, 10000]);
  assert.equal(logTicks(0.2, 1.9).labels, ['0.2', '0.3', '0.5', '1']);
  assert.equal(logTicks(1e-8, 1e-2).labels, ['10⁻⁸', '10⁻⁶', '10⁻⁴', '0.01']);
});

const measuring = step('npt', {}, { density: { kind: 'measured', unit: 'g/cm³' } });

function source(id: number, labels: { readonly [axis: string]: string }): Source {
  const task: Task = {
    id,
    name: ['density', ...Object.values(labels)].join('/'),
    step: 'density',
    labels,
    interface: measuring,
    inputs: {},
    after: [],
    resources: {},
    partial: false,
    timeout: null,
    span: { file: 'x', start: 0, end: 0 },
  };
  return { task, output: 'density' };
}

function table(rows: readonly (readonly Cell[])[]): Figure & { readonly kind: 'table' } {
  return {
    kind: 'table',
    id: 'c',
    title: 'c',
    columns: [
      { label: 'quantity' },
      { label: 'conditions' },
      { label: 'source' },
      { label: 'value' },
    ],
    sideBySide: { same: [0, 1], source: 2 },
    rows,
  };
}

const named = (of: { readonly [digest: string]: readonly Source[] }): Sources =>
  new Map(Object.entries(of));

parts('sources stand side by side by the axis in which they differ', () => {
  const sources = named({
    a: [source(0, { potential: 'NM', melt: 'Fe' })],
    b: [source(2, { potential: 'M', melt: 'Fe' })],
    c: [source(1, { potential: 'NM', melt: 'FeC' })],
    d: [source(3, { potential: 'M', melt: 'FeC' })],
  });
  const turned = sideBySide(
    table([
      ['density', 'Fe', { source: 'b' }, 'B'],
      ['density', 'Fe', { source: 'a' }, 'A'],
      ['density', 'FeC', { source: 'c' }, 'C'],
      // Missing: it says nothing of itself, and its labels tell where it belongs.
      [null, null, { source: 'd' }, 'gone'],
    ]),
    sources,
  );
  assert.is(turned?.axis, 'potential');
  assert.equal(turned?.labels, ['NM', 'M']);
  assert.equal(turned?.rows, [
    { same: ['density', 'Fe'], cells: [['A'], ['B']] },
    { same: ['density', 'FeC'], cells: [['C'], ['gone']] },
  ]);
});

parts('a row of missing values alone is named after its task', () => {
  const sources = named({
    a: [source(0, { potential: 'NM', melt: 'Fe' })],
    b: [source(1, { potential: 'M', melt: 'Fe' })],
  });
  const turned = sideBySide(
    table([
      [null, null, { source: 'a' }, 'gone'],
      [null, null, { source: 'b' }, 'lost'],
    ]),
    sources,
  );
  assert.equal(turned?.rows, [{ same: ['density Fe', null], cells: [['gone'], ['lost']] }]);
});

parts('values under other conditions do not share a row', () => {
  const sources = named({
    a: [source(0, { potential: 'NM' })],
    b: [source(1, { potential: 'M' })],
  });
  const turned = sideBySide(
    table([
      ['density', '1993 K', { source: 'a' }, 'A'],
      ['density', '2004 K', { source: 'b' }, 'B'],
    ]),
    sources,
  );
  assert.equal(turned?.rows, [
    { same: ['density', '1993 K'], cells: [['A'], null] },
    { same: ['density', '2004 K'], cells: [null, ['B']] },
  ]);
});

parts('two labels with the same value keep a column each', () => {
  const sources = named({ a: [source(0, { potential: 'one' }), source(1, { potential: 'two' })] });
  const row: Cell[] = ['density', 'Fe', { source: 'a' }, 'A'];
  const turned = sideBySide(table([row, row]), sources);
  assert.equal(turned?.rows, [{ same: ['density', 'Fe'], cells: [['A'], ['A']] }]);
});

parts('sources without a shared axis stay one below the other', () => {
  const sources = named({ a: [source(0, {})], b: [source(1, { potential: 'M' })] });
  const rows: Cell[][] = [
    ['density', 'Fe', { source: 'a' }, 'A'],
    ['density', 'Fe', { source: 'b' }, 'B'],
  ];
  assert.is(sideBySide(table(rows), sources), undefined);
});

parts('layers follow the longest path, and nothing overlaps', () => {
  const edges = [
    [0, 1],
    [1, 2],
    [0, 3],
    [2, 3],
    [0, 4],
    [4, 5],
    [1, 5],
    [3, 6],
    [5, 6],
  ] as const;
  const { nodes, edges: paths, layers, extent } = layOut(7, edges);
  assert.is(layers, 5);
  assert.equal(
    nodes.map(({ layer }) => layer),
    [0, 1, 2, 3, 1, 2, 4],
  );
  for (const a of nodes)
    for (const b of nodes)
      if (a.node < b.node && a.layer === b.layer)
        assert.ok(Math.abs(a.place - b.place) >= 1 - 1e-9, `${a.node} ${b.node}`);
  for (const { from, to, through } of paths) {
    const steps = through.map(({ layer }) => layer);
    assert.equal(
      steps,
      Array.from({ length: steps.length }, (_, k) => nodes[from]!.layer + k),
    );
    assert.is(steps.at(-1), nodes[to]!.layer);
    // No edge runs through a node that it does not join.
    for (const { layer, place } of through.slice(1, -1))
      for (const node of nodes)
        if (node.layer === layer) assert.ok(Math.abs(node.place - place) >= 0.69);
  }
  assert.ok(extent >= 1);
  assert.equal(layOut(7, edges), layOut(7, edges));
});

parts('a chain of 5,000 steps is laid out', () => {
  const chain = Array.from({ length: 4999 }, (_, k) => [k, k + 1] as const);
  assert.is(layOut(5000, chain).layers, 5000);
});

parts('the study is shown as written, with its parts told apart', () => {
  const { markup } = highlightYaml('a: $x.y  # <note>\nb: "1 K"\n');
  assert.is(
    markup.replace(/<span class="n">\d+<\/span>/g, ''),
    '<pre class="code" tabindex="0"><code><span class="y-key">a</span>: <span class="y-reference">$x.y</span>  <span class="y-comment"># &lt;note&gt;</span>\n<span class="y-key">b</span>: <span class="y-string">&quot;1 K&quot;</span>\n</code></pre>',
  );
});

parts.run();
