import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Figure,
  type Inputs,
  type Outcome,
  StepError,
  type TaskContext,
} from '../../engine/step.ts';
import { ATOMIC_NUMBERS } from '../../physics/constants.ts';
import { encodeLennardJones } from '../../physics/potentials/classical/file.ts';
import {
  type LennardJones,
  lennardJonesEnergy,
} from '../../physics/potentials/classical/lennard-jones.ts';
import type { lennardJones } from './interface.ts';

type LennardJonesInputs = Inputs<typeof lennardJones>;

export async function run(inputs: LennardJonesInputs, task: TaskContext): Promise<Outcome> {
  const potential = potentialOf(inputs);
  const file = 'model.curie';
  writeFileSync(join(task.folder, file), encodeLennardJones(potential));
  return { kind: 'done', outputs: { model: { file } }, figures: [pairFigure(potential)] };
}

function potentialOf({ epsilon, sigma, cutoff, shifted }: LennardJonesInputs): LennardJones {
  const elements = Object.keys(epsilon).filter((name) => !name.includes('-'));
  const unknown = elements.find((element) => ATOMIC_NUMBERS[element] === undefined);
  if (unknown !== undefined) throw new StepError(`epsilon: ${unknown} is no element`);
  if (elements.length === 0)
    throw new StepError('epsilon: no element; expected such as { Ar: 10.4 meV }');
  const names = elements.flatMap((a, i) => elements.slice(i).map((b) => nameOf(a, b)));
  for (const [input, values] of Object.entries({ epsilon, sigma })) {
    const given = new Set(Object.keys(values).map(sorted));
    const missing = names.find((name) => !given.has(sorted(name)));
    if (missing !== undefined) throw new StepError(`${input}: no value for ${missing}`);
    const odd = Object.keys(values).find((name) => !names.map(sorted).includes(sorted(name)));
    if (odd !== undefined)
      throw new StepError(
        `${input}: ${odd} is neither of the elements ${elements.join(', ')} nor a pair of them`,
      );
  }
  const valueFor = (values: { readonly [name: string]: number }, name: string): number =>
    Object.entries(values).find(([key]) => sorted(key) === sorted(name))![1];
  return {
    kind: 'lennard-jones',
    elements,
    pairs: elements.map((a) =>
      elements.map((b) => {
        const name = nameOf(a, b);
        return { epsilon: valueFor(epsilon, name), sigma: valueFor(sigma, name), cutoff };
      }),
    ),
    shifted,
  };
}

/** `Ar`, or `Ar-Kr`. */
function nameOf(a: string, b: string): string {
  return a === b ? a : `${a}-${b}`;
}

/** The same for Ar-Kr and Kr-Ar. */
function sorted(name: string): string {
  return name.split('-').sort().join('-');
}

function pairFigure(potential: LennardJones): Figure {
  const { elements, pairs } = potential;
  const series = elements.flatMap((a, i) =>
    elements.slice(i).map((b, k) => {
      const pair = pairs[i]![i + k]!;
      const first = 0.95 * pair.sigma;
      const x = Array.from(
        { length: 120 },
        (_, point) => first + ((pair.cutoff - first) * point) / 119,
      );
      return {
        name: nameOf(a, b),
        mark: 'line' as const,
        role: 'measured' as const,
        x,
        y: x.map((r) => lennardJonesEnergy(pair, potential.shifted, r)),
      };
    }),
  );
  return {
    kind: 'plot',
    id: 'pairs',
    title: 'Energies of pairs',
    x: { label: 'distance', unit: 'Å' },
    y: { label: 'energy', unit: 'eV' },
    series,
  };
}
