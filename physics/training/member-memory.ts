/** One member in the memory of the training kernel, as `kernels/assembly/training-layout.ts` says. */
import * as layout from '../kernels/assembly/training-layout.ts';
import { padded, type Writer } from '../kernels/writer.ts';
import type { Architecture, DeepPotential } from '../potentials/deep/model.ts';
import { emptyInputs } from './frame-memory.ts';
import { lagrangeCoefficients, type Nodes } from './grid.ts';
import { type LayerPlace, type ParameterPlan, parametersOf } from './parameters.ts';

/** Most that a batch may hold. */
export interface BatchRoom {
  readonly frames: number;
  readonly atoms: number;
  readonly pairs: number;
}

/** What the session reads and writes of a member. */
export interface MemberMemory {
  /** Address of the context. */
  readonly context: number;
  readonly words: Int32Array;
  readonly reals: Float64Array;
  readonly parameters: Float32Array | Float64Array;
  readonly gradient: Float32Array | Float64Array;
  readonly moment1: Float32Array | Float64Array;
  readonly moment2: Float32Array | Float64Array;
  /** Average of the parameters over the path of an optimiser that takes it. */
  readonly average: Float32Array | Float64Array;
}

/** Rows of a weight matrix that one piece of an update works on. */
const PIECE = 64;

function layerRecord(writer: Writer, place: LayerPlace, rows: number, fitting: boolean): number[] {
  const record = new Array<number>(layout.LAYER_WORDS).fill(0);
  const outputs = padded(place.outputs, 8);
  record[layout.L_IN] = place.inputs;
  record[layout.L_OUT] = place.outputs;
  record[layout.L_IN_P] = place.inputsPadded;
  record[layout.L_OUT_P] = outputs;
  record[layout.L_SKIP] =
    place.outputs === place.inputs ? 1 : place.outputs === 2 * place.inputs ? 2 : 0;
  record[layout.L_WEIGHTS] = place.weights * writer.bytes;
  record[layout.L_BIAS] = place.bias * writer.bytes;
  record[layout.L_STEP] = place.timeStep === undefined ? -1 : place.timeStep * writer.bytes;
  const { L_T, L_X, L_X_BAR, L_Z_BAR, L_P, L_Q, L_Z_DOT, L_X_DOT } = layout;
  const arrays = [L_T, L_X, L_X_BAR, L_Z_BAR, ...(fitting ? [L_P, L_Q, L_Z_DOT, L_X_DOT] : [])];
  for (const array of arrays) record[array] = writer.room(rows * outputs);
  return record;
}

/** Pieces of work of an update: [type, layer, first input row, rows], a layer after another. */
function pieces(nets: readonly (readonly LayerPlace[])[]): number[] {
  return nets.flatMap((net, type) =>
    net.flatMap(({ inputsPadded, stride }, l) => {
      const step = stride === 1 ? inputsPadded : PIECE;
      const found: number[] = [];
      for (let first = 0; first < inputsPadded; first += step) {
        found.push(type, l, first, Math.min(step, inputsPadded - first));
      }
      return found;
    }),
  );
}

/** Writes a member; what changes between calls (order, rates, wishes) is left to the session. */
export function writeMember(
  writer: Writer,
  { elements, axis, sel }: Architecture,
  member: DeepPotential,
  plan: ParameterPlan,
  nodes: readonly Nodes[],
  spacing: number,
  room: BatchRoom,
): MemberMemory {
  const { pool } = writer;
  const types = elements.length;
  const context = pool.allocate(layout.CONTEXT_BYTES);
  const words = new Int32Array(pool.memory.buffer, context, layout.CONTEXT_BYTES / 4);
  const reals = new Float64Array(pool.memory.buffer, context, layout.CONTEXT_BYTES / 8);
  const axisPadded = padded(axis, 4);
  const width = plan.fittings[0][0].inputsPadded / axisPadded;
  const descriptor = width * axisPadded;
  const total = nodes.reduce((sum, { count }) => sum + count, 0);
  // Each element's rows begin at a multiple of 4.
  const rows = padded(room.atoms, 4) + 4 * types;
  const hidden = plan.fittings.map((net) => net.slice(0, -1));

  words[layout.C_TYPES] = types;
  words[layout.C_AXIS] = axisPadded;
  words[layout.C_TRUE_AXIS] = axis;
  words[layout.C_WIDTH] = width;
  words[layout.C_DESCRIPTOR] = descriptor;
  words[layout.C_EMBED_LAYERS] = plan.embeddings[0].length;
  words[layout.C_FIT_LAYERS] = hidden[0].length;
  words[layout.C_EMBED] = writer.words(
    plan.embeddings.flatMap((net, type) =>
      net.flatMap((place) => layerRecord(writer, place, nodes[type].count, false)),
    ),
  );
  words[layout.C_FIT] = writer.words(
    hidden.flat().flatMap((place) => layerRecord(writer, place, rows, true)),
  );
  words[layout.C_OUTPUT] = writer.words(
    plan.fittings.flatMap((net) => {
      const { weights, bias } = net[net.length - 1];
      return [weights * writer.bytes, bias * writer.bytes];
    }),
  );
  words[layout.C_OFFSETS] = writer.reals(member.bias);
  const parameters = writer.values(parametersOf(plan, member));
  const [gradient, moment1, moment2, average] = [0, 1, 2, 3].map(() => writer.room(plan.count));
  words[layout.C_PARAMETERS] = parameters;
  words[layout.C_GRADIENT] = gradient;
  words[layout.C_MOMENT1] = moment1;
  words[layout.C_MOMENT2] = moment2;
  words[layout.C_AVERAGE] = average;
  const [fitPieces, embedPieces] = [pieces(plan.fittings), pieces(plan.embeddings)];
  words[layout.C_FIT_ITEMS] = writer.words(fitPieces);
  words[layout.C_FIT_ITEM_COUNT] = fitPieces.length / 4;
  words[layout.C_EMBED_ITEMS] = writer.words(embedPieces);
  words[layout.C_EMBED_ITEM_COUNT] = embedPieces.length / 4;
  words[layout.C_POINT_TABLE] = writer.values(lagrangeCoefficients());
  words[layout.C_SEL] = writer.words(sel);
  words[layout.C_PAD] = writer.values(emptyInputs(member));
  words[layout.C_NODES] = writer.words(nodes.map(({ count }) => count));
  words[layout.C_NODE_FIRST] = writer.words(
    nodes.map((_, type) => nodes.slice(0, type).reduce((sum, { count }) => sum + count, 0)),
  );
  words[layout.C_NODE_TOTAL] = total;
  words[layout.C_ORIGIN] = writer.reals(nodes.map(({ origin }) => origin));
  words[layout.C_NODE_X] = writer.values(
    nodes.flatMap(({ origin, count }) =>
      Array.from({ length: count }, (_, k) => origin + k * spacing),
    ),
  );
  words[layout.C_BARRIER] = pool.allocate(8);
  words[layout.C_COUNTERS] = pool.allocate(64);
  words[layout.C_ATOMS] = pool.allocate(4 * layout.ATOM_WORDS * room.atoms);
  words[layout.C_ROW_FIRST] = pool.allocate(4 * types);
  words[layout.C_ROW_COUNT] = pool.allocate(4 * types);
  words[layout.C_ACTIVE] = pool.allocate(8 * types);
  const values: readonly (readonly [field: number, count: number])[] = [
    [layout.C_D, rows * descriptor],
    [layout.C_DE_DD, rows * descriptor],
    [layout.C_D_DOT, rows * descriptor],
    [layout.C_D_BAR, rows * descriptor],
    [layout.C_A, room.atoms * 4 * width],
    [layout.C_A_DOT, room.atoms * 4 * width],
    [layout.C_DE_DA, room.atoms * 4 * width],
    [layout.C_A_BAR, room.atoms * 4 * width],
    [layout.C_A_AXIS, room.atoms * 4 * axisPadded],
    [layout.C_A_DOT_AXIS, room.atoms * 4 * axisPadded],
    [layout.C_SPREAD, room.atoms * 4 * total],
    [layout.C_SPREAD_DOT, room.atoms * 4 * total],
    [layout.C_NODE_GRADIENT, room.atoms * 4 * total],
    [layout.C_PAIR_WEIGHTS, room.pairs * 2 * layout.POINTS],
    [layout.C_PAIR_GRADIENT, room.pairs * 4],
    [layout.C_ENERGY_BAR, rows],
    [layout.C_DIRECTION, room.atoms * 4],
    [layout.C_VIRIAL_BAR, room.frames * 9],
  ];
  for (const [field, count] of values) words[field] = writer.room(count);
  words[layout.C_PAIR_NODES] = pool.allocate(4 * room.pairs);
  words[layout.C_ENERGIES] = pool.allocate(8 * rows);
  words[layout.C_FORCES] = pool.allocate(24 * room.atoms);
  words[layout.C_RESULTS] = pool.allocate(8 * layout.RESULT * room.frames);
  reals[layout.X_SPACING] = spacing;
  reals[layout.X_INVERSE_SLOTS] = 1 / sel.reduce((sum, count) => sum + count, 0);
  return {
    context,
    words,
    reals,
    parameters: writer.view(parameters, plan.count),
    gradient: writer.view(gradient, plan.count),
    moment1: writer.view(moment1, plan.count),
    moment2: writer.view(moment2, plan.count),
    average: writer.view(average, plan.count),
  };
}
