/**
 * DeePMD-kit's native format as HDF5, `.dp`: the tree as JSON text in the attribute `json` of the
 * root group, each variable in it replaced by the name of a dataset.
 * Source: deepmd/dpmodel/utils/serialization.py of DeePMD-kit 3.2.0.
 */
import type { File } from 'h5wasm';
import { ModelFileError } from '../deep/model-file.ts';
import { mapLeaves, type Tree, Variable } from './tree.ts';

const SIGNATURE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a] as const;

export function isHdf5(bytes: Uint8Array): boolean {
  return SIGNATURE.every((byte, k) => bytes[k] === byte);
}

/** Name of the one file in the library's own file system, which lies in memory. */
const NAME = 'model.dp';

/** Loads the library, 4 MB, when the first file needs it. */
async function library() {
  const { File, ready } = await import('h5wasm');
  const { FS, activate_throwing_error_handler } = await ready;
  activate_throwing_error_handler();
  return { File, FS };
}

/** The bytes of a `.dp` file; the same tree gives the same bytes. */
export async function encodeDp(tree: Tree): Promise<Uint8Array> {
  const { File, FS } = await library();
  // The library notes in every dataset when it was made; a clock that stands still makes equal
  // trees equal bytes. Nothing else runs meanwhile.
  const now = Date.now;
  Date.now = () => 0;
  try {
    const file = new File(NAME, 'w');
    writeTree(file, tree);
    file.close();
    return FS.readFile(NAME);
  } finally {
    Date.now = now;
    FS.unlink(NAME);
  }
}

function writeTree(file: File, tree: Tree): void {
  let count = 0;
  const named = mapLeaves(tree, (leaf) => {
    if (!(leaf instanceof Variable)) return leaf;
    const name = `variable_${String(count++).padStart(4, '0')}`;
    file.create_dataset({ name, data: leaf.values, shape: [...leaf.shape] });
    return `/${name}`;
  });
  // DeePMD-kit reads a scalar string.
  file.create_attribute('json', JSON.stringify(named), [], 'S');
}

/** @throws ModelFileError when the bytes are no whole HDF5 file, or none of DeePMD-kit's */
export async function decodeDp(bytes: Uint8Array): Promise<Tree> {
  const { File, FS } = await library();
  FS.writeFile(NAME, bytes);
  try {
    const file = new File(NAME, 'r');
    try {
      return readTree(file);
    } finally {
      file.close();
    }
  } catch (error) {
    if (error instanceof ModelFileError) throw error;
    throw new ModelFileError('the HDF5 file cannot be read: it is damaged or cut off');
  } finally {
    FS.unlink(NAME);
  }
}

function readTree(file: File): Tree {
  const text = file.attrs.json?.value;
  if (typeof text !== 'string') {
    throw new ModelFileError('this HDF5 file is no model of DeePMD-kit: it has no attribute json');
  }
  return mapLeaves(JSON.parse(text), (leaf, inVariables) =>
    inVariables && typeof leaf === 'string' ? readVariable(file, leaf) : leaf,
  );
}

function readVariable(file: File, name: string): Variable {
  const entity = file.get(name);
  if (entity === null || !('value' in entity)) {
    throw new ModelFileError(`the model file has no dataset ${name}`);
  }
  const { shape, value } = entity;
  if (typeof value === 'number') return new Variable([], Float64Array.of(value));
  if (!(value instanceof Float64Array) && !(value instanceof Float32Array)) {
    throw new ModelFileError(
      `dataset ${name} of the model file holds no floating-point numbers of single or double precision`,
    );
  }
  return new Variable(shape ?? [], Float64Array.from(value));
}
