import type { Cell, Figure, Series } from '../../engine/step.ts';
import type {
  CurvePoint,
  Errors,
  MemberProgress,
  TrainingPlan,
} from '../../physics/training/session.ts';

/** Everything that the report shows of a training. */
export function trainingFigures(
  progress: readonly MemberProgress[],
  plan: TrainingPlan,
): readonly Figure[] {
  return [
    curves(progress, plan, {
      id: 'forces',
      title: 'Force error over training',
      label: 'force error',
      unit: 'eV/Å',
      of: ({ force }) => force,
    }),
    curves(progress, plan, {
      id: 'energies',
      title: 'Energy error over training',
      label: 'energy error',
      unit: 'meV/atom',
      of: ({ energy }) => 1000 * energy,
    }),
    memberTable(progress, plan),
  ];
}

interface What {
  readonly id: string;
  readonly title: string;
  readonly label: string;
  readonly unit: string;
  readonly of: (errors: Errors) => number;
}

function curves(progress: readonly MemberProgress[], { batch }: TrainingPlan, what: What): Figure {
  const line = (
    name: string,
    role: Series['role'],
    curve: readonly CurvePoint[],
    of: (point: CurvePoint) => Errors | null,
  ): Series => {
    const points = curve.flatMap((point) => {
      const errors = of(point);
      return errors === null ? [] : [{ x: point.update * batch, y: what.of(errors) }];
    });
    return { name, mark: 'line', role, x: points.map(({ x }) => x), y: points.map(({ y }) => y) };
  };
  const named = (k: number) => (progress.length === 1 ? '' : `, member ${k + 1}`);
  return {
    kind: 'plot',
    id: what.id,
    title: what.title,
    caption:
      'Root mean square errors on the validation frames and, grey, on the frames trained on since the last look.',
    x: { label: 'updates' },
    y: { label: what.label, unit: what.unit, scale: 'log' },
    series: [
      ...progress.map(({ curve }, k) =>
        line(`training${named(k)}`, 'limit', curve, ({ training }) => training),
      ),
      ...progress.map(({ curve }, k) =>
        line(`validation${named(k)}`, 'measured', curve, ({ validation }) => validation),
      ),
    ],
  };
}

function memberTable(progress: readonly MemberProgress[], { batch }: TrainingPlan): Figure {
  const rows = progress.map(({ curve, best, ended }, k): Cell[] => {
    const { force, energy, virial } = best.validation;
    return [
      `member ${k + 1}`,
      { value: curve[curve.length - 1].update * batch },
      { value: best.update * batch },
      { value: force },
      { value: 1000 * energy },
      virial === null ? null : { value: 1000 * virial },
      ended ? 'plateau' : 'all updates',
    ];
  });
  return {
    kind: 'table',
    id: 'members',
    title: 'Members at their best validation',
    columns: [
      { label: 'member' },
      { label: 'updates' },
      { label: 'best at' },
      { label: 'force', unit: 'eV/Å' },
      { label: 'energy', unit: 'meV/atom' },
      { label: 'virial', unit: 'meV/atom' },
      { label: 'ended by' },
    ],
    rows,
  };
}

/** The curves as comma-separated values; what was not measured is left empty. */
export function curveTable(progress: readonly MemberProgress[], { batch }: TrainingPlan): string {
  const errors = (found: Errors | null) =>
    found === null ? ['', '', ''] : [found.force, found.energy, found.virial ?? ''];
  const head = ['training', 'validation'].flatMap((part) => [
    `${part}_force_eV_per_A`,
    `${part}_energy_eV_per_atom`,
    `${part}_virial_eV_per_atom`,
  ]);
  const rows = progress.flatMap(({ curve }, k) =>
    curve.map(({ update, training, validation, loss }) =>
      [k + 1, update * batch, ...errors(training), ...errors(validation), loss].join(','),
    ),
  );
  return `${[['member', 'update', ...head, 'validation_loss'].join(','), ...rows].join('\n')}\n`;
}
