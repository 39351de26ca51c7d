/** A protocol, and a study that uses it: what tests of protocols share. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { folderPath, HEAD } from './rig.ts';

/** Writes a file beside the study. */
export function write(name: string, text: string): void {
  const path = join(folderPath, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

write(
  'melt.yaml',
  `curie: v1
protocol: melt
inputs:
  potential: { type: model }
  composition: { type: composition, default: Fe90C10 }
  low: { type: quantity, dimension: temperature }
  high: { type: quantity, unit: K, default: 3000 K }
params: { length: 5 ps }
sets:
  ends: { low: $inputs.low, high: $inputs.high }
steps:
  hot:
    uses: npt
    with:
      potential: $inputs.potential
      composition: $inputs.composition
      temperature: $( (inputs.low + inputs.high) / 2 )
      length: $params.length
  ends:
    uses: npt
    matrix: { end: $sets.ends }
    with:
      potential: $inputs.potential
      composition: $inputs.composition
      temperature: $matrix.end
      start: $hot.state
outputs:
  state: $ends.low.state
  density: $hot.density
  densities: $ends.*.density
  middle: $( (ends.low.melting_temperature + inputs.high) / 2 )
  low: $inputs.low
`,
);

/** A study with a step `melt` that uses the protocol; `more` of that step, `rest` after it. */
export const use = (more: string, rest = '') => `${HEAD}  melt:
    protocol: melt.yaml
    with: { potential: $model.model, low: 1500 K }
${more}${rest}`;
