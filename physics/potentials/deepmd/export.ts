/**
 * One member of a committee as the native format of DeePMD-kit has a model: `Model` of type
 * `standard`, version 2, with descriptor `se_e2_a` and fitting net `ener`.
 * Source: the `serialize` functions of deepmd/dpmodel in DeePMD-kit 3.2.0.
 */
import type { Committee, DeepPotential, Layer, Model, Net } from '../deep/model.ts';
import { noteOf } from './note.ts';
import { type Tree, Variable } from './tree.ts';

/** Whether members have one embedding net per neighbour type, not one per pair of types. */
function isOneSided({ embeddings, bias }: DeepPotential): boolean {
  return embeddings.length === bias.length;
}

/**
 * Member `index` without its short-range repulsion, which DeePMD-kit's potential does not have, and
 * without `min_nbor_dist`: with it DeePMD-kit 3.2.0 can neither compress a converted model nor
 * write it as YAML.
 *
 * @param version of curie
 */
export function nativeModel(model: Model, index: number, version: string): Tree {
  const { architecture } = model;
  const member = model.members[index];
  return {
    software: 'curie',
    version,
    model: {
      '@class': 'Model',
      type: 'standard',
      '@version': 2,
      type_map: architecture.elements,
      descriptor: descriptorOf(model, member),
      fitting: fittingOf(model, member),
      atom_exclude_types: [],
      pair_exclude_types: [],
      rcond: null,
      preset_out_bias: null,
      '@variables': {
        out_bias: filled([1, architecture.elements.length, 1], () => 0),
        out_std: filled([1, architecture.elements.length, 1], () => 1),
      },
    },
    model_def_script: trainingInput(model, member),
    curie: noteOf(model),
  };
}

function descriptorOf({ architecture }: Committee, member: DeepPotential): Tree {
  const { elements, inner, cutoff, sel, embedding, axis } = architecture;
  const slots = sel.reduce((sum, count) => sum + count, 0);
  const statistics = (radial: Float64Array | null, angular: Float64Array | null) =>
    filled([elements.length, slots, 4], (at) => {
      const type = Math.floor(at / (4 * slots));
      return (at % 4 === 0 ? radial : angular)?.[type] ?? 0;
    });
  return {
    '@class': 'Descriptor',
    type: 'se_e2_a',
    '@version': 2,
    rcut: cutoff,
    rcut_smth: inner,
    sel,
    neuron: embedding,
    axis_neuron: axis,
    resnet_dt: hasTimeStep(member.embeddings),
    trainable: true,
    type_one_side: isOneSided(member),
    exclude_types: [],
    env_protection: 0,
    set_davg_zero: false,
    activation_function: 'tanh',
    precision: 'float64',
    spin: null,
    env_mat: { rcut: cutoff, rcut_smth: inner, protection: 0, use_exp_switch: false },
    embeddings: {
      '@class': 'NetworkCollection',
      '@version': 1,
      ndim: isOneSided(member) ? 1 : 2,
      ntypes: elements.length,
      network_type: 'embedding_network',
      networks: neighbourFirst(member).map((net) => ({
        '@class': 'EmbeddingNetwork',
        '@version': 2,
        in_dim: 1,
        neuron: embedding,
        activation_function: 'tanh',
        resnet_dt: hasTimeStep([net]),
        bias: true,
        precision: 'float64',
        layers: net.map((layer) => layerOf(layer, 'tanh')),
      })),
    },
    '@variables': {
      davg: statistics(member.mean, null),
      dstd: statistics(member.deviation, member.angularDeviation),
    },
    type_map: elements,
  };
}

/** Nets of pairs are numbered [neighbour][centre] in DeePMD-kit's collections. */
function neighbourFirst(member: DeepPotential): readonly Net[] {
  const { embeddings, bias } = member;
  if (isOneSided(member)) return embeddings;
  const types = [...bias.keys()];
  return types.flatMap((neighbour) =>
    types.map((centre) => embeddings[centre * types.length + neighbour]),
  );
}

function fittingOf({ architecture }: Committee, member: DeepPotential): Tree {
  const { elements, embedding, axis, fitting } = architecture;
  const inputs = embedding[embedding.length - 1] * axis;
  const resnet = hasTimeStep(member.fittings);
  return {
    '@class': 'Fitting',
    type: 'ener',
    '@version': 4,
    var_name: 'energy',
    ntypes: elements.length,
    dim_descrpt: inputs,
    mixed_types: false,
    dim_out: 1,
    neuron: fitting,
    resnet_dt: resnet,
    numb_fparam: 0,
    numb_aparam: 0,
    dim_case_embd: 0,
    default_fparam: null,
    rcond: null,
    tot_ener_zero: false,
    trainable: [...fitting, 1].map(() => true),
    atom_ener: [],
    activation_function: 'tanh',
    precision: 'float64',
    layer_name: null,
    use_aparam_as_mask: false,
    spin: null,
    exclude_types: [],
    nets: {
      '@class': 'NetworkCollection',
      '@version': 1,
      ndim: 1,
      ntypes: elements.length,
      network_type: 'fitting_network',
      networks: member.fittings.map((net) => ({
        '@class': 'FittingNetwork',
        '@version': 1,
        in_dim: inputs,
        out_dim: 1,
        neuron: fitting,
        activation_function: 'tanh',
        resnet_dt: resnet,
        precision: 'float64',
        bias_out: true,
        layers: net.map((layer, l) => layerOf(layer, l < fitting.length ? 'tanh' : 'none')),
      })),
    },
    '@variables': {
      bias_atom_e: new Variable([elements.length, 1], member.bias),
      case_embd: null,
      fparam_avg: null,
      fparam_inv_std: null,
      aparam_avg: null,
      aparam_inv_std: null,
    },
    type_map: elements,
  };
}

function layerOf(layer: Layer, activation: 'tanh' | 'none'): Tree {
  const { inputs, outputs, weights, bias, timeStep } = layer;
  return {
    '@class': 'Layer',
    '@version': 2,
    bias: true,
    use_timestep: timeStep !== undefined,
    activation_function: activation,
    resnet: activation === 'tanh',
    precision: 'float64',
    trainable: true,
    '@variables': {
      w: new Variable([inputs, outputs], weights),
      b: new Variable([outputs], bias),
      idt: timeStep === undefined ? null : new Variable([outputs], timeStep),
    },
  };
}

/** What one would have written for `dp train`; DeePMD-kit keeps it in models that it converts. */
function trainingInput({ architecture }: Committee, member: DeepPotential): Tree {
  const { elements, inner, cutoff, sel, embedding, axis, fitting } = architecture;
  return {
    type_map: elements,
    descriptor: {
      type: 'se_e2_a',
      rcut: cutoff,
      rcut_smth: inner,
      sel,
      neuron: embedding,
      axis_neuron: axis,
      resnet_dt: hasTimeStep(member.embeddings),
      type_one_side: isOneSided(member),
      activation_function: 'tanh',
      precision: 'float64',
    },
    fitting_net: {
      type: 'ener',
      neuron: fitting,
      resnet_dt: hasTimeStep(member.fittings),
      activation_function: 'tanh',
      precision: 'float64',
    },
  };
}

function hasTimeStep(nets: readonly Net[]): boolean {
  return nets.flat().some(({ timeStep }) => timeStep !== undefined);
}

function filled(shape: readonly number[], value: (at: number) => number): Variable {
  const count = shape.reduce((all, length) => all * length, 1);
  return new Variable(
    shape,
    Float64Array.from({ length: count }, (_, at) => value(at)),
  );
}
