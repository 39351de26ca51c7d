/** The examples of docs/language.md are right. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { formatDiagnostics } from '../../engine/study/diagnostic.ts';
import { loadStudy } from '../../engine/study/load.ts';
import { steps } from '../../steps/index.ts';

const test = suite('docs/language.md');

const folder = mkdtempSync(join(tmpdir(), 'curie-docs-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
for (const name of ['frames.extxyz', 'reference.yaml']) writeFileSync(join(folder, name), '');

const text = readFileSync(new URL('../../docs/language.md', import.meta.url), 'utf8');
const [whole = '', ...examples] = [...text.matchAll(/```yaml\n(.*?)```/gs)].map(
  ([, yaml]) => yaml!,
);

function check(study: string): void {
  const file = join(folder, 'study.yaml');
  writeFileSync(file, study);
  const loaded = loadStudy(file, { registry: steps });
  assert.is('diagnostics' in loaded ? formatDiagnostics(loaded.diagnostics, readFileSync) : '', '');
}

/** The first two steps of the study at the top, with others. */
function withSteps(example: string): string {
  return whole.slice(0, whole.indexOf('  density:\n    uses')) + example;
}

test('the study at the top', () => check(whole));

for (const [k, example] of examples.entries())
  test(`example ${k + 2}`, () => {
    const name = /^protocol: (.*)$/m.exec(example)?.[1];
    if (name === undefined) check(withSteps(example));
    // The example after it uses it.
    else writeFileSync(join(folder, `${name}.yaml`), example);
  });

test.run();
