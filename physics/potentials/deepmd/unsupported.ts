/** What a model of DeePMD-kit computes that ours does not, in words. */
import { ATOMIC_NUMBERS } from '../../constants.ts';
import type { Part } from './part.ts';
import type { Tree } from './tree.ts';

/** Newest versions of the format that are known here. */
const KNOWN = { model: 2, descriptor: 3, fitting: 4 } as const;

/** One phrase for each; none if all is supported. */
export function unsupportedIn(file: Part): string[] {
  const model = file.part('model');
  const type = model.text('type');
  if (type !== 'standard') return [`model type ${type}`];
  const [descriptor, fitting] = [model.part('descriptor'), model.part('fitting')];
  const [describes, fits] = [descriptor.text('type'), fitting.text('type')];
  const foreign = [
    ...(describes === 'se_e2_a' || describes === 'se_a'
      ? []
      : [`descriptor ${describes} (curie has se_e2_a)`]),
    ...(fits === 'ener' ? [] : [`fitting net ${fits} (curie has ener)`]),
  ];
  if (foreign.length > 0) return foreign;
  return [
    ...tooNew(model, 'model'),
    ...tooNew(descriptor, 'descriptor'),
    ...tooNew(fitting, 'fitting'),
    ...elements(model),
    ...named(model, ['atom_exclude_types', 'pair_exclude_types']),
    ...named(descriptor, ['exclude_types', 'env_protection', 'spin']),
    ...named(descriptor.part('env_mat'), ['use_exp_switch']),
    ...(descriptor.value('compress') === undefined
      ? []
      : ['compression tables; convert the model that was compressed']),
    ...activation(descriptor, 'descriptor'),
    ...precision(descriptor, 'descriptor'),
    ...named(fitting, [
      'numb_fparam',
      'numb_aparam',
      'dim_case_embd',
      'default_fparam',
      'mixed_types',
      'tot_ener_zero',
      'atom_ener',
      'use_aparam_as_mask',
      'spin',
      'exclude_types',
    ]),
    ...activation(fitting, 'fitting net'),
    ...precision(fitting, 'fitting net'),
    ...widths(file, descriptor, fitting),
  ];
}

function tooNew(part: Part, name: keyof typeof KNOWN): string[] {
  const version = part.number('@version');
  return version <= KNOWN[name]
    ? []
    : [`${name} format ${version} (curie knows up to ${KNOWN[name]})`];
}

function elements(model: Part): string[] {
  const names = model.texts('type_map');
  const unknown = names.filter((name) => ATOMIC_NUMBERS[name] === undefined);
  const twice = names.filter((name, k) => names.indexOf(name) !== k);
  return [
    ...unknown.map((name) => `type ${name}, which is no element`),
    ...twice.map((name) => `two types ${name}`),
  ];
}

/** Options that are off unless they have a value other than nothing. */
function named(part: Part, options: readonly string[]): string[] {
  return options.flatMap((option) => {
    const value = part.value(option);
    return isOff(value) ? [] : [`${option} ${JSON.stringify(value)}`];
  });
}

function isOff(value: Tree | undefined): boolean {
  if (Array.isArray(value)) return value.every((item: Tree) => item === null);
  return value === undefined || value === null || value === false || value === 0;
}

function activation(part: Part, of: string): string[] {
  const name = part.text('activation_function');
  return name === 'tanh' ? [] : [`activation function ${name} of the ${of} (curie has tanh)`];
}

function precision(part: Part, of: string): string[] {
  const name = part.text('precision');
  return name === 'float64' || name === 'float32' ? [] : [`precision ${name} of the ${of}`];
}

function widths(file: Part, descriptor: Part, fitting: Part): string[] {
  const embedding = descriptor.counts('neuron');
  const neurons = fitting.counts('neuron');
  const inputs = embedding[embedding.length - 1] * descriptor.number('axis_neuron');
  const found: string[] = [];
  if (neurons[0] === inputs || neurons[0] === 2 * inputs) {
    found.push(`a first fitting layer of ${neurons[0]} on a descriptor of ${inputs} values`);
  }
  const doubled = neurons.findIndex((width, l) => l > 0 && width === 2 * neurons[l - 1]);
  if (doubled > 0 && file.value('backend') === 'TensorFlow') {
    found.push(
      `a fitting net that doubles from ${neurons[doubled - 1]} to ${neurons[doubled]}: the TensorFlow backend has no skip connection there, the native format has one, so the file is not the model that was trained`,
    );
  }
  return found;
}
