/** A potential for steps under test, from any force fields. */
import type { ForceField } from '../../physics/potentials/force-field.ts';
import type { Potential } from '../../steps/potential.ts';

export function testPotential(
  fields: readonly ForceField[],
  range: {
    readonly volume?: readonly [number, number];
    readonly spin?: 'none' | 'collinear';
    readonly deviation?: Potential['watch']['deviation'];
    readonly fractions?: readonly (readonly [number, number])[];
  } = {},
): Potential {
  const { elements } = fields[0]!;
  return {
    elements,
    members: fields.length,
    spin: range.spin ?? 'none',
    condition: { digest: 'test', spin: range.spin ?? 'none', members: fields.length },
    fields,
    watch: {
      elements,
      deviation: range.deviation ?? null,
      range: {
        volume: range.volume ?? [0, 1000],
        nearest: elements.map(() => elements.map(() => null)),
        fractions: range.fractions ?? elements.map(() => [0, 1]),
        frames: 1,
      },
    },
    volumes: () => range.volume ?? [0, 1000],
    setThreads: () => {},
    close: () => {},
  };
}
