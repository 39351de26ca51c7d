/** A map of a model file with its place in it, for messages. */
import { ModelFileError } from '../deep/model-file.ts';
import { isMap, type Tree, type TreeMap, Variable } from './tree.ts';

/** Every method throws a ModelFileError where the file has not what is asked for. */
export class Part {
  readonly #place: string;
  readonly #map: TreeMap;

  constructor(tree: Tree | undefined, place: string) {
    if (!isMap(tree)) throw new ModelFileError(`the model file has no ${place}`);
    this.#place = place;
    this.#map = tree;
  }

  /** Undefined where there is none. */
  value(key: string): Tree | undefined {
    return this.#map[key];
  }

  part(key: string): Part {
    return new Part(this.#map[key], this.#inside(key));
  }

  parts(key: string): Part[] {
    return this.#list(key).map((item, k) => new Part(item, `${this.#inside(key)}[${k}]`));
  }

  text(key: string): string {
    const value = this.#map[key];
    if (typeof value !== 'string') throw this.#missing(key, 'text');
    return value;
  }

  number(key: string): number {
    const value = this.#map[key];
    if (typeof value !== 'number' || !Number.isFinite(value)) throw this.#missing(key, 'number');
    return value;
  }

  texts(key: string): string[] {
    return this.#list(key).map((item) => {
      if (typeof item !== 'string') throw this.#missing(key, 'list of texts');
      return item;
    });
  }

  /** Positive integers. */
  counts(key: string): number[] {
    return this.#list(key).map((item) => {
      if (typeof item !== 'number' || !Number.isInteger(item) || item < 1) {
        throw this.#missing(key, 'list of positive integers');
      }
      return item;
    });
  }

  /** The numbers of a variable, null where it is null. */
  variable(key: string, shape: readonly number[]): Float64Array | null {
    const value = this.part('@variables').value(key);
    if (value === null) return null;
    const count = shape.reduce((all, length) => all * length, 1);
    if (!(value instanceof Variable) || value.values.length !== count) {
      throw this.#missing(key, `array of shape [${shape.join(', ')}]`);
    }
    if (!value.values.every(Number.isFinite)) {
      throw new ModelFileError(
        `${this.#inside(key)} of the model file holds a number that is not finite`,
      );
    }
    return value.values;
  }

  /** The same, where null will not do. */
  numbers(key: string, shape: readonly number[]): Float64Array {
    const values = this.variable(key, shape);
    if (values === null) throw this.#missing(key, `array of shape [${shape.join(', ')}]`);
    return values;
  }

  #list(key: string): readonly Tree[] {
    const value = this.#map[key];
    if (!Array.isArray(value)) throw this.#missing(key, 'list');
    return value;
  }

  #inside(key: string): string {
    return this.#place === '' ? key : `${this.#place}.${key}`;
  }

  #missing(key: string, what: string): ModelFileError {
    return new ModelFileError(`${this.#inside(key)} of the model file is no ${what}`);
  }
}
