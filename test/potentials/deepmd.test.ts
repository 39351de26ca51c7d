/** Holds every implementation of the Deep Potential to DeePMD-kit's own answers. */
import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { openDeepPotential } from '../../physics/potentials/deep/force-field.ts';
import type { Architecture, Layer, Model } from '../../physics/potentials/deep/model.ts';
import { oracleAtomEnergies } from '../oracle/deep-potential.ts';

interface StoredLayer {
  readonly inputs: number;
  readonly outputs: number;
  readonly weights: number[];
  readonly bias: number[];
  readonly timeStep?: number[];
}
interface Fixture {
  readonly source: string;
  readonly architecture: Architecture;
  readonly member: {
    readonly mean: number[];
    readonly deviation: number[];
    readonly angularDeviation: number[];
    readonly embeddings: StoredLayer[][];
    readonly fittings: StoredLayer[][];
    readonly bias: number[];
  };
  readonly frames: {
    readonly types: number[];
    readonly cell: number[];
    readonly positions: number[];
    readonly energy: number;
    readonly forces: number[];
    readonly virial: number[];
    readonly atomEnergies: number[];
  }[];
}

const fixture: Fixture = JSON.parse(
  readFileSync(new URL('../fixtures/deepmd/se_e2_a.json', import.meta.url), 'utf8'),
);

function layer(stored: StoredLayer): Layer {
  const { inputs, outputs, weights, bias, timeStep } = stored;
  return {
    inputs,
    outputs,
    weights: Float64Array.from(weights),
    bias: Float64Array.from(bias),
    ...(timeStep === undefined ? {} : { timeStep: Float64Array.from(timeStep) }),
  };
}

const { member, architecture } = fixture;
const model: Model = {
  architecture,
  members: [
    {
      mean: Float64Array.from(member.mean),
      deviation: Float64Array.from(member.deviation),
      angularDeviation: Float64Array.from(member.angularDeviation),
      embeddings: member.embeddings.map((net) => net.map(layer)),
      fittings: member.fittings.map((net) => net.map(layer)),
      bias: Float64Array.from(member.bias),
    },
  ],
  spin: 'none',
  shortRange: null,
  range: {
    volume: [1, 100],
    nearest: architecture.elements.map(() => architecture.elements.map(() => null)),
    fractions: architecture.elements.map(() => [0, 1] as const),
    frames: fixture.frames.length,
  },
};

const deepmd = suite(`Deep Potential against ${fixture.source}`);

/** Largest difference relative to the largest value. */
function relative(found: ArrayLike<number>, expected: readonly number[]): number {
  const scale = Math.max(...expected.map(Math.abs));
  return Math.max(...expected.map((value, k) => Math.abs(found[k]! - value))) / scale;
}

for (const [title, options, bound] of [
  ['f64, net', { precision: 'f64', compress: false }, 1e-10],
  ['f64, tables', { precision: 'f64', compress: true }, 1e-7],
  ['f32, tables', { precision: 'f32', compress: true }, 2e-5],
] as const) {
  deepmd(`energy, atom energies, forces, virial: ${title}`, async () => {
    const field = await openDeepPotential(model, 0, options);
    for (const frame of fixture.frames) {
      field.setAtoms(Uint8Array.from(frame.types));
      const found = field.compute(
        Float64Array.from(frame.positions),
        Float64Array.from(frame.cell),
      );
      assert.ok(Math.abs(found.energy / frame.energy - 1) < bound, `energy ${found.energy}`);
      for (const part of ['atomEnergies', 'forces', 'virial'] as const) {
        const error = relative(found[part], frame[part]);
        assert.ok(error < bound, `${part} off by ${error} relative`);
      }
    }
    field.close();
  });
}
deepmd('the plain implementation that other tests compare with', () => {
  for (const frame of fixture.frames) {
    const found = oracleAtomEnergies(architecture, model.members[0]!, {
      types: frame.types,
      positions: Float64Array.from(frame.positions),
      cell: Float64Array.from(frame.cell),
    });
    assert.ok(relative(found, frame.atomEnergies) < 1e-14);
  }
});
deepmd.run();
