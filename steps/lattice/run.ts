import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import {
  type Inputs,
  type Json,
  type Measured,
  type Outcome,
  type OutputValue,
  StepError,
  type TaskContext,
} from '../../engine/step.ts';
import { FrameFileError } from '../../physics/dft/extxyz.ts';
import { readFrames } from '../../physics/dft/frames.ts';
import { reportRange } from '../../physics/dynamics/monitor.ts';
import { type CrystalCurve, crystalCurve } from '../../physics/relaxation/crystal.ts';
import {
  crystalFrames,
  type ReferenceCurve,
  referenceCurve,
} from '../../physics/relaxation/reference.ts';
import {
  type Alloy,
  type Composition,
  CompositionError,
  populate,
} from '../../physics/structure/alloy.ts';
import {
  latticeParameter,
  nearCubic,
  type Replication,
  supercell,
} from '../../physics/structure/crystal.ts';
import { openPotential, type Potential } from '../potential.ts';
import { explained, pauses } from '../simulation.ts';
import { latticeFigures } from './figures.ts';
import type { lattice } from './interface.ts';

type LatticeInputs = Inputs<typeof lattice>;
/** The interface's choices as the physics knows them. */
const KINDS = { bcc: 'bcc', fcc: 'fcc' } as const;

export async function run(inputs: LatticeInputs, task: TaskContext): Promise<Outcome> {
  const potential = await openPotential(inputs.potential);
  try {
    return await measureLattice(potential, inputs, task);
  } catch (error) {
    throw explained(error);
  } finally {
    potential.close();
  }
}

/** The step with a potential at hand. */
export async function measureLattice(
  potential: Potential,
  inputs: LatticeInputs,
  task: TaskContext,
): Promise<Outcome> {
  const { composition } = inputs;
  const kind = KINDS[inputs.structure];
  const { spin } = potential;
  const reference = spin === null ? null : readReference(inputs, spin);
  if (spin === null && inputs.reference !== undefined)
    task.warn('the reference is left out: a classical potential has no DFT of its own');
  const { alloy, metals } = atomsOf(potential, inputs);
  const range = scanRange(potential, composition, reference);
  const curves: CrystalCurve[] = [];
  for (const field of potential.fields) {
    task.progress(curves.length / potential.members);
    curves.push(await crystalCurve(field, alloy, metals, range, pauses(potential, task)));
  }
  const figures = latticeFigures(inputs.structure, curves, reference);
  const dft = reference?.lowest ?? null;
  const outputs: Record<string, OutputValue> = { energy: summary(curves, reference) };
  const conditions = (of: Json): Measured['conditions'] => ({
    composition,
    temperature: 0,
    pressure: 0,
    phase: inputs.structure,
    potential: of,
  });
  if (dft !== null)
    outputs.dft_lattice_parameter = {
      quantity: 'lattice_parameter',
      value: latticeParameter(kind, dft.fit!.volume),
      unit: 'Å',
      standard_error:
        dft.error === null
          ? null
          : (latticeParameter(kind, dft.fit!.volume) * dft.error.volume) / (3 * dft.fit!.volume),
      contributions: {},
      effective_samples: null,
      conditions: conditions({ source: 'own DFT', spin }),
      marks: reference!.branches.length > 1 ? ['several magnetic branches'] : [],
    };

  const lost = curves.findIndex(({ minimum }) => minimum === null);
  if (lost >= 0)
    return {
      kind: 'inconclusive',
      reason: `the energy of ${inputs.structure} by member ${lost + 1} has no minimum between ${range[0].toFixed(2)} and ${range[1].toFixed(2)} Å³ per metal atom`,
      outputs,
      figures,
    };
  const minima = curves.map(({ minimum }) => minimum!);
  const volume = averageOf(minima.map((fit) => fit.volume)).value;
  const shares = potential.elements.map(
    (_, type) => alloy.types.filter((of) => of === type).length / alloy.types.length,
  );
  const { marks, reasons } = reportRange([], potential.watch, volume, shares);
  for (const reason of reasons) task.warn(reason);
  const measured = (quantity: string, unit: string, values: readonly number[]): Measured => {
    const { value, scatter } = averageOf(values);
    return {
      quantity,
      value,
      unit,
      standard_error: scatter,
      contributions: scatter === null ? {} : { committee: scatter },
      effective_samples: null,
      conditions: conditions(potential.condition),
      marks: curves.some(({ otherMinima }) => otherMinima.length > 0)
        ? [...marks, 'several minima']
        : marks,
    };
  };
  const parameters = minima.map((fit) => latticeParameter(kind, fit.volume));
  outputs.lattice_parameter = measured('lattice_parameter', 'Å', parameters);
  outputs.bulk_modulus = measured(
    'bulk_modulus',
    'GPa',
    minima.map((fit) => fit.bulkModulus),
  );
  if (dft !== null)
    outputs.deviation = averageOf(parameters).value - latticeParameter(kind, dft.fit!.volume);
  return { kind: 'done', outputs, figures };
}

function readReference(
  { reference, structure, composition }: LatticeInputs,
  spin: 'none' | 'collinear',
): ReferenceCurve | null {
  if (reference === undefined) return null;
  try {
    const frames = readFrames(readFileSync(reference.path, 'utf8'), basename(reference.path));
    return referenceCurve(crystalFrames(frames, KINDS[structure], composition, spin));
  } catch (error) {
    if (error instanceof FrameFileError) throw new StepError(error.message);
    throw error;
  }
}

/** One unit cell of an element, a random alloy of about `atoms` sites otherwise. */
function atomsOf(potential: Potential, inputs: LatticeInputs): { alloy: Alloy; metals: number } {
  const kind = KINDS[inputs.structure];
  const elements = Object.values(inputs.composition).filter((fraction) => fraction > 0).length;
  const replication: Replication = elements === 1 ? [1, 1, 1] : nearCubic(kind, inputs.atoms);
  const crystal = supercell(kind, replication, 11.5);
  try {
    const alloy = populate(crystal, inputs.composition, potential.elements, inputs.seed);
    return { alloy, metals: crystal.positions.length / 3 };
  } catch (error) {
    if (error instanceof CompositionError) throw new StepError(error.message);
    throw error;
  }
}

/** Å³ per metal atom: what the reference covers, else where the potential's crystals are. */
function scanRange(
  potential: Potential,
  composition: Composition,
  reference: ReferenceCurve | null,
): readonly [number, number] {
  const volumes = reference?.branches.flatMap(({ points }) => points.map(({ volume }) => volume));
  return volumes ? [Math.min(...volumes), Math.max(...volumes)] : potential.volumes(composition);
}

function averageOf(values: readonly number[]): { value: number; scatter: number | null } {
  const value = values.reduce((sum, each) => sum + each, 0) / values.length;
  if (values.length < 2) return { value, scatter: null };
  const squares = values.reduce((sum, each) => sum + (each - value) * (each - value), 0);
  return { value, scatter: Math.sqrt(squares / (values.length - 1)) };
}

function summary(curves: readonly CrystalCurve[], reference: ReferenceCurve | null): Json {
  const pairs = (points: CrystalCurve['scan']): Json =>
    points.map(({ volume, energy }) => [volume, energy]);
  const minimum = (fit: CrystalCurve['minimum']): Json =>
    fit && {
      volume_A3_per_metal_atom: fit.volume,
      energy_eV_per_atom: fit.energy,
      bulk_modulus_GPa: fit.bulkModulus,
    };
  return {
    members: curves.map((curve) => ({
      minimum: minimum(curve.minimum),
      other_minima: pairs(curve.otherMinima),
      curve: pairs(curve.scan),
    })),
    dft:
      reference?.branches.map((branch) => ({
        minimum: minimum(branch.fit),
        lowest: branch === reference.lowest,
        cells: pairs(branch.points),
      })) ?? null,
  };
}
