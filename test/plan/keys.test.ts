/** What is in a key and what is not. */
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Json } from '../../cache/index.ts';
import { type Resolution, resolveInputs } from '../../engine/plan/resolve.ts';
import type { Upstream } from '../../engine/plan/upstream.ts';
import type { InputField } from '../../engine/step.ts';
import type { Binding } from '../../engine/study/expanded.ts';
import { freshFolder } from '../cache/rig.ts';
import {
  artifact,
  contentOf,
  file,
  gather,
  ignorance,
  literal,
  output,
  record,
  somewhere,
  step,
  study,
  value,
} from './rig.ts';

const keys = suite('keys');

const temperature: InputField = { kind: 'quantity', dimension: 'temperature', unit: 'K' };
const pressure: InputField = { kind: 'quantity', dimension: 'pressure', unit: 'GPa', default: 0 };
const npt = step('npt', {
  temperature,
  pressure,
  potential: { kind: 'artifact', type: 'potential', optional: true },
  alloys: { kind: 'list', of: { kind: 'text' }, optional: true },
  frames: { kind: 'list', of: { kind: 'artifact', type: 'frames' }, optional: true },
  measured: { kind: 'list', of: { kind: 'measured' }, optional: true },
  settings: { kind: 'map', of: { kind: 'number' }, optional: true },
});
const source = step('source', {}, { out: { kind: 'artifact', type: 'frames', extension: 'xyz' } });

const FILES: { readonly [path: string]: string } = { '/a/one': '1', '/b/one': '1', '/a/two': '2' };
const upstreams = ['one', 'two', 'three', '1'];

function resolve(
  inputs: { readonly [name: string]: Binding },
  of = npt,
  upstream: (k: number) => Upstream = (k) => ({
    kind: 'record',
    record: record({ out: artifact(upstreams[k]!) }),
  }),
): Resolution {
  const toy = study(...upstreams.map((name) => ({ name: `source/${name}`, of: source })), {
    name: 'density/Fe',
    of,
    inputs,
  });
  const task = toy.tasks.at(-1)!;
  return resolveInputs(
    task,
    toy,
    { ...ignorance, contentOf: (path) => contentOf(FILES[path]!) },
    upstream,
  );
}

function keyOf(inputs: { readonly [name: string]: Binding }, of = npt): string {
  const resolution = resolve(inputs, of);
  if (resolution.kind !== 'ready') throw new Error(`it is ${resolution.kind}`);
  return resolution.key;
}

function valuesOf(inputs: { readonly [name: string]: Binding }) {
  const resolution = resolve(inputs);
  if (resolution.kind !== 'ready') throw new Error(`it is ${resolution.kind}`);
  return resolution.values;
}

const hot = { temperature: literal(2000) };

keys('hold every input that was given', () => {
  const all = [
    hot,
    { temperature: literal(1750) },
    { ...hot, pressure: literal(1) },
    { ...hot, potential: output(0) },
    { ...hot, potential: output(1) },
    { ...hot, alloys: literal(['Fe']) },
    { ...hot, alloys: literal(['Fe', 'Cr']) },
    { ...hot, alloys: literal(['Cr', 'Fe']) },
    { ...hot, frames: gather(0, 1) },
    { ...hot, frames: gather(0, 1, 1) },
    { ...hot, frames: { kind: 'list', items: [output(0), output(1)], span: somewhere } as const },
    { ...hot, frames: { kind: 'list', items: [output(1), output(0)], span: somewhere } as const },
    { ...hot, settings: literal({ a: 1 }) },
  ];
  assert.is(new Set(all.map((inputs) => keyOf(inputs))).size, all.length);
  assert.not.equal(keyOf(hot), keyOf(hot, { ...npt, revision: 2 }));
  assert.not.equal(keyOf(hot), keyOf(hot, { ...npt, type: 'nvt' }));
});

keys('leave out an input that is equal to its default, and give it to the worker', () => {
  assert.is(keyOf({ ...hot, pressure: literal(0) }), keyOf(hot));
  assert.equal(valuesOf(hot), { temperature: 2000, pressure: 0 });
  // So an input that a later version adds with its old meaning as default reruns nothing.
  const later = { ...npt, inputs: { ...npt.inputs, new: { kind: 'text', default: 'old' } } };
  assert.is(keyOf(hot, later as typeof npt), keyOf(hot));
});

keys('hold bytes by content only, from a file or from a task', () => {
  const at = (binding: Binding) => keyOf({ ...hot, potential: binding });
  assert.is(at(file('/a/one')), at(file('/b/one')));
  assert.is(at(file('/a/one')), at(output(3)), 'task 3 gives the same bytes');
  assert.not.equal(at(file('/a/one')), at(file('/a/two')));
});

keys('come with the files that must still be the same when the result is committed', () => {
  const frames = {
    kind: 'list',
    items: [file('/a/one'), file('/b/one')],
    span: somewhere,
  } as const;
  const resolution = resolve({ ...hot, frames });
  assert.ok(resolution.kind === 'ready');
  const { digest } = contentOf('1');
  assert.equal(resolution.files, [
    { path: '/a/one', digest },
    { path: '/b/one', digest },
  ]);
});

keys('count one value of a list as a list of one', () => {
  const list = (...items: readonly Binding[]): Binding => ({
    kind: 'list',
    items,
    span: somewhere,
  });
  const at = (binding: Binding) => keyOf({ ...hot, alloys: binding });
  assert.is(at(literal('Fe')), at(literal(['Fe'])));
  assert.is(at(list(literal('Fe'), literal('Cr'))), at(literal(['Fe', 'Cr'])));
  assert.is(keyOf({ ...hot, frames: output(0) }), keyOf({ ...hot, frames: list(output(0)) }));
  assert.is(keyOf({ ...hot, frames: gather(0, 1) }), keyOf({ ...hot, frames: list(gather(0, 1)) }));
});

keys('of a gather do not depend on its order, nor do the values that the worker gets', () => {
  fc.assert(
    fc.property(fc.shuffledSubarray([0, 1, 2], { minLength: 3 }), (order) => {
      const there = { ...hot, frames: gather(...order) };
      assert.is(keyOf(there), keyOf({ ...hot, frames: gather(0, 1, 2) }));
      assert.equal(valuesOf(there), valuesOf({ ...hot, frames: gather(0, 1, 2) }));
    }),
  );
  assert.is((valuesOf({ ...hot, frames: gather(0, 1, 1) }).frames as Json[]).length, 3);
});

keys('do not depend on the order in which inputs are written', () => {
  const inputs = { ...hot, alloys: literal(['Fe']), settings: literal({ b: 1, a: 2 }) };
  const turned = {
    settings: literal({ a: 2, b: 1 }),
    alloys: literal(['Fe']),
    temperature: literal(2000),
  };
  assert.is(keyOf(inputs), keyOf(turned));
  // Nor does what the worker gets, which may walk through it.
  assert.is(JSON.stringify(valuesOf(inputs)), JSON.stringify(valuesOf(turned)));
  const entries = (...names: readonly string[]): { readonly [name: string]: Binding } => ({
    ...hot,
    settings: {
      kind: 'map',
      entries: Object.fromEntries(names.map((name) => [name, literal(name.length)])),
      span: somewhere,
    },
  });
  assert.is(
    JSON.stringify(valuesOf(entries('aa', 'b'))),
    JSON.stringify(valuesOf(entries('b', 'aa'))),
  );
});

keys('hold tools and platform where a step says that they matter', () => {
  const exec = step('exec', {});
  const toy = study({ name: 'run', of: exec });
  const at = (environment: {
    tools?: { [name: string]: string };
    platform?: { [name: string]: Json };
  }) => {
    const around = { ...ignorance, environment: () => environment };
    const resolution = resolveInputs(toy.tasks[0]!, toy, around, () => ({ kind: 'pending' }));
    return resolution.kind === 'ready' ? resolution.key : '';
  };
  const all = [{}, { tools: { lmp: 'a' } }, { tools: { lmp: 'b' } }, { platform: { arch: 'x64' } }];
  assert.is(new Set(all.map(at)).size, all.length);
});

const script = `
  const { digestOf } = await import(process.argv[1] + '/cache/index.ts');
  const { actionOf, keyOf } = await import(process.argv[1] + '/engine/plan/action.ts');
  const inputs = { zebra: { value: 0.1 }, Äpfel: { value: 'ı' }, apple: { value: [1e21, 'é'] }, i: { value: { ö: 1, z: 2, I: 3 } } };
  console.log(keyOf(actionOf({ type: 'npt', revision: 1 }, inputs)));
`;

keys('are the same in any folder, locale and time zone', () => {
  const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
  const here = freshFolder();
  mkdirSync(join(here, 'ünïcode'));
  const places = [
    { cwd: here, env: { LC_ALL: 'C', TZ: 'UTC' } },
    { cwd: join(here, 'ünïcode'), env: { LC_ALL: 'tr_TR.UTF-8', TZ: 'Asia/Kathmandu' } },
    { cwd: '/', env: { LC_ALL: 'sv_SE.UTF-8', LANG: 'sv_SE', TZ: 'America/St_Johns' } },
  ];
  const found = places.map(({ cwd, env }) => {
    const args = ['--input-type=module', '-e', script, root];
    return spawnSync(process.execPath, args, { cwd, env, encoding: 'utf8' }).stdout;
  });
  // A change of this line means that every cache of every user is worth nothing any more.
  const expected = 'b8c4d77782138ee6673cd45fdeb988bc7a68e463fc649471c822bb8ebb17d5fb\n';
  assert.equal(found, [expected, expected, expected]);
});

// ── Missing values ──────────────────────────────────────────────────────────────────────────

const inconclusive: Upstream = {
  kind: 'record',
  record: record({ state: artifact('state') }, 'the solid melted'),
};

keys('a missing value reaches an input that may lack one, with its reason', () => {
  const resolution = resolve({ ...hot, measured: gather(0, 1) }, npt, (k) =>
    k === 0 ? inconclusive : { kind: 'record', record: record({ out: value({ value: 7 }) }) },
  );
  assert.ok(resolution.kind === 'ready');
  const measured = resolution.values.measured as { kind: string; reason?: string }[];
  assert.equal(measured.map(({ kind }) => kind).sort(), ['missing', 'value']);
  assert.is(measured.find(({ kind }) => kind === 'missing')?.reason, 'the solid melted');
});

keys('a missing value makes every other input, and so the task, inconclusive', () => {
  const resolution = resolve({ ...hot, potential: output(0) }, npt, () => inconclusive);
  assert.ok(resolution.kind === 'inconclusive');
  assert.equal([resolution.by, resolution.output], [0, 'out']);
  assert.is(resolution.reason, 'the solid melted');
  assert.not.equal(resolution.key, keyOf(hot), 'not the key of the task without that input');
});

keys('the reason for a missing value does not depend on the order of a gather', () => {
  const lacking = ['the solid melted', 'a phase vanished'].map(
    (reason): Upstream => ({ kind: 'record', record: record({}, reason) }),
  );
  const at = (...tasks: readonly number[]) =>
    resolve({ ...hot, frames: gather(...tasks) }, npt, (k) => lacking[k]!);
  const [one, other] = [at(0, 1), at(1, 0)];
  assert.ok(one.kind === 'inconclusive' && other.kind === 'inconclusive');
  assert.equal([one.key, one.reason], [other.key, other.reason]);
});

keys('what an inconclusive task did give stays usable', () => {
  const resolution = resolve({ ...hot, potential: output(0, 'state') }, npt, () => inconclusive);
  assert.is(resolution.kind, 'ready');
});

keys('waits for what is not known, and is blocked by what failed', () => {
  const states: readonly Upstream[] = [{ kind: 'pending' }, { kind: 'failed' }, inconclusive];
  const at = (...tasks: readonly number[]) =>
    resolve({ ...hot, frames: gather(...tasks) }, npt, (k) => states[k]!);
  assert.equal(at(0), { kind: 'waiting', for: [0] });
  assert.equal(at(0, 1), { kind: 'blocked', by: 1 });
  assert.equal(at(0, 2), { kind: 'waiting', for: [0] });
});

keys('a partial gather goes on without its failed elements', () => {
  const toy = study(
    { name: 'a', of: source },
    { name: 'b', of: source },
    { name: 'all', of: npt, inputs: { ...hot, frames: gather(0, 1) }, partial: true },
  );
  const resolution = resolveInputs(toy.tasks[2]!, toy, ignorance, (k) =>
    k === 0 ? { kind: 'failed' } : { kind: 'record', record: record({ out: artifact('b') }) },
  );
  assert.ok(resolution.kind === 'ready');
  assert.is((resolution.values.frames as Json[]).length, 1);
});

keys('numbers of other tasks arrive in the unit of the input, alone or in an expression', () => {
  const giving = step('giving', {}, { out: { kind: 'measured', unit: 'kbar' } });
  const operands = { 'a.out': output(0) };
  const doubled = { kind: 'expression', text: 'a.out * 2', operands, span: somewhere } as const;
  const toy = study(
    { name: 'a', of: giving },
    { name: 'b', of: npt, inputs: { ...hot, pressure: output(0) } },
    { name: 'c', of: npt, inputs: { ...hot, pressure: doubled } },
  );
  const measured = { quantity: 'pressure', value: 57, unit: 'kbar' };
  const upstream = (): Upstream => ({ kind: 'record', record: record({ out: value(measured) }) });
  const [b, c] = [1, 2].map((k) => resolveInputs(toy.tasks[k]!, toy, ignorance, upstream));
  assert.ok(b?.kind === 'ready' && c?.kind === 'ready');
  assert.is(b.values.pressure, 5.7);
  assert.is(c.values.pressure, 11.4);
  // Keyed by the number, not by who measured it and how well.
  assert.is(b.key, keyOf({ ...hot, pressure: literal(5.7) }));
  const lacking = [1, 2].map((k) =>
    resolveInputs(toy.tasks[k]!, toy, ignorance, () => inconclusive),
  );
  for (const resolution of lacking) assert.is(resolution.kind, 'inconclusive');
});

keys.run();
