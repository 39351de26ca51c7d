/** `curie model eval`: energies and forces of a model on frames, beside their labels. */
import { type Evaluation, modelFiles } from '../../steps/index.ts';
import type { Json } from '../step.ts';
import { fileNamed, orRefused } from './model.ts';
import { columns, plural } from './text.ts';

type Frame = Evaluation['frames'][number];

export async function modelEvalCommand(
  model: string,
  frames: string,
  options: { readonly json?: boolean },
): Promise<void> {
  const { evaluateModel } = await modelFiles();
  const found = await orRefused(evaluateModel(fileNamed(model), fileNamed(frames)));
  if (options.json) console.log(JSON.stringify(asJson(model, frames, found), null, 2));
  else for (const line of asText(found)) console.log(line);
}

const REPULSION: { readonly [K in Evaluation['shortRange']]: readonly string[] } = {
  none: [],
  included: ['the short-range repulsion of the model is included'],
  'left out': ['the short-range repulsion noted in the file is left out, as DeePMD-kit does'],
};

function asText({ frames, errors, shortRange }: Evaluation): string[] {
  const members = frames[0].answers.length;
  const head = [
    'frame',
    'group',
    'atoms',
    `energy, eV${members > 1 ? ` (mean of ${members} members)` : ''}`,
    'eV/atom',
    'error, meV/atom',
    'force error, eV/Å',
  ];
  const rows = frames.map((each) => {
    const energy = meanEnergy(each);
    const atoms = each.structure.species.length;
    return [
      String(each.frame),
      each.structure.group,
      String(atoms),
      energy.toFixed(6),
      (energy / atoms).toFixed(6),
      ...errorCells(each.errors),
    ];
  });
  const labelled = (has: (frame: Frame) => boolean) => plural(frames.filter(has).length, 'frame');
  return [
    ...columns([head, ...rows]),
    ...(errors.energy === null
      ? []
      : [
          `energy: ${(1000 * errors.energy).toFixed(2)} meV/atom root mean square over ${labelled(({ structure }) => structure.energy !== null)}`,
        ]),
    ...(errors.force === null
      ? []
      : [
          `force: ${errors.force.toFixed(4)} eV/Å root mean square over the components of ${labelled(({ structure }) => structure.forces !== null)}`,
        ]),
    ...REPULSION[shortRange],
  ];
}

function meanEnergy({ answers }: Frame): number {
  return answers.reduce((sum, { energy }) => sum + energy, 0) / answers.length;
}

function errorCells({ energy, force }: Evaluation['errors']): string[] {
  return [
    energy === null ? '–' : (1000 * energy).toFixed(2),
    force === null ? '–' : force.toFixed(4),
  ];
}

/** Full precision; a virial is tension positive, eV. */
function asJson(model: string, file: string, evaluation: Evaluation): Json {
  const { elements, frames, errors, shortRange } = evaluation;
  const errorsJson = ({ energy, force }: Evaluation['errors']): Json => ({
    energy_eV_per_atom: energy,
    force_eV_per_A: force,
  });
  return {
    model,
    frames_file: file,
    elements,
    short_range: shortRange,
    errors: errorsJson(errors),
    frames: frames.map(({ frame, structure, answers, errors: own }) => ({
      frame,
      id: structure.id,
      group: structure.group,
      atoms: structure.species.length,
      errors: errorsJson(own),
      members: answers.map(({ energy, forces, virial }) => ({
        energy_eV: energy,
        forces_eV_per_A: [...forces],
        virial_eV: [...virial],
      })),
    })),
  };
}
