/** Classical potentials against LAMMPS with the same files and numbers. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  type ClassicalPotential,
  openClassical,
} from '../../physics/potentials/classical/force-field.ts';
import { parseSetfl } from '../../physics/potentials/classical/setfl.ts';
import { pairRepulsions, repulsionAt } from '../../physics/potentials/zbl.ts';
import { type Configuration, neighbours } from '../oracle/deep-potential.ts';
import { type Answer, evaluate } from '../oracle/lammps.ts';
import { randomConfiguration } from '../oracle/random-model.ts';
import { writeSetfl } from '../oracle/setfl.ts';
import { virtualTables } from '../oracle/virtual-dft.ts';
import { withPeer } from '../peers.ts';

const lammps = suite('classical potentials against LAMMPS');

/** In a cell that LAMMPS takes: lower triangular. */
function configuration(seed: number, atoms: number, types: number, apart = 1.9): Configuration {
  const found = randomConfiguration(seed, atoms, { types, apart, volume: 2 * apart ** 3 });
  for (const k of [1, 2, 5]) found.cell[k] = 0;
  return found;
}

const largest = (values: ArrayLike<number>) =>
  Array.from(values).reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/** Energy, energies of atoms, forces and virial to 1e-10 of their size. */
function isSame(found: Answer | ReturnType<typeof ours>, expected: Answer): void {
  assert.ok(Math.abs(found.energy - expected.energy) < 1e-10 * Math.abs(expected.energy));
  for (const part of ['atomEnergies', 'forces', 'virial'] as const) {
    const scale = largest(expected[part]);
    const error = largest(expected[part].map((value, k) => value - found[part][k]!));
    // A single atom's forces cancel.
    assert.ok(error <= 1e-10 * scale + 1e-14, `${part} off by ${error} of ${scale}`);
  }
}

function ours(potential: ClassicalPotential, { types, positions, cell }: Configuration) {
  const field = openClassical(potential);
  field.setAtoms(Uint8Array.from(types));
  const found = field.compute(positions, cell);
  field.close();
  return found;
}

const masses = [55.845, 51.9961, 12.011];

for (const style of ['eam/fs', 'eam/alloy'] as const)
  withPeer(
    lammps,
    'lmp',
    `${style} of three elements, in triclinic cells, small ones too`,
    (lmp) => {
      const fs = virtualTables({
        elements: [0, 1, 2],
        magnetic: true,
        rhoPoints: 900,
        rhoMost: 25,
        radialPoints: 700,
      });
      const tables = {
        ...fs,
        style,
        density: style === 'eam/fs' ? fs.density : fs.density.map((row) => row.map(() => row[0]!)),
      };
      const file = writeSetfl(tables);
      const potential = parseSetfl(file, 'pot');
      assert.is(potential.style, style);
      for (const atoms of [1, 5, 50]) {
        const configured = configuration(atoms, atoms, 3);
        const pair = `pair_style ${style}\npair_coeff * * pot Fe Cr C`;
        isSame(
          ours(potential, configured),
          evaluate(lmp, { ...configured, masses }, pair, { pot: file }),
        );
      }
    },
  );

for (const shifted of [true, false])
  withPeer(
    lammps,
    'lmp',
    `Lennard-Jones of two elements, ${shifted ? '' : 'not '}shifted`,
    (lmp) => {
      const numbers = [
        [0, 0, 0.15, 2.1, 4.4],
        [0, 1, 0.12, 2.2, 4.1],
        [1, 1, 0.18, 2.3, 3.9],
      ] as const;
      const pairs = [0, 1].map((i) =>
        [0, 1].map((j) => {
          const [, , epsilon, sigma, cutoff] = numbers[i + j]!;
          return { epsilon, sigma, cutoff };
        }),
      );
      const configured = configuration(7, 50, 2);
      const pair = [
        'pair_style lj/cut 4.4',
        ...numbers.map(([i, j, ...rest]) => `pair_coeff ${i + 1} ${j + 1} ${rest.join(' ')}`),
        `pair_modify shift ${shifted ? 'yes' : 'no'}`,
      ].join('\n');
      isSame(
        ours({ kind: 'lennard-jones', elements: ['Ar', 'Kr'], pairs, shifted }, configured),
        evaluate(lmp, { ...configured, masses: [40, 84] }, pair),
      );
    },
  );

withPeer(lammps, 'lmp', 'the repulsion of Ziegler, Biersack and Littmark', (lmp) => {
  const configured = configuration(9, 50, 2, 1.1);
  const [inner, outer] = [1, 2];
  const repulsions = pairRepulsions(['Fe', 'C'], {
    inner,
    outer: [
      [outer, outer],
      [outer, outer],
    ],
  });
  const near = neighbours(configured, outer);
  const energies = near.map((found, i) =>
    found.reduce((sum, { type, vector }) => {
      const [energy] = repulsionAt(repulsions[configured.types[i]!]![type]!, Math.hypot(...vector));
      return sum + 0.5 * energy;
    }, 0),
  );
  const pair = `pair_style zbl ${inner} ${outer}\npair_coeff 1 1 26 26\npair_coeff 1 2 26 6\npair_coeff 2 2 6 6`;
  const theirs = evaluate(lmp, { ...configured, masses: [55.8, 12] }, pair);
  assert.ok(theirs.energy > 5);
  // Its e²/(4πε₀) is 14.399645 eV·Å.
  for (const [k, energy] of energies.entries())
    assert.ok(Math.abs(energy - theirs.atomEnergies[k]!) < 1e-7 * (1 + energy), `${k}`);
});

const published = '/usr/share/lammps/potentials';
withPeer(lammps, 'lmp', 'every eam/alloy and eam/fs file that LAMMPS comes with', (lmp) => {
  const names = existsSync(published)
    ? readdirSync(published).filter((name) => /\.eam\.(fs|alloy)$/.test(name))
    : [];
  assert.ok(names.length > 10, `${names.length} files in ${published}`);
  for (const name of names) {
    const text = readFileSync(`${published}/${name}`, 'utf8');
    const potential = parseSetfl(text, name);
    const { elements } = potential;
    // Atoms as far apart as in the metals.
    const configured = configuration(5, 24, elements.length, 2.2);
    const style = name.endsWith('fs') ? 'eam/fs' : 'eam/alloy';
    const pair = `pair_style ${style}\npair_coeff * * ${published}/${name} ${elements.join(' ')}`;
    const theirs = evaluate(lmp, { ...configured, masses: elements.map(() => 50) }, pair);
    isSame(ours(potential, configured), theirs);
  }
});

lammps.run();
