/** Lays one member of a model out in a kernel's memory, as `kernels/assembly/force-layout.ts` says. */
import * as layout from '../../kernels/assembly/force-layout.ts';
import type { Pool } from '../../kernels/pool.ts';
import { type Precision, padded, Writer } from '../../kernels/writer.ts';
import { type PairRepulsion, pairRepulsions } from '../zbl.ts';
import { runEmbedding, type Table, tableAt } from './compress.ts';
import { type Committee, type DeepPotential, embeddingIndex, type Layer } from './model.ts';
import { embeddingTables, TABLE_REACH } from './tables.ts';

/** Without tables only atoms on top of each other are refused, Å. */
const NET_REACH = 0.01;

/** A matrix [rows][cols] as [cols/4][rows][4]. */
function packed(writer: Writer, matrix: Float64Array, rows: number, cols: number): number {
  const values = new Float64Array(rows * cols);
  let at = 0;
  for (let j = 0; j < cols; j += 4) {
    for (let i = 0; i < rows; i++) {
      for (let k = j; k < j + 4; k++) values[at++] = matrix[i * cols + k]!;
    }
  }
  return writer.values(values);
}

/** One layer's record; `place` tells where each of its inputs lies in the kernel's order. */
function layerRecord(
  writer: Writer,
  layer: Layer,
  inputsPadded: number,
  place: (input: number) => number,
): number[] {
  const { inputs, outputs, weights, bias, timeStep } = layer;
  const width = padded(outputs, 8);
  const spread = (values: Float64Array) => {
    const wide = new Float64Array(width);
    wide.set(values);
    return wide;
  };
  const matrix = new Float64Array(inputsPadded * width);
  const transposed = new Float64Array(inputsPadded * width);
  for (let i = 0; i < inputs; i++) {
    for (let j = 0; j < outputs; j++) {
      const weight = weights[i * outputs + j]!;
      matrix[place(i) * width + j] = weight;
      transposed[j * inputsPadded + place(i)] = weight;
    }
  }
  const record = new Array<number>(layout.LAYER_WORDS).fill(0);
  record[layout.L_IN] = inputs;
  record[layout.L_OUT] = outputs;
  record[layout.L_IN_P] = inputsPadded;
  record[layout.L_OUT_P] = width;
  record[layout.L_SKIP] = outputs === inputs ? 1 : outputs === 2 * inputs ? 2 : 0;
  record[layout.L_WEIGHTS] = packed(writer, matrix, inputsPadded, width);
  // An embedding net's input is one number: nothing goes back through its first layer.
  if (inputsPadded % 8 === 0) {
    record[layout.L_TRANSPOSED] = packed(writer, transposed, width, inputsPadded);
  }
  record[layout.L_BIAS] = writer.values(spread(bias));
  if (timeStep !== undefined) record[layout.L_STEP] = writer.values(spread(timeStep));
  return record;
}

/** What belongs to each embedding net, for every pair of types: [centre][neighbour]. */
function ofPairs<T>(member: DeepPotential, ofNets: readonly T[]): T[] {
  const types = [...member.bias.keys()];
  return types.flatMap((centre) =>
    types.map((neighbour) => ofNets[embeddingIndex(member, centre, neighbour)]!),
  );
}

function tableRecord(writer: Writer, table: Table, width: number): Uint8Array {
  const { pool } = writer;
  const record = new Uint8Array(layout.TABLE_BYTES);
  const words = new Int32Array(record.buffer);
  const reals = new Float64Array(record.buffer);
  const { map, frames, coefficients, low, high } = table;
  const map8 = pool.allocate(map.length);
  new Uint8Array(pool.memory.buffer, map8, map.length).set(map);
  const rows = coefficients.length / table.width;
  const wide = new Float64Array(rows * width);
  for (let row = 0; row < rows; row++) {
    wide.set(coefficients.subarray(row * table.width, (row + 1) * table.width), row * width);
  }
  words[layout.T_CELLS] = map.length;
  words[layout.T_INTERVALS] = frames.length / 2;
  words[layout.T_MAP] = map8;
  words[layout.T_FRAMES] = writer.reals(frames);
  words[layout.T_COEFFICIENTS] = writer.values(wide);
  reals[layout.TX_LOW] = low;
  reals[layout.TX_SCALE] = map.length / (high - low);
  return record;
}

/** Writes records one after another. */
function writeRecords(pool: Pool, records: readonly Uint8Array[]): number {
  const at = pool.allocate(records.length * layout.TABLE_BYTES);
  records.forEach((record, k) => {
    new Uint8Array(pool.memory.buffer, at + k * layout.TABLE_BYTES, record.length).set(record);
  });
  return at;
}

function repulsionValues(pair: PairRepulsion): number[] {
  const values = new Array<number>(layout.REPULSION).fill(0);
  values[layout.Z_INNER] = pair.inner;
  values[layout.Z_OUTER] = pair.outer;
  values[layout.Z_CHARGE] = pair.charge;
  for (let k = 0; k < 4; k++) {
    values[layout.Z_AMPLITUDES + k] = pair.amplitudes[k]!;
    values[layout.Z_DECAYS + k] = pair.decays[k]!;
  }
  values[layout.Z_CUBIC] = pair.cubic;
  values[layout.Z_QUARTIC] = pair.quartic;
  values[layout.Z_CONSTANT] = pair.constant;
  return values;
}

/** What the caller needs to know of the potential in memory. */
export interface PotentialMemory {
  /** Address of the record. */
  readonly record: number;
  readonly words: Int32Array;
  readonly width: number;
  readonly descriptor: number;
  readonly embedWidth: number;
  readonly fitWidth: number;
  readonly fitLayers: number;
  /** Most intervals of a table; 0 without tables. */
  readonly intervals: number;
  /** Å; closer pairs are refused. */
  readonly reach: number;
}

/** Writes member `index` of a model with tables or nets; the list's fields are left to the caller. */
export function writePotential(
  pool: Pool,
  model: Committee,
  member: DeepPotential,
  precision: Precision,
  compress: boolean,
): PotentialMemory {
  const { elements, inner, cutoff, sel, embedding, axis, fitting } = model.architecture;
  const types = elements.length;
  const writer = new Writer(pool, precision);
  const width = padded(embedding.at(-1)!, 8);
  const axisPadded = padded(axis, 4);
  const descriptor = width * axisPadded;
  const embedWidth = padded(Math.max(...embedding), 8);
  const fitWidth = padded(Math.max(...fitting), 8);
  const inputs = embedding.at(-1)! * axis;
  if (fitting[0] === inputs || fitting[0] === 2 * inputs) {
    throw new RangeError(
      'a first fitting layer as wide as the descriptor, or twice as wide, is not supported',
    );
  }

  const record = pool.allocate(layout.POTENTIAL_BYTES);
  const words = new Int32Array(pool.memory.buffer, record, layout.POTENTIAL_BYTES / 4);
  const reals = new Float64Array(pool.memory.buffer, record, layout.POTENTIAL_BYTES / 8);
  const found = compress ? embeddingTables(model, member, precision) : [];

  words[layout.P_TYPES] = types;
  words[layout.P_WIDTH] = width;
  words[layout.P_AXIS] = axisPadded;
  words[layout.P_DESCRIPTOR] = descriptor;
  words[layout.P_EMBED_LAYERS] = embedding.length;
  words[layout.P_FIT_LAYERS] = fitting.length;
  words[layout.P_EMBED_WIDTH] = embedWidth;
  words[layout.P_FIT_WIDTH] = fitWidth;
  const embeddings = member.embeddings.map((net) =>
    net.flatMap((layer, l) =>
      layerRecord(writer, layer, l === 0 ? 1 : padded(layer.inputs, 8), (input) => input),
    ),
  );
  words[layout.P_EMBED] = writer.words(ofPairs(member, embeddings).flat());
  words[layout.P_FIT] = writer.words(
    member.fittings.flatMap((net) =>
      net.slice(0, -1).flatMap((layer, l) =>
        l === 0
          ? layerRecord(writer, layer, descriptor, (input) => {
              const channel = Math.floor(input / axis);
              return (input - channel * axis) * width + channel;
            })
          : layerRecord(writer, layer, padded(layer.inputs, 8), (input) => input),
      ),
    ),
  );
  const outputs = new Float64Array(types * fitWidth);
  member.fittings.forEach((net, type) => {
    outputs.set(net.at(-1)!.weights, type * fitWidth);
  });
  words[layout.P_OUTPUT] = writer.values(outputs);
  words[layout.P_BIAS] = writer.reals(
    member.fittings.map((net, type) => net.at(-1)!.bias[0]! + member.bias[type]!),
  );
  words[layout.P_SEL] = writer.words(sel);
  const padding = new Float64Array(types * types * width);
  for (let centre = 0; centre < types; centre++) {
    const pad = -member.mean[centre]! / member.deviation[centre]!;
    for (let type = 0; type < types; type++) {
      const net = embeddingIndex(member, centre, type);
      const g = compress ? tableAt(found[net]!, pad) : runEmbedding(member.embeddings[net]!, pad);
      padding.set(
        g.map((value) => value * pad),
        (centre * types + type) * width,
      );
    }
  }
  words[layout.P_PADDING] = writer.values(padding);
  words[layout.P_NORMAL] = writer.reals(
    elements.flatMap((_, type) => [
      member.mean[type]!,
      1 / member.deviation[type]!,
      1 / member.angularDeviation[type]!,
    ]),
  );
  if (compress) {
    const records = found.map((table) => tableRecord(writer, table, width));
    words[layout.P_TABLES] = writeRecords(pool, ofPairs(member, records));
  }
  if (model.shortRange !== null) {
    words[layout.P_REPULSION] = writer.reals(
      pairRepulsions(elements, model.shortRange).flat().flatMap(repulsionValues),
    );
  }
  words[layout.P_COUNTERS] = pool.allocate(8);
  words[layout.P_BARRIER] = pool.allocate(8);
  const reach = compress ? TABLE_REACH : NET_REACH;
  reals[layout.PX_INNER] = inner;
  reals[layout.PX_CUTOFF] = cutoff;
  reals[layout.PX_REACH] = reach;
  reals[layout.PX_INVERSE_SLOTS] = 1 / sel.reduce((sum, count) => sum + count, 0);
  return {
    record,
    words,
    width,
    descriptor,
    embedWidth,
    fitWidth,
    fitLayers: fitting.length,
    intervals: found.reduce((most, table) => Math.max(most, table.frames.length / 2), 0),
    reach,
  };
}
