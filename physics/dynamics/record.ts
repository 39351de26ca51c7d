/**
 * Bytes of a plain record: a JSON header and named arrays of numbers. Checkpoints are made of it.
 *
 *   u32   length h of the header, little-endian
 *   h     header: JSON {"header": ..., "arrays": [[name, length], ...]}, padded to 4 mod 8
 *   8 n   the arrays' numbers one after another, f64 little-endian
 */

export type Header =
  | null
  | boolean
  | number
  | string
  | readonly Header[]
  | { readonly [key: string]: Header };

export interface PackedRecord<H = Header> {
  readonly header: H;
  readonly arrays: { readonly [name: string]: Float64Array };
}

/** The bytes of a record, whose header is plain JSON; the same record gives the same bytes. */
export function pack<H = Header>(record: PackedRecord<H>): Uint8Array {
  const names = Object.keys(record.arrays);
  const sizes = names.map((name) => [name, record.arrays[name].length] as const);
  const json = new TextEncoder().encode(JSON.stringify({ header: record.header, arrays: sizes }));
  const headerLength = Math.ceil((json.length + 4) / 8) * 8 - 4;
  const numbers = sizes.reduce((sum, [, length]) => sum + length, 0);
  const bytes = new Uint8Array(4 + headerLength + 8 * numbers);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, headerLength, true);
  bytes.fill(0x20, 4, 4 + headerLength);
  bytes.set(json, 4);
  let at = 4 + headerLength;
  for (const name of names) {
    for (const value of record.arrays[name]) {
      view.setFloat64(at, value, true);
      at += 8;
    }
  }
  return bytes;
}

/**
 * The record of bytes that `pack` made; `H` is what the writer put in as header.
 *
 * @throws Error when the bytes are cut short or no record at all
 */
export function unpack<H = Header>(bytes: Uint8Array): PackedRecord<H> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerLength = bytes.length < 4 ? -1 : view.getUint32(0, true);
  if (headerLength < 0 || 4 + headerLength > bytes.length)
    throw new Error('the record is cut short');
  const { header, arrays: sizes }: { header: H; arrays: [string, number][] } = JSON.parse(
    new TextDecoder().decode(bytes.subarray(4, 4 + headerLength)),
  );
  const arrays: { [name: string]: Float64Array } = {};
  let at = 4 + headerLength;
  for (const [name, length] of sizes) {
    if (at + 8 * length > bytes.length) throw new Error(`the record is cut short in "${name}"`);
    const values = new Float64Array(length);
    for (let k = 0; k < length; k++) values[k] = view.getFloat64(at + 8 * k, true);
    arrays[name] = values;
    at += 8 * length;
  }
  return { header, arrays };
}
