/** Loading the code of a group's own step, in the process that runs it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { loadOwn } from '../../engine/run/own-step.ts';

const test = suite('code of your own');

const folder = mkdtempSync(join(tmpdir(), 'curie-own-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const code = (version: string) => ({
  step: { folder, files: ['run.ts'], command: null },
  inputs: {},
  version,
});

test('a module stays as it was loaded, so another version of it is refused here', async () => {
  writeFileSync(join(folder, 'run.ts'), 'export const run = async () => 1;\n');
  const first = await loadOwn(code('one'));
  assert.is(await loadOwn(code('one')), first);
  writeFileSync(join(folder, 'run.ts'), 'export const run = async () => 2;\n');
  const refused = await loadOwn(code('two')).catch((error: unknown) => String(error));
  assert.is(refused, `StepError: ${folder} has changed since its code was loaded: run again`);
});

test.run();
