/** Dimension and unit of a quantity that a file declares: either of them says what the other is. */
import type { Dimension } from '../step.ts';
import type { Problems } from './diagnostic.ts';
import type { Node, Scalar } from './node.ts';
import { defaultUnit, isDimension, unitNamed } from './units.ts';

/**
 * Undefined, reported, if they say nothing or contradict each other.
 *
 * @param subject  `input length`
 * @param example  a dimension that messages show
 */
export function readDimension(
  subject: string,
  node: Node,
  {
    dimension,
    unit,
  }: { readonly dimension: Scalar | undefined; readonly unit: Scalar | undefined },
  example: Dimension,
  problems: Problems,
): { readonly dimension: Dimension; readonly unit: string } | undefined {
  const measures = unit && unitNamed(unit.text);
  if (unit !== undefined && measures === undefined)
    return problems.add('unknown-unit', unit.span, `${unit.text} is not a unit that curie knows`);
  const named = dimension?.text ?? measures?.dimension ?? '';
  if (!isDimension(named))
    return problems.add(
      'missing-key',
      node.span,
      `${subject} is a quantity of no dimension; add dimension: ${example}, or whatever it is`,
    );
  if (measures !== undefined && measures.dimension !== named)
    return problems.add(
      'wrong-dimension',
      unit!.span,
      `${measures.name} is not a unit of ${named}`,
    );
  return { dimension: named, unit: measures?.name ?? defaultUnit(named) };
}
