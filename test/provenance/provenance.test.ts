/** Differences between runs, and a study held against its lock. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ActionRecord } from '../../cache/index.ts';
import { actionAsJson, actionOf, type Part } from '../../engine/plan/action.ts';
import { diffRuns } from '../../engine/provenance/diff.ts';
import {
  deviations,
  type Lock,
  lockedTask,
  lockPath,
  readLock,
  writeLock,
} from '../../engine/provenance/lock.ts';
import type { RunSummary, TaskSummary } from '../../engine/provenance/summary.ts';
import type { Json, Measured } from '../../engine/step.ts';
import { artifact, record, value } from '../plan/rig.ts';

const provenance = suite('provenance');

const density = (of: number): Measured => ({
  quantity: 'density',
  value: of,
  unit: 'g/cm³',
  standard_error: 0.05,
  contributions: { statistical: 0.05 },
  effective_samples: 40,
  conditions: {},
  marks: [],
});

function made(inputs: { readonly [name: string]: Part }, of: number, text: string): ActionRecord {
  const action = actionAsJson(actionOf({ type: 'npt', revision: 1 }, inputs));
  const measured: Json = { ...density(of) };
  return record({ density: value(measured), state: artifact(text) }, undefined, action);
}

function run(
  tasks: { readonly [task: string]: TaskSummary },
  parameters: { readonly [name: string]: Json } = {},
  files: { readonly [path: string]: string } = {},
): RunSummary {
  return {
    schema: 'curie/run@1',
    run: 'r',
    study: 's',
    profile: null,
    started: '2026-11-24T09:00:00.000Z',
    seconds: 1,
    parameters,
    files,
    tasks,
  };
}

const cold = made(
  { temperature: { value: 1800 }, potential: { content: 'a'.repeat(64) } },
  7.1,
  'x',
);
const hot = made(
  { temperature: { value: 2000 }, potential: { content: 'a'.repeat(64) } },
  6.9,
  'y',
);
const records = new Map([cold, hot].map((each) => [each.key, each]));
const recordOf = (key: string): ActionRecord | undefined => records.get(key);

provenance('two runs differ in parameters, files, inputs, values and bytes', () => {
  const diff = diffRuns(
    run(
      { melt: { outcome: 'done', key: cold.key }, gone: { outcome: 'failed' } },
      { t: '1800 K', n: 1 },
      { 'a.xyz': '1' },
    ),
    run(
      { melt: { outcome: 'done', key: hot.key }, fresh: { outcome: 'not run' } },
      { t: '2000 K', n: 1 },
      { 'a.xyz': '2' },
    ),
    recordOf,
  );
  assert.equal(diff.parameters, [{ name: 't', was: '1800 K', now: '2000 K' }]);
  assert.equal(diff.files, [{ name: 'a.xyz', was: '1', now: '2' }]);
  assert.equal(diff.tasks, [
    {
      task: 'melt',
      was: 'done',
      now: 'done',
      inputs: [{ name: 'temperature', was: 1800, now: 2000 }],
      values: [{ name: 'density', was: density(7.1), now: density(6.9) }],
      artifacts: ['state'],
    },
    { task: 'gone', was: 'failed', now: null, inputs: [], values: [], artifacts: [] },
    { task: 'fresh', was: null, now: 'not run', inputs: [], values: [], artifacts: [] },
  ]);
});

provenance('a run differs from itself in nothing', () => {
  const same = run({ melt: { outcome: 'done', key: cold.key } }, { t: 1 }, { a: '1' });
  assert.equal(diffRuns(same, same, recordOf), { parameters: [], files: [], tasks: [] });
});

const state = (task: ActionRecord, file = '1'): Omit<Lock, 'schema' | 'curie'> => ({
  study: 's',
  profile: null,
  parameters: {},
  files: { 'a.xyz': file },
  tasks: { melt: lockedTask(task) },
});

provenance('a lock names each thing that is not as it was', () => {
  const lock: Lock = { schema: 'curie/lock@1', curie: '0.1.0', ...state(cold) };
  assert.equal(deviations(lock, state(cold)), []);
  assert.equal(deviations(lock, state(cold, '2')), [
    { of: 'a.xyz', message: 'has other bytes than when the lock was written' },
  ]);
  assert.equal(deviations(lock, state(hot)), [{ of: 'melt', message: 'takes other inputs' }]);
  const other = { ...cold, outputs: { ...cold.outputs, state: artifact('z') } };
  assert.equal(deviations(lock, state(other)), [
    { of: 'melt', message: 'state has other bytes than when the lock was written' },
  ]);
  assert.equal(deviations(lock, { ...state(cold), tasks: {} }), [
    { of: 'melt', message: 'has no result with the present inputs' },
  ]);
  const more = { ...state(cold), tasks: { melt: lockedTask(cold), fresh: lockedTask(hot) } };
  assert.equal(deviations(lock, more), [{ of: 'fresh', message: 'is not in the lock' }]);
});

provenance('a lock is read back as it was written; anything else is refused in words', () => {
  const folder = mkdtempSync(join(tmpdir(), 'curie-lock-'));
  const lock: Lock = { schema: 'curie/lock@1', curie: '0.1.0', ...state(cold) };
  const path = lockPath(join(folder, 'melt.yaml'), 'full');
  assert.is(path, join(folder, 'melt.full.lock.json'));
  assert.is(readLock(path), undefined);
  writeLock(path, lock);
  assert.equal(readLock(path), lock);
  for (const text of ['', '{', '[]', '{"schema":"curie/lock@2"}']) {
    writeFileSync(path, text);
    assert.throws(
      () => readLock(path),
      /melt\.full\.lock\.json is no lock that this version of curie can read/,
    );
  }
  rmSync(folder, { recursive: true });
});

provenance.run();
