/** Conditions: who is skipped with whom, and what is taken instead. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Decision, plan, takesFrom, tasksNeededBy } from '../../engine/plan/plan.ts';
import { type Resolution, resolveInputs } from '../../engine/plan/resolve.ts';
import type { Upstream } from '../../engine/plan/upstream.ts';
import { describeSkip } from '../../engine/provenance/explain.ts';
import type { InputField, OutputField } from '../../engine/step.ts';
import type { Binding } from '../../engine/study/expanded.ts';
import {
  artifact,
  at,
  gather,
  ignorance,
  line,
  literal,
  output,
  record,
  somewhere,
  step,
  study,
  value,
} from './rig.ts';

const when = suite('when');

const pressure: OutputField = { kind: 'quantity', dimension: 'pressure', unit: 'GPa' };
const frames: InputField = { kind: 'artifact', type: 'text' };
const source = step(
  'source',
  { seed: { kind: 'integer', optional: true } },
  {
    out: { kind: 'artifact', type: 'text', extension: 'txt' },
    pressure,
    flag: { kind: 'boolean' },
  },
);
const user = step('user', {
  file: { ...frames, optional: true },
  files: { kind: 'list', of: frames, optional: true },
  pressure: { kind: 'quantity', dimension: 'pressure', unit: 'GPa', optional: true },
});

const given: Upstream = {
  kind: 'record',
  record: record({ out: artifact('a'), pressure: value(3), flag: value(true) }),
};
const skipped: Upstream = { kind: 'skipped' };
const failed: Upstream = { kind: 'failed' };
const pending: Upstream = { kind: 'pending' };
const open: Upstream = { kind: 'record', record: record({}, 'it drifts') };

/** How a task resolves whose tasks 0, 1 and 2 have ended as given. */
function resolve(
  inputs: { readonly [name: string]: Binding },
  ended: readonly Upstream[],
  condition?: Binding,
): Resolution {
  const toy = study(...ended.map((_, k) => ({ name: `source/${k}`, of: source })), {
    name: 'user',
    of: user,
    inputs,
    ...(condition && { when: [condition] }),
  });
  return resolveInputs(toy.tasks.at(-1)!, toy, ignorance, (k) => ended[k]!);
}

function expression(text: string, ...tasks: readonly number[]): Binding {
  const operands = Object.fromEntries(
    tasks.map((task) => [`s${task}.pressure`, output(task, 'pressure')]),
  );
  return { kind: 'expression', text, operands, span: somewhere };
}

const first = (...options: readonly Binding[]): Binding => ({
  kind: 'first',
  options,
  span: somewhere,
});

const skippedWith = (task: number): Resolution => ({
  kind: 'skipped',
  because: { kind: 'upstream', task },
});

when('a task whose condition does not hold is skipped, whatever its inputs', () => {
  for (const ended of [given, failed, pending, skipped])
    assert.equal(resolve({ file: output(0) }, [ended], literal(false)), {
      kind: 'skipped',
      because: { kind: 'condition', span: somewhere },
    });
  assert.is(resolve({ file: output(0) }, [given], literal(true)).kind, 'ready');
});

when('the condition is in no key', () => {
  const plain = resolve({ file: output(0) }, [given]);
  const conditional = resolve({ file: output(0) }, [given], output(0, 'flag'));
  assert.ok(plain.kind === 'ready' && conditional.kind === 'ready');
  assert.is(plain.key, conditional.key);
});

when('a condition on values of other tasks waits for them, or fails with them', () => {
  const condition = expression('s0.pressure > 2 GPa', 0);
  assert.equal(resolve({}, [pending], condition), { kind: 'waiting', for: [0] });
  assert.equal(resolve({}, [failed], condition), { kind: 'blocked', by: 0 });
  assert.equal(resolve({}, [skipped], condition), skippedWith(0));
  assert.is(resolve({}, [given], condition).kind, 'ready');
  assert.is(resolve({}, [given], expression('s0.pressure > 4 GPa', 0)).kind, 'skipped');
  const unknown = resolve({}, [open], condition);
  assert.ok(unknown.kind === 'inconclusive');
  assert.is(unknown.reason, 'it drifts');
});

when('a task that takes from a skipped one is skipped too', () => {
  assert.equal(resolve({ file: output(0) }, [skipped]), skippedWith(0));
  assert.equal(resolve({ pressure: expression('2 * s0.pressure', 0) }, [skipped]), skippedWith(0));
  const list: Binding = { kind: 'list', items: [output(1), output(0)], span: somewhere };
  assert.equal(resolve({ files: list }, [skipped, given]), skippedWith(0));
  assert.equal(
    resolve({ files: list }, [skipped, failed]),
    skippedWith(0),
    'even if it needs a failed one as well',
  );
});

when('a gather leaves out what was skipped, as long as others are there', () => {
  const some = resolve({ files: gather(0, 1, 2) }, [given, skipped, given]);
  const direct = resolve({ files: gather(0, 2) }, [given, skipped, given]);
  assert.ok(some.kind === 'ready' && direct.kind === 'ready');
  assert.is(some.key, direct.key);
  assert.equal(resolve({ files: gather(0, 1) }, [skipped, skipped]), skippedWith(0));
});

when('first takes the first that was not skipped, with its key', () => {
  const ended = [skipped, given, pending];
  const chosen = resolve({ file: first(output(0), output(1), output(2)) }, ended);
  const direct = resolve({ file: output(1) }, ended);
  assert.ok(chosen.kind === 'ready' && direct.kind === 'ready');
  assert.is(chosen.key, direct.key);
  assert.equal(resolve({ file: first(output(0), output(2)) }, ended), {
    kind: 'waiting',
    for: [2],
  });
  assert.equal(resolve({ file: first(output(2), output(1)) }, ended), {
    kind: 'waiting',
    for: [2],
  });
  assert.equal(resolve({ file: first(output(1), output(0)) }, [skipped, failed]), {
    kind: 'blocked',
    by: 1,
  });
  assert.equal(resolve({ file: first(output(0), output(1)) }, [skipped, skipped]), skippedWith(0));
  const gathered = resolve({ files: first(gather(0), gather(1)) }, ended);
  assert.ok(gathered.kind === 'ready');
});

when('first and if compute with what is there', () => {
  const of = (text: string, ended: readonly Upstream[]) => {
    const resolution = resolve({ pressure: expression(text, 0, 1) }, ended);
    return resolution.kind === 'ready' ? resolution.values.pressure : resolution.kind;
  };
  assert.is(of('2 * first(s0.pressure, s1.pressure)', [skipped, given]), 6);
  assert.is(of('2 * first(s0.pressure, s1.pressure, 5 GPa)', [skipped, skipped]), 10);
  assert.is(of('2 * first(s0.pressure, s1.pressure)', [skipped, skipped]), 'skipped');
  assert.is(of('first(s0.pressure + s1.pressure, 7 GPa)', [given, skipped]), 7);
  assert.is(of('if(s1.pressure > 2 GPa, s1.pressure, s0.pressure)', [skipped, given]), 3);
  assert.is(of('if(s1.pressure > 4 GPa, s1.pressure, s0.pressure)', [skipped, given]), 'skipped');
  assert.is(of('s0.pressure + s1.pressure', [given, skipped]), 'skipped');
});

when('a plan says who is skipped and why', () => {
  const toy = study(
    { name: 'a', of: source, when: [{ kind: 'literal', value: false, span: line(7) }] },
    { name: 'b', of: user, inputs: { file: output(0) } },
    { name: 'c', of: user, after: [0] },
  );
  const { decisions } = plan(toy, ignorance);
  assert.equal(
    decisions.map(({ kind }) => kind),
    ['skip', 'skip', 'run'],
  );
  const words = (decision: Decision) =>
    decision.kind === 'skip' ? describeSkip(decision.because, toy, at) : '';
  assert.equal(decisions.map(words), [
    'its condition does not hold (toy.yaml:7)',
    'a was skipped',
    '',
  ]);
});

when('tasks that a condition or a choice asks are needed', () => {
  const toy = study(
    { name: 'a', of: source },
    { name: 'b', of: source },
    {
      name: 'c',
      of: user,
      inputs: { file: first(output(0), output(1)) },
      when: [output(1, 'flag')],
    },
    { name: 'd', of: user, when: [output(0, 'flag')] },
  );
  assert.equal(takesFrom(toy.tasks[2]!), [0, 1]);
  assert.equal([...tasksNeededBy(toy, new Set([3]))].sort(), [0, 3]);
});

when.run();
