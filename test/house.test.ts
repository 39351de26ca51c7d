/** The house: which folder may import which, and what code that reaches artifacts may not call. */
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';

const root = fileURLToPath(new URL('..', import.meta.url));
const sources = globSync('{engine,cache,steps,physics}/**/*.ts', { cwd: root }).filter(
  (file) => !file.includes(`${sep}build${sep}`),
);

/** What each folder may import besides itself; the first matching prefix counts. */
const mayImport: readonly (readonly [string, readonly string[]])[] = [
  ['engine/step.ts', []],
  ['engine/cli/', ['engine/', 'cache/', 'steps/index.ts']],
  ['engine/', ['engine/', 'cache/']],
  ['cache/', []],
  ['steps/', ['physics/', 'engine/step.ts']],
  ['physics/', []],
];

const house = suite('the house');

function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  const pattern = /(?:from\s+|import\s*\(\s*|import\s+|new URL\(\s*)['"](\.{1,2}\/[^'"]+)['"]/g;
  return [...text.matchAll(pattern)].map((match) =>
    relative(root, join(root, dirname(file), match[1]!))
      .split(sep)
      .join('/'),
  );
}

house('imports point one way', () => {
  const wrong: string[] = [];
  for (const file of sources) {
    const path = file.split(sep).join('/');
    const [folder, allowed] = mayImport.find(([prefix]) => path.startsWith(prefix))!;
    for (const imported of importsOf(file)) {
      const inside = imported.startsWith(`${folder.split('/')[0]}/`) && folder !== 'engine/step.ts';
      const own =
        inside &&
        !(
          path.startsWith('engine/') &&
          !path.startsWith('engine/cli/') &&
          imported.startsWith('engine/cli/')
        );
      if (!own && !allowed.some((prefix) => imported.startsWith(prefix)))
        wrong.push(`${path} -> ${imported}`);
    }
  }
  assert.equal(wrong, []);
});

house(
  'nothing that reaches an artifact calls a transcendental of Math or draws its randomness',
  () => {
    const forbidden =
      /Math\.(exp|expm1|log|log1p|log2|log10|pow|sin|cos|tan|asin|acos|atan|atan2|sinh|cosh|tanh|hypot|cbrt|random)\(|\*\*|localeCompare|toLocale/;
    const wrong: string[] = [];
    for (const file of sources.filter((path) => /^(physics|steps)/.test(path))) {
      const lines = readFileSync(join(root, file), 'utf8').split('\n');
      for (const [k, line] of lines.entries()) {
        const code = line.replace(/\/\/.*$/, '').replace(/^\s*\/?\*.*$/, '');
        if (forbidden.test(code)) wrong.push(`${file}:${k + 1}: ${line.trim()}`);
      }
    }
    assert.equal(wrong, []);
  },
);
house.run();
