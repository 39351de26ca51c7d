import { defineStep } from '../../engine/step.ts';

export const modelImport = defineStep({
  type: 'model-import',
  revision: 1,
  about:
    'A committee of Deep Potentials trained by DeePMD-kit (se_e2_a, native format), for every step that takes a model. A .curie file needs no step: potential: { file: model.curie }.',
  inputs: {
    files: {
      kind: 'list',
      of: { kind: 'file' },
      min: 1,
      about: '.dp or .yaml files, one for each member; dp convert-backend makes them of others',
    },
    frames: {
      kind: 'list',
      of: { kind: 'artifact', type: 'frames' },
      min: 1,
      optional: true,
      about:
        'what the model was trained on, by which simulations tell where it may be trusted; files that curie exported say it themselves',
    },
  },
  outputs: {
    model: { kind: 'artifact', type: 'model', extension: 'curie' },
    summary: { kind: 'json' },
  },
  resources: { threads: { min: 1, max: 1 }, memory: 400 },
  determinism: 'exact',
  cites: ['10.1016/j.cpc.2018.03.016', '10.1063/5.0155600'],
});
