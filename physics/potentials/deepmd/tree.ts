/**
 * What a model file of DeePMD-kit's native format holds, however it is written: JSON in which
 * arrays of numbers, its "variables", stand under keys `@variables`.
 */

/** An array of numbers; exact also where the file has them in single precision. */
export class Variable {
  readonly shape: readonly number[];
  /** Row-major. */
  readonly values: Float64Array;

  constructor(shape: readonly number[], values: Float64Array) {
    this.shape = shape;
    this.values = values;
  }
}

export type Tree =
  | null
  | boolean
  | number
  | string
  | Variable
  | readonly Tree[]
  | { readonly [key: string]: Tree };

export type TreeMap = { readonly [key: string]: Tree };

export function isMap(tree: Tree | undefined): tree is TreeMap {
  return (
    typeof tree === 'object' && tree !== null && !Array.isArray(tree) && !(tree instanceof Variable)
  );
}

/** The tree with other leaves; `inVariables` tells leaves under a key `@variables`. */
export function mapLeaves(
  tree: Tree,
  leaf: (value: Exclude<Tree, readonly Tree[] | TreeMap>, inVariables: boolean) => Tree,
  inVariables = false,
): Tree {
  if (isMap(tree)) {
    return Object.fromEntries(
      Object.entries(tree).map(([key, value]) => [
        key,
        mapLeaves(value, leaf, inVariables || key === '@variables'),
      ]),
    );
  }
  if (tree instanceof Variable || tree === null || typeof tree !== 'object') {
    return leaf(tree, inVariables);
  }
  return tree.map((value) => mapLeaves(value, leaf, inVariables));
}
