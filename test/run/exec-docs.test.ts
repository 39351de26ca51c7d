/** The examples of docs/exec.md run as they stand. */
import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { execute, folderOf } from './exec-rig.ts';

const test = suite('docs/exec.md');

const text = readFileSync(new URL('../../docs/exec.md', import.meta.url), 'utf8');
const examples = [...text.matchAll(/```yaml\n(.*?)```/gs)].map((match) => match[1]!);

/** What the programs of the examples might be. */
const files = {
  'frames.extxyz': '1\nenergy=-8 pbc="T T T"\nFe 0 0 0\n'.repeat(2),
  'bin/cool': [
    `#!/bin/sh
[ "$1 $2 $3" = "--from start.xyz --step=0.002" ] || { echo 5.1 mPa.s; exit; }
cp start.xyz cooled.xyz
echo '{ "value": 7.1, "standard_error": 0.1 }' > density.json
`,
  ] as const,
  'bin/analyse.sh': 'cool > eta.txt\n',
};

const expected = [
  { cells: 2 },
  {
    frames: { file: 'cooled.xyz' },
    density: {
      quantity: 'density',
      value: 7.1,
      unit: 'g/cm³',
      standard_error: 0.1,
      contributions: {},
      effective_samples: null,
      conditions: {},
      marks: [],
    },
  },
  { eta: 5.1 },
];

for (const [k, example] of examples.entries())
  test(`example ${k + 1}`, async () => {
    const { outcome, warnings } = await execute(folderOf(files), example);
    assert.equal(outcome.outputs, expected[k]);
    assert.equal(warnings, []);
  });

test('has as many examples as are looked at', () => assert.is(examples.length, expected.length));

test.run();
