/**
 * Models of DeePMD-kit's native format as members of a committee: `se_e2_a` with an energy fitting
 * net and tanh. What our potential does not compute is refused by name, never passed over.
 * Source: the `serialize` functions of deepmd/dpmodel in DeePMD-kit 3.2.0.
 */
import type { Architecture, DeepPotential, Layer, Net } from '../deep/model.ts';
import { ModelFileError } from '../deep/model-file.ts';
import { type Note, readNote } from './note.ts';
import { Part } from './part.ts';
import type { Tree } from './tree.ts';
import { unsupportedIn } from './unsupported.ts';

/** A model of DeePMD-kit, and what curie noted in it if it was exported here. */
export interface Imported {
  readonly architecture: Architecture;
  readonly member: DeepPotential;
  readonly note: Note | null;
}

/** @throws ModelFileError when the tree is no such model, or uses what curie does not compute */
export function importNative(tree: Tree): Imported {
  const file = new Part(tree, '');
  const unsupported = unsupportedIn(file);
  if (unsupported.length > 0) {
    throw new ModelFileError(
      `this model of DeePMD-kit cannot become one of curie, which does not support: ${unsupported.join('; ')}`,
    );
  }
  const model = file.part('model');
  const [descriptor, fitting] = [model.part('descriptor'), model.part('fitting')];
  const architecture: Architecture = {
    elements: model.texts('type_map'),
    inner: descriptor.number('rcut_smth'),
    cutoff: descriptor.number('rcut'),
    sel: descriptor.counts('sel'),
    embedding: descriptor.counts('neuron'),
    axis: descriptor.number('axis_neuron'),
    fitting: fitting.counts('neuron'),
  };
  if (architecture.sel.length !== architecture.elements.length) {
    throw new ModelFileError(
      `the model file has ${architecture.sel.length} numbers in sel for ${architecture.elements.length} elements`,
    );
  }
  return {
    architecture,
    member: {
      ...statistics(descriptor, architecture),
      embeddings: embeddings(descriptor, architecture),
      fittings: fittings(fitting, architecture),
      bias: bias(model, fitting, architecture.elements.length),
    },
    note: readNote(file.value('curie')),
  };
}

/** One number for each centre type: DeePMD-kit repeats it for every neighbour slot and axis. */
function statistics(
  descriptor: Part,
  { elements, sel }: Architecture,
): Pick<DeepPotential, 'mean' | 'deviation' | 'angularDeviation'> {
  const slots = sel.reduce((sum, count) => sum + count, 0);
  const shape = [elements.length, slots, 4];
  const [davg, dstd] = [descriptor.numbers('davg', shape), descriptor.numbers('dstd', shape)];
  const first = (values: Float64Array, column: number) =>
    Float64Array.from(elements, (_, type) => values[4 * slots * type + column]);
  const mean = first(davg, 0);
  const [deviation, angularDeviation] = [first(dstd, 0), first(dstd, 1)];
  for (let at = 0; at < davg.length; at++) {
    const type = Math.floor(at / (4 * slots));
    const [center, width] = at % 4 === 0 ? [mean, deviation] : [null, angularDeviation];
    if (davg[at] !== (center?.[type] ?? 0) || dstd[at] !== width[type]) {
      throw new ModelFileError(
        'davg and dstd of the model file differ between neighbour slots or axes, which curie does not support',
      );
    }
  }
  return { mean, deviation, angularDeviation };
}

function embeddings(descriptor: Part, { elements, embedding }: Architecture): Net[] {
  const types = [...elements.keys()];
  const oneSided = descriptor.value('type_one_side') === true;
  const nets = networks(
    descriptor.part('embeddings'),
    oneSided ? types.length : types.length * types.length,
    [1, ...embedding],
    embedding.length,
  );
  // DeePMD-kit numbers the nets of pairs [neighbour][centre].
  return oneSided
    ? nets
    : types.flatMap((centre) => types.map((neighbour) => nets[neighbour * types.length + centre]));
}

function fittings(fitting: Part, architecture: Architecture): Net[] {
  const { elements, embedding, axis, fitting: widths } = architecture;
  const inputs = embedding[embedding.length - 1] * axis;
  return networks(fitting.part('nets'), elements.length, [inputs, ...widths, 1], widths.length);
}

/**
 * The nets of a collection.
 *
 * @param widths of inputs and outputs of the layers
 * @param hidden layers with tanh; one that follows is linear
 */
function networks(
  collection: Part,
  count: number,
  widths: readonly number[],
  hidden: number,
): Net[] {
  const nets = collection.parts('networks');
  if (nets.length !== count) {
    throw new ModelFileError(`the model file has ${nets.length} nets where ${count} are needed`);
  }
  return nets.map((net) => {
    const layers = net.parts('layers');
    if (layers.length !== widths.length - 1) {
      throw new ModelFileError(
        `a net of the model file has ${layers.length} layers where ${widths.length - 1} are needed`,
      );
    }
    return layers.map((part, l) => layer(part, widths[l], widths[l + 1], l < hidden));
  });
}

function layer(part: Part, inputs: number, outputs: number, hidden: boolean): Layer {
  const skips = hidden && (outputs === inputs || outputs === 2 * inputs);
  const activation = part.text('activation_function');
  if (activation !== (hidden ? 'tanh' : 'none') || (skips && part.value('resnet') !== true)) {
    throw new ModelFileError(
      `a layer from ${inputs} to ${outputs} of the model file has activation function ${activation} and ${part.value('resnet') === true ? 'a' : 'no'} skip connection, which curie does not support`,
    );
  }
  const timeStep = part.variable('idt', [outputs]);
  return {
    inputs,
    outputs,
    weights: part.numbers('w', [inputs, outputs]),
    bias: part.variable('b', [outputs]) ?? new Float64Array(outputs),
    ...(timeStep === null ? {} : { timeStep }),
  };
}

/** DeePMD-kit's backends keep energies per element in one of two places; both are added. */
function bias(model: Part, fitting: Part, types: number): Float64Array {
  const own = fitting.numbers('bias_atom_e', [types, 1]);
  const output = model.variable('out_bias', [1, types, 1]);
  return own.map((energy, type) => energy + (output?.[type] ?? 0));
}
