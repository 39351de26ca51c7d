/** Checks that whatever a study refers to exists; what does not is reported with its place. */
import type { Problems } from './diagnostic.ts';
import type { CheckedStep, CheckedStudy } from './document.ts';
import type { Node, Scalar } from './node.ts';
import { navigate, scalarsOf } from './node.ts';
import { type Reference, referencesIn, said } from './references.ts';
import { didYouMean, nearest } from './suggest.ts';

/** Reports unknown names in the whole study: sets, axes, inputs, `after`. */
export function checkNames(study: CheckedStudy, problems: Problems): void {
  for (const [name, node] of study.sets) {
    checkScalars(node, problems);
    for (const reference of referencesIn(node))
      if (reference.root === 'sets' || reference.root === 'matrix')
        problems.add(
          'bad-reference',
          reference.span,
          `set ${name} refers to ${reference.text}; sets hold values, $params and outputs of steps`,
        );
      else checkReference(reference, undefined, study, problems);
  }
  for (const step of study.steps.values()) {
    const nodes = [
      ...step.axisNodes,
      ...[...step.inputs.values()].map(({ value }) => value),
      ...(step.when === undefined ? [] : [step.when]),
    ];
    for (const node of nodes) {
      checkScalars(node, problems);
      const inAxis = step.axisNodes.includes(node);
      for (const reference of referencesIn(node))
        if (inAxis && reference.root === 'matrix')
          problems.add('bad-reference', reference.span, 'an axis cannot refer to $matrix');
        else checkReference(reference, step, study, problems);
    }
    for (const scalar of step.after) checkAfter(scalar, study, problems);
  }
}

/** Reports scalars that begin as a reference or expression and are none. */
function checkScalars(node: Node, problems: Problems): void {
  for (const scalar of scalarsOf(node)) {
    const meaning = said(scalar);
    if (meaning.kind === 'wrong') problems.add(meaning.code, meaning.at, meaning.message);
  }
}

function checkAfter(scalar: Scalar, study: CheckedStudy, problems: Problems): void {
  if (study.steps.has(scalar.text)) return;
  const hint = scalar.text.startsWith('$')
    ? '; write the name of a step, without $'
    : didYouMean(scalar.text, study.steps.keys(), 'steps');
  problems.add('unknown-step', scalar.span, `there is no step ${scalar.text}${hint}`);
}

function checkReference(
  reference: Reference,
  step: CheckedStep | undefined,
  study: CheckedStudy,
  problems: Problems,
): void {
  const { root, path, span, text } = reference;
  const [name, ...rest] = path;
  const report = (code: string, message: string) => problems.add(code, span, message);
  switch (root) {
    case 'params':
      if (name === undefined) report('bad-reference', 'name a parameter: $params.name');
      else if (!study.parameters.has(name))
        report(
          'unknown-parameter',
          `there is no parameter ${name}${didYouMean(name, study.parameters.keys(), 'parameters')}`,
        );
      else if (rest.length > 0)
        report('bad-reference', `a parameter has no parts; write $params.${name}`);
      return;
    case 'sets': {
      const set = study.sets.get(name ?? '');
      if (name === undefined) report('bad-reference', 'name a set: $sets.name');
      else if (set === undefined)
        report(
          'unknown-set',
          `there is no set ${name}${didYouMean(name, study.sets.keys(), 'sets')}`,
        );
      else checkPath(set, rest, text, report);
      return;
    }
    case 'matrix': {
      const axis = step?.matrix?.axes.find((each) => each.name === name);
      if (name === undefined) report('bad-reference', 'name an axis: $matrix.name');
      else if (axis !== undefined)
        for (const value of axis.values) checkPath(value, rest, text, report);
      else if (step !== undefined && !step.axisNames.includes(name))
        report(
          'unknown-axis',
          step.axisNames.length === 0
            ? `step ${step.name} has no matrix`
            : `step ${step.name} has no axis ${name}${didYouMean(name, step.axisNames, 'axes')}`,
        );
      return;
    }
    default:
      if (!study.steps.has(root))
        report('unknown-step', `there is no step ${root}${hint(root, study)}`);
  }
}

/** Of steps, or of the words that references begin with. */
function hint(root: string, study: CheckedStudy): string {
  const word = nearest(root, ['params', 'sets', 'matrix']);
  return word === undefined
    ? didYouMean(root, study.steps.keys(), 'steps')
    : `; did you mean ${word}?`;
}

function checkPath(
  from: Node,
  path: readonly string[],
  text: string,
  report: (code: string, message: string) => undefined,
): void {
  if (path.length === 0) return;
  const found = navigate(from, path);
  if ('node' in found || from.kind === 'broken') return;
  report(
    'unknown-key',
    `${text}: there is no ${found.unknown}${didYouMean(found.unknown, found.known)}`,
  );
}
