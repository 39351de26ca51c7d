/** The lattice step: 0 K crystals of a potential beside its own DFT's. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Artifact, Measured, Outcome } from '../../engine/step.ts';
import { measureLattice } from '../../steps/lattice/run.ts';
import { lennardJones } from '../oracle/lennard-jones.ts';
import { taskContext } from './context.ts';
import { testPotential } from './potential.ts';

const path = new URL('../../workflows/data/fe-cr-c-pbe/equation-of-state.extxyz', import.meta.url)
  .pathname;
const reference: Artifact = { path, digest: 'r', size: 0 };
const potential: Artifact = { path: '', digest: 'p', size: 0 };
const inputs = {
  potential,
  structure: 'fcc',
  composition: { Fe: 1 },
  reference,
  atoms: 54,
  seed: 1,
} as const;

/** Lennard-Jones whose fcc crystal has nearly a lattice parameter (1.5418 σ without a cut-off). */
const field = (a: number) =>
  lennardJones({ epsilon: 0.5, sigma: a / 1.5418, cutoff: 9, smooth: true, elements: ['Fe', 'C'] });

const measured = (outcome: Outcome, name: string) => outcome.outputs![name] as Measured;
const lattice = suite('lattice');

lattice('measures the crystal and the committee’s scatter, and DFT by the same fit', async () => {
  const task = taskContext();
  const outcome = await measureLattice(testPotential([field(3.45), field(3.49)]), inputs, task);
  assert.is(outcome.kind, 'done');
  const a = measured(outcome, 'lattice_parameter');
  assert.ok(Math.abs(a.value - 3.47) < 0.01, `${a.value}`);
  assert.ok(Math.abs(a.standard_error! - 0.04 / Math.SQRT2) < 0.003, `${a.standard_error}`);
  assert.equal(a.conditions, {
    composition: { Fe: 1 },
    temperature: 0,
    pressure: 0,
    phase: 'fcc',
    potential: { digest: 'test', spin: 'none', members: 2 },
  });
  const dft = measured(outcome, 'dft_lattice_parameter');
  assert.ok(Math.abs(dft.value - (4 * 10.424) ** (1 / 3)) < 1e-3, `${dft.value}`);
  assert.is(outcome.outputs!.deviation, a.value - dft.value);
  assert.equal(a.marks, []);
});

lattice(
  'takes DFT of the potential’s own spin treatment, and shows both magnetic branches',
  async () => {
    const outcome = await measureLattice(
      testPotential([field(3.5)], { spin: 'collinear' }),
      inputs,
      taskContext(),
    );
    const dft = measured(outcome, 'dft_lattice_parameter');
    assert.ok(Math.abs(dft.value - (4 * 10.684) ** (1 / 3)) < 1e-3, `${dft.value}`);
    assert.equal(dft.marks, ['several magnetic branches']);
    assert.is(measured(outcome, 'lattice_parameter').standard_error, null);
    const figure = outcome.figures![0]!;
    assert.is(figure.kind, 'plot');
    if (figure.kind !== 'plot') return;
    assert.equal(
      figure.series.map(({ name }) => name),
      ['potential', 'DFT, branch 1', 'fit to branch 1', 'DFT, branch 2'],
    );
  },
);

lattice('without DFT cells of the structure it scans what the training covered', async () => {
  const { reference: _, ...without } = inputs;
  const outcome = await measureLattice(
    testPotential([field(3.5)], { volume: [9, 13] }),
    { ...without, reference: undefined, structure: 'bcc' },
    taskContext(),
  );
  assert.is(outcome.kind, 'done');
  assert.not('dft_lattice_parameter' in outcome.outputs!);
});

lattice('is inconclusive where the energy has no minimum in range', async () => {
  const outcome = await measureLattice(
    testPotential([field(4.2)], { volume: [9, 13] }),
    inputs,
    taskContext(),
  );
  assert.is(outcome.kind, 'inconclusive');
  if (outcome.kind === 'inconclusive')
    assert.is(
      outcome.reason,
      'the energy of fcc by member 1 has no minimum between 9.30 and 12.80 Å³ per metal atom',
    );
  assert.not('lattice_parameter' in outcome.outputs!);
  assert.ok('dft_lattice_parameter' in outcome.outputs!);
});

lattice('marks a minimum outside the training range and says why', async () => {
  const task = taskContext();
  const outcome = await measureLattice(
    testPotential([field(3.47)], { volume: [11, 13] }),
    inputs,
    task,
  );
  assert.equal(measured(outcome, 'lattice_parameter').marks, ['outside training']);
  assert.match(task.warnings[0]!, 'outside the training frames');
});

lattice('refuses an element that the potential does not know', async () => {
  const unknown = { ...inputs, composition: { Ni: 1 } };
  const words = await measureLattice(testPotential([field(3.5)]), unknown, taskContext()).then(
    () => 'accepted',
    (error: Error) => error.message,
  );
  assert.is(words, 'the potential does not know Ni; it knows Fe, C');
});
lattice.run();
