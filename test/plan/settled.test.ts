/** Repeated steps as they end: which turn counts, and what is said where none does. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { takesFrom } from '../../engine/plan/plan.ts';
import { type Resolution, resolveInputs } from '../../engine/plan/resolve.ts';
import type { Upstream } from '../../engine/plan/upstream.ts';
import type { InputField } from '../../engine/step.ts';
import type { Binding, Condition, Settling } from '../../engine/study/expanded.ts';
import {
  artifact,
  ignorance,
  literal,
  output,
  record,
  somewhere,
  step,
  study,
  value,
} from './rig.ts';

const settled = suite('repeated steps');

const turn = step(
  'turn',
  { from: { kind: 'artifact', type: 'text', optional: true } },
  {
    out: { kind: 'artifact', type: 'text', extension: 'txt' },
    error: { kind: 'quantity', dimension: 'pressure', unit: 'GPa' },
    measured: { kind: 'measured', unit: 'GPa' },
  },
);
const user = step('user', {
  file: { kind: 'artifact', type: 'text', optional: true },
  error: { kind: 'quantity', dimension: 'pressure', unit: 'GPa', optional: true },
  measured: { kind: 'measured', optional: true },
  all: { kind: 'list', of: { kind: 'measured' }, optional: true },
});

/** Turn `k` gave this error and this file. */
const gave = (error: number, file: string): Upstream => ({
  kind: 'record',
  record: record({
    out: artifact(file),
    error: value(error),
    measured: value({ value: error, unit: 'GPa' }),
  }),
});
const skipped: Upstream = { kind: 'skipped' };
const pending: Upstream = { kind: 'pending' };
const failed: Upstream = { kind: 'failed' };
const open: Upstream = { kind: 'record', record: record({}, 'it drifts') };

const FILE: InputField = { kind: 'artifact', type: 'text' };

/** `until: $( outputs.error < 1 GPa )`, `carry: { from: $outputs.out }`. */
function settlingOver(turns: number): Settling {
  return {
    turns: Array.from({ length: turns }, (_, k) => ({
      until: {
        kind: 'expression',
        text: 'outputs.error < 1 GPa',
        operands: { 'outputs.error': output(k, 'error') },
        span: somewhere,
      },
      progress:
        k === 0
          ? null
          : {
              kind: 'progress',
              inputs: [{ field: FILE, before: k === 1 ? null : output(k - 2), now: output(k - 1) }],
              span: somewhere,
            },
    })),
  };
}

function settle(turns: number, name: string): Binding & { readonly kind: 'settled' } {
  const values = Array.from({ length: turns }, (_, k) => output(k, name));
  return { kind: 'settled', values, settling: settlingOver(turns), span: somewhere };
}

function resolve(
  ended: readonly Upstream[],
  inputs: { readonly [name: string]: Binding },
  when: readonly Condition[] = [],
): Resolution {
  const toy = study(...ended.map((_, k) => ({ name: `turn/${k + 1}`, of: turn })), {
    name: 'user',
    of: user,
    inputs,
    when,
  });
  return resolveInputs(toy.tasks.at(-1)!, toy, ignorance, (k) => ended[k]!);
}

const three = (name: string) => settle(3, name);

settled('the first turn after which the condition holds counts, with its key', () => {
  const ended = [gave(5, 'a'), gave(0.5, 'b'), skipped];
  const found = resolve(ended, { file: three('out'), error: three('error') });
  const direct = resolve(ended, { file: output(1), error: output(1, 'error') });
  assert.ok(found.kind === 'ready' && direct.kind === 'ready');
  assert.is(found.key, direct.key);
  assert.is(found.values.error, 0.5);
});

settled('expressions compute with what it settled on', () => {
  const error: Binding = {
    kind: 'expression',
    text: 'r.error + 1 GPa',
    operands: { 'r.error': three('error') },
    span: somewhere,
  };
  const found = resolve([gave(5, 'a'), gave(0.5, 'b'), skipped], { error });
  assert.ok(found.kind === 'ready');
  assert.is(found.values.error, 1.5);
  assert.equal(resolve([gave(5, 'a'), pending, pending], { error }), { kind: 'waiting', for: [1] });
  const lacking = resolve([gave(5, 'a'), gave(4, 'b'), gave(3, 'c')], { error });
  assert.ok(lacking.kind === 'inconclusive');
  assert.is(lacking.reason, 'not settled after 3 turns');
});

settled('waits for turns that are under way, and fails with those that fail', () => {
  assert.equal(resolve([gave(5, 'a'), pending, pending], { file: three('out') }), {
    kind: 'waiting',
    for: [1],
  });
  assert.equal(resolve([gave(5, 'a'), failed, failed], { file: three('out') }), {
    kind: 'blocked',
    by: 1,
  });
  assert.is(resolve([skipped, skipped, skipped], { file: three('out') }).kind, 'skipped');
});

settled('is inconclusive after the last turn, or one that brings nothing new', () => {
  const last = resolve([gave(5, 'a'), gave(4, 'b'), gave(3, 'c')], { error: three('error') });
  assert.ok(last.kind === 'inconclusive');
  assert.equal([last.reason, last.output], ['not settled after 3 turns', 'error']);
  const stuck = resolve([gave(5, 'a'), gave(5, 'a'), skipped], { error: three('error') });
  assert.ok(stuck.kind === 'inconclusive');
  assert.is(stuck.reason, 'no progress: turn 3 would repeat turn 2');
  assert.is.not(last.key, stuck.key);
});

settled('a measured value that it did not settle on is missing with that reason', () => {
  const ended = [gave(5, 'a'), gave(4, 'b'), gave(3, 'c')];
  const found = resolve(ended, { measured: three('measured') });
  assert.ok(found.kind === 'ready');
  const { kind, reason } = found.values.measured as { kind: string; reason: string };
  assert.equal([kind, reason], ['missing', 'not settled after 3 turns']);
  const gather: Binding = {
    kind: 'gather',
    elements: [three('measured'), output(0, 'measured')],
    span: somewhere,
  };
  const all = resolve(ended, { all: gather });
  assert.ok(all.kind === 'ready');
  const kinds = (all.values.all as { kind: string }[]).map((each) => each.kind);
  assert.equal(kinds.sort(), ['missing', 'value']);
});

settled('files of the last turn stay usable', () => {
  const ended = [gave(5, 'a'), gave(4, 'b'), gave(3, 'c')];
  const found = resolve(ended, { file: three('out') });
  const direct = resolve(ended, { file: output(2) });
  assert.ok(found.kind === 'ready' && direct.kind === 'ready');
  assert.is(found.key, direct.key);
});

settled('a condition that cannot be decided is inconclusive, never as if it were left out', () => {
  const plain = resolve([gave(5, 'a')], {});
  for (const inputs of [{ error: three('error') }, { file: three('out') }]) {
    const found = resolve([gave(5, 'a'), open, skipped], inputs);
    assert.ok(found.kind === 'inconclusive' && plain.kind === 'ready');
    assert.is(found.reason, 'it drifts');
    assert.is.not(found.key, plain.key);
  }
});

settled('a turn is not taken once it has ended, nor without progress', () => {
  const { turns } = settlingOver(3);
  const into = (k: number): readonly Condition[] => [
    {
      kind: 'expression',
      text: 'not until',
      operands: { until: turns[k - 1]!.until },
      span: somewhere,
    },
    turns[k]!.progress!,
  ];
  const at = (k: number, ...ended: readonly Upstream[]) => resolve(ended, {}, into(k)).kind;
  assert.is(at(1, gave(5, 'a')), 'ready');
  assert.is(at(1, gave(0.5, 'a')), 'skipped');
  assert.is(at(2, gave(5, 'a'), gave(4, 'b')), 'ready');
  assert.is(at(2, gave(5, 'a'), gave(4, 'a')), 'skipped', 'the same file again');
  assert.is(at(2, gave(0.5, 'a'), skipped), 'skipped');
  assert.is(at(2, gave(5, 'a'), pending), 'waiting');
});

settled('whoever takes from it needs all its turns', () => {
  const toy = study(...[1, 2, 3].map((k) => ({ name: `turn/${k}`, of: turn })), {
    name: 'user',
    of: user,
    inputs: { file: three('out'), error: literal(1) },
  });
  assert.equal(takesFrom(toy.tasks[3]!), [0, 1, 2]);
});

settled.run();
