/**
 * The `.curie` file of a model.
 *
 *     curie-model 1\n             magic and version, ASCII
 *     {"architecture":…}\n        one line of JSON: everything but the numbers of the nets
 *     float64 little-endian       for each member: mean, deviation, angularDeviation, bias, then the
 *                                 embedding nets and the fitting nets in the order of the types;
 *                                 of each layer weights [inputs][outputs], bias, and the time
 *                                 step where the header says so
 *
 * The same model gives the same bytes.
 */
import type {
  Architecture,
  DeepPotential,
  Layer,
  Model,
  Net,
  ShortRange,
  TrainingRange,
} from './model.ts';

const MAGIC = 'curie-model ';
const VERSION = 1;

/** The bytes are no model, or one that this version cannot read. */
export class ModelFileError extends Error {
  override readonly name = 'ModelFileError';
}

interface Header {
  readonly architecture: Architecture;
  readonly spin: Model['spin'];
  readonly shortRange: ShortRange | null;
  readonly range: TrainingRange;
  readonly members: readonly { readonly embeddings: NetShape[]; readonly fittings: NetShape[] }[];
}
type NetShape = readonly {
  readonly inputs: number;
  readonly outputs: number;
  readonly timeStep: boolean;
}[];

const shape = (net: Net): NetShape =>
  net.map(({ inputs, outputs, timeStep }) => ({
    inputs,
    outputs,
    timeStep: timeStep !== undefined,
  }));

function* numbersOf(member: DeepPotential): Iterable<Float64Array> {
  yield member.mean;
  yield member.deviation;
  yield member.angularDeviation;
  yield member.bias;
  for (const layer of [...member.embeddings, ...member.fittings].flat()) {
    yield layer.weights;
    yield layer.bias;
    if (layer.timeStep !== undefined) yield layer.timeStep;
  }
}

/** The model as the bytes of a `.curie` file. */
export function encodeModel(model: Model): Uint8Array {
  const { architecture, spin, shortRange, range } = model;
  const { elements, inner, cutoff, sel, embedding, axis, fitting } = architecture;
  const header: Header = {
    architecture: { elements, inner, cutoff, sel, embedding, axis, fitting },
    spin,
    shortRange: shortRange && { inner: shortRange.inner, outer: shortRange.outer },
    range: {
      volume: range.volume,
      nearest: range.nearest,
      fractions: range.fractions,
      frames: range.frames,
    },
    members: model.members.map((member) => ({
      embeddings: member.embeddings.map(shape),
      fittings: member.fittings.map(shape),
    })),
  };
  const text = new TextEncoder().encode(`${MAGIC}${VERSION}\n${JSON.stringify(header)}\n`);
  const blocks = model.members.flatMap((member) => [...numbersOf(member)]);
  const count = blocks.reduce((sum, block) => sum + block.length, 0);
  const bytes = new Uint8Array(text.length + 8 * count);
  bytes.set(text);
  const view = new DataView(bytes.buffer, text.length);
  let at = 0;
  for (const block of blocks) for (const value of block) view.setFloat64(8 * at++, value, true);
  return bytes;
}

function line(bytes: Uint8Array, from: number): { readonly text: string; readonly next: number } {
  const end = bytes.indexOf(10, from);
  if (end < 0) throw new ModelFileError('the model file is cut off in its header');
  return { text: new TextDecoder().decode(bytes.subarray(from, end)), next: end + 1 };
}

function parseHeader(text: string): Header {
  try {
    const header: Header = JSON.parse(text);
    const { elements, sel, embedding, fitting } = header.architecture;
    if ([elements, sel, embedding, fitting, header.members].every(Array.isArray)) return header;
  } catch {
    // Said below: what is wrong with it does not matter to a user.
  }
  throw new ModelFileError('the header of the model file cannot be read: the file is damaged');
}

/** Whether the bytes begin as a `.curie` file does, of whatever version. */
export function isModelFile(bytes: Uint8Array): boolean {
  return new TextDecoder().decode(bytes.subarray(0, MAGIC.length)) === MAGIC;
}

/**
 * Reads the bytes of a `.curie` file.
 *
 * @throws ModelFileError when they are no such file, of a newer version, cut off, or hold a number
 *   that is not finite
 */
export function decodeModel(bytes: Uint8Array): Model {
  if (!isModelFile(bytes)) {
    throw new ModelFileError('this is no curie model: a model file begins with "curie-model"');
  }
  const first = line(bytes, 0);
  const version = first.text.slice(MAGIC.length);
  if (version !== String(VERSION)) {
    throw new ModelFileError(
      `the model file has version ${version}; this curie reads version ${VERSION}`,
    );
  }
  const second = line(bytes, first.next);
  const header = parseHeader(second.text);
  const view = new DataView(
    bytes.buffer,
    bytes.byteOffset + second.next,
    bytes.length - second.next,
  );
  let at = 0;
  const take = (count: number): Float64Array => {
    if (8 * (at + count) > view.byteLength) {
      throw new ModelFileError(
        'the model file is cut off: it holds fewer numbers than its nets need',
      );
    }
    const values = Float64Array.from({ length: count }, (_, k) =>
      view.getFloat64(8 * (at + k), true),
    );
    if (!values.every(Number.isFinite)) {
      throw new ModelFileError('the model file holds a number that is not finite');
    }
    at += count;
    return values;
  };
  const net = (layers: NetShape): Net =>
    layers.map(({ inputs, outputs, timeStep }): Layer => {
      const layer = { inputs, outputs, weights: take(inputs * outputs), bias: take(outputs) };
      return timeStep ? { ...layer, timeStep: take(outputs) } : layer;
    });
  const types = header.architecture.elements.length;
  const members = header.members.map(({ embeddings, fittings }): DeepPotential => {
    const mean = take(types);
    const deviation = take(types);
    const angularDeviation = take(types);
    const bias = take(types);
    return {
      mean,
      deviation,
      angularDeviation,
      embeddings: embeddings.map(net),
      fittings: fittings.map(net),
      bias,
    };
  });
  if (8 * at !== view.byteLength) {
    throw new ModelFileError('the model file holds more numbers than its nets need');
  }
  const { architecture, spin, shortRange, range } = header;
  return { architecture, members, spin, shortRange, range };
}
