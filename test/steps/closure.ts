/**
 * What decides the bytes that a step type gives: the modules that its `run.ts` reaches, the kernels
 * that these load, and its interface, whose defaults are in no key.
 */
import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { digestOf, sha256 } from '../../cache/index.ts';
import type { Json, StepDeclaration } from '../../engine/step.ts';
import { tokensOf } from './tokens.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Digest of all that decides. Comments, types and formatting do not. */
export function closureDigest(step: StepDeclaration): string {
  const files: { [path: string]: string } = {};
  const open = [join(root, 'steps', step.type, 'run.ts')];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    const name = relative(root, path);
    if (name in files) continue;
    if (path.endsWith('.wasm')) {
      files[name] = sha256(readFileSync(path));
      continue;
    }
    const tokens = tokensOf(stripTypeScriptTypes(readFileSync(path, 'utf8')));
    files[name] = sha256(tokens.join(' '));
    open.push(...reached(tokens, dirname(path)));
  }
  return digestOf({ files, interface: fieldsOf(step) });
}

/** Modules and kernels that a module names: imports, workers, `new Pool('force', …)`. */
function reached(tokens: readonly string[], folder: string): string[] {
  return tokens.flatMap((token, k) => {
    const [, text] = /^['"](.*)['"]$/.exec(token) ?? [];
    if (text === undefined) return [];
    if (/^\.{1,2}\/.*\.ts$/.test(text)) return [join(folder, text)];
    const isPool = tokens[k - 2] === 'Pool' && tokens[k - 1] === '(';
    return isPool ? [join(root, 'physics/kernels/build', `${text}.wasm`)] : [];
  });
}

/** Inputs and outputs without what is only read. */
function fieldsOf({ inputs, outputs }: StepDeclaration): Json {
  return JSON.parse(
    JSON.stringify({ inputs, outputs }, (key, value: unknown) =>
      key === 'about' && typeof value === 'string' ? undefined : value,
    ),
  );
}
