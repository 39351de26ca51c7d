/** What a model is, as plain data. */
import type { Net } from '../../physics/potentials/deep/model.ts';
import { type NamedBytes, type OpenedModel, openModel } from './open.ts';

export interface ModelDescription
  extends Pick<OpenedModel, 'format' | 'spin' | 'range' | 'shortRange'> {
  readonly elements: readonly string[];
  /** Å */
  readonly cutoff: number;
  readonly inner: number;
  readonly sel: readonly number[];
  readonly embedding: readonly number[];
  readonly axis: number;
  readonly fitting: readonly number[];
  /** Whether each pair of elements has an embedding net of its own (`type_one_side: false`). */
  readonly pairs: boolean;
  /** Nets that have time steps (`resnet_dt`). */
  readonly timeSteps: readonly ('embedding' | 'fitting')[];
  readonly members: number;
  /** Numbers in the nets of a member. */
  readonly parameters: number;
}

/** @throws StepError where the file is no model */
export async function describeModel(file: NamedBytes): Promise<ModelDescription> {
  const { architecture, members, format, spin, range, shortRange } = await openModel(file);
  const [{ embeddings, fittings }] = members;
  return {
    format,
    ...architecture,
    pairs: embeddings.length !== architecture.elements.length,
    timeSteps: [
      ...(hasTimeStep(embeddings) ? (['embedding'] as const) : []),
      ...(hasTimeStep(fittings) ? (['fitting'] as const) : []),
    ],
    members: members.length,
    parameters: [...embeddings, ...fittings]
      .flat()
      .reduce(
        (sum, { weights, bias, timeStep }) =>
          sum + weights.length + bias.length + (timeStep?.length ?? 0),
        0,
      ),
    spin,
    shortRange,
    range,
  };
}

function hasTimeStep(nets: readonly Net[]): boolean {
  return nets.flat().some(({ timeStep }) => timeStep !== undefined);
}
