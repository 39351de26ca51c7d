/**
 * DeePMD-kit's native format as YAML: the tree itself, each variable a map with its numbers in
 * nested lists.
 * Source: deepmd/dpmodel/utils/serialization.py of DeePMD-kit 3.2.0.
 */
import { parse } from 'yaml';
import { ModelFileError } from '../deep/model-file.ts';
import { isMap, type Tree, Variable } from './tree.ts';

/** The text of a `.yaml` file. */
export function encodeYaml(tree: Tree): string {
  return `${block(tree, '').trimStart()}\n`;
}

/** Maps and lists of maps on lines of their own, all else on one. */
function block(tree: Tree, indent: string): string {
  if (tree instanceof Variable) {
    const lines = [
      '"@class": np.ndarray',
      '"@is_variable": true',
      '"@version": 1',
      'dtype: float64',
      `value: ${array(tree.shape, tree.values)}`,
    ];
    return lines.map((line) => `\n${indent}${line}`).join('');
  }
  if (isMap(tree)) {
    return Object.entries(tree)
      .map(([key, value]) => `\n${indent}${JSON.stringify(key)}:${block(value, `${indent}  `)}`)
      .join('');
  }
  if (Array.isArray(tree) && tree.some(isMap)) {
    return tree.map((item: Tree) => `\n${indent}-${block(item, `${indent}  `)}`).join('');
  }
  return ` ${JSON.stringify(tree)}`;
}

function array(shape: readonly number[], values: Float64Array): string {
  if (shape.length === 0) return real(values[0]);
  const [count, ...inner] = shape;
  const stride = values.length / count;
  const parts = Array.from({ length: count }, (_, k) =>
    array(inner, values.subarray(k * stride, (k + 1) * stride)),
  );
  return `[${parts.join(', ')}]`;
}

/** Python's reader takes a number without a point for an integer or, with an exponent, for text. */
function real(value: number): string {
  const text = String(value);
  if (text.includes('.')) return text;
  return text.includes('e') ? text.replace('e', '.0e') : `${text}.0`;
}

/** @throws ModelFileError when the text is no YAML, or none of DeePMD-kit's */
export function decodeYaml(text: string): Tree {
  return withVariables(parsed(text));
}

function parsed(text: string): Tree {
  try {
    return parse(text);
  } catch {
    throw new ModelFileError('the file cannot be read as YAML: it is damaged or cut off');
  }
}

function withVariables(tree: Tree): Tree {
  if (Array.isArray(tree)) return tree.map(withVariables);
  if (!isMap(tree)) return tree;
  if (tree['@class'] === 'np.ndarray') return variable(tree.value);
  return Object.fromEntries(
    Object.entries(tree).map(([key, value]) => [key, withVariables(value)]),
  );
}

function variable(nested: Tree | undefined): Variable {
  const shape: number[] = [];
  for (let inner = nested; Array.isArray(inner); inner = inner[0]) shape.push(inner.length);
  const values: number[] = [];
  const collect = (part: Tree | undefined, axis: number): boolean =>
    Array.isArray(part)
      ? part.length === shape[axis] && part.every((inner) => collect(inner, axis + 1))
      : typeof part === 'number' && axis === shape.length && values.push(part) > 0;
  if (!collect(nested, 0)) {
    throw new ModelFileError(
      'an array of the model file has rows of different lengths, or holds more than numbers',
    );
  }
  return new Variable(shape, Float64Array.from(values));
}
