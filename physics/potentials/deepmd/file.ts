/** Reading models of DeePMD-kit, whatever their files are called. */
import { ModelFileError } from '../deep/model-file.ts';
import { decodeDp, isHdf5 } from './hdf5.ts';
import { type Imported, importNative } from './import.ts';
import { decodeYaml } from './yaml.ts';

/** Whether the bytes may be a file of the native format: HDF5, or text with DeePMD-kit's classes. */
export function isNativeFile(bytes: Uint8Array): boolean {
  return isHdf5(bytes) || (!bytes.includes(0) && Buffer.from(bytes).includes('@class'));
}

/**
 * Reads a file of the native format, HDF5 or YAML.
 *
 * @throws ModelFileError when the bytes are neither, or the model uses what curie does not compute
 */
export async function readNative(bytes: Uint8Array): Promise<Imported> {
  if (!isNativeFile(bytes)) {
    throw new ModelFileError(
      'this is no file of DeePMD-kit’s native format (.dp or .yaml); DeePMD-kit makes one of its other formats: dp convert-backend model.pb model.dp',
    );
  }
  if (isHdf5(bytes)) return importNative(await decodeDp(bytes));
  return importNative(decodeYaml(new TextDecoder().decode(bytes)));
}
