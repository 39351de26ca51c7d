/**
 * The numbers of a member's nets as one array, in the order in which the training kernel works on
 * them: inputs and outputs of layers padded with zeros as `kernels/assembly/training-layout.ts` says.
 */
import { padded } from '../kernels/writer.ts';
import type { Architecture, DeepPotential, Layer } from '../potentials/deep/model.ts';

/** Where one layer lies; offsets count values. */
export interface LayerPlace {
  readonly inputs: number;
  readonly outputs: number;
  readonly inputsPadded: number;
  /** Values of a row of weights. */
  readonly stride: number;
  /** Weights, [inputsPadded][stride] */
  readonly weights: number;
  readonly bias: number;
  /** Absent without resnet_dt. */
  readonly timeStep: number | undefined;
  /** Row of each input. */
  readonly row: (input: number) => number;
}

export interface ParameterPlan {
  /** [elements][layers] */
  readonly embeddings: readonly (readonly LayerPlace[])[];
  /** The last layer is the linear one, with one output. */
  readonly fittings: readonly (readonly LayerPlace[])[];
  readonly count: number;
}

/** Lays out the nets of members that look like this one. */
export function planParameters(
  { embedding, axis, fitting }: Architecture,
  member: DeepPotential,
): ParameterPlan {
  const axisPadded = padded(axis, 4);
  let count = 0;
  const take = (values: number) => {
    const at = count;
    count += padded(values, 8);
    return at;
  };
  const place = (
    { inputs, outputs, timeStep }: Layer,
    inputsPadded: number,
    row: LayerPlace['row'],
  ): LayerPlace => {
    // The linear layer's weights are one column, which the kernel reads as a row.
    const stride = outputs === 1 && inputs > 1 ? 1 : padded(outputs, 8);
    return {
      inputs,
      outputs,
      inputsPadded,
      stride,
      weights: take(inputsPadded * stride),
      bias: take(outputs),
      timeStep: timeStep === undefined ? undefined : take(outputs),
      row,
    };
  };
  const same = (input: number) => input;
  const descriptor = (input: number) => {
    const channel = Math.floor(input / axis);
    return channel * axisPadded + (input - channel * axis);
  };
  const width = padded(embedding[embedding.length - 1], 8);
  return {
    embeddings: member.embeddings.map((net) =>
      net.map((layer, l) => place(layer, l === 0 ? 1 : padded(layer.inputs, 8), same)),
    ),
    fittings: member.fittings.map((net) =>
      net.map((layer, l) =>
        l === 0
          ? place(layer, width * axisPadded, descriptor)
          : place(layer, padded(fitting[l - 1], 8), same),
      ),
    ),
    count,
  };
}

function eachLayer(
  plan: ParameterPlan,
  member: DeepPotential,
  see: (place: LayerPlace, layer: Layer) => void,
): void {
  for (const [places, nets] of [
    [plan.embeddings, member.embeddings],
    [plan.fittings, member.fittings],
  ] as const) {
    places.forEach((net, type) => {
      net.forEach((place, l) => {
        see(place, nets[type][l]);
      });
    });
  }
}

/** A member's numbers in the plan's order, with zeros between them. */
export function parametersOf(plan: ParameterPlan, member: DeepPotential): Float64Array {
  const values = new Float64Array(plan.count);
  eachLayer(plan, member, (place, { weights, bias, timeStep }) => {
    for (let i = 0; i < place.inputs; i++) {
      const row = weights.subarray(i * place.outputs, (i + 1) * place.outputs);
      values.set(row, place.weights + place.row(i) * place.stride);
    }
    values.set(bias, place.bias);
    if (place.timeStep !== undefined && timeStep) values.set(timeStep, place.timeStep);
  });
  return values;
}

/** The member with other numbers in its nets. */
export function withParameters(
  plan: ParameterPlan,
  member: DeepPotential,
  values: Float32Array | Float64Array,
): DeepPotential {
  const taken = (from: number, count: number) =>
    Float64Array.from(values.subarray(from, from + count));
  const layer = (place: LayerPlace): Layer => {
    const weights = new Float64Array(place.inputs * place.outputs);
    for (let i = 0; i < place.inputs; i++) {
      const from = place.weights + place.row(i) * place.stride;
      weights.set(values.subarray(from, from + place.outputs), i * place.outputs);
    }
    const plain = {
      inputs: place.inputs,
      outputs: place.outputs,
      weights,
      bias: taken(place.bias, place.outputs),
    };
    return place.timeStep === undefined
      ? plain
      : { ...plain, timeStep: taken(place.timeStep, place.outputs) };
  };
  return {
    ...member,
    embeddings: plan.embeddings.map((net) => net.map(layer)),
    fittings: plan.fittings.map((net) => net.map(layer)),
  };
}
