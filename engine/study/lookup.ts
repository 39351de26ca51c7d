/** Checks that whatever a study refers to exists; what does not is reported with its place. */
import type { Problems } from './diagnostic.ts';
import type { Node, Scalar } from './node.ts';
import { navigate, scalarsOf } from './node.ts';
import { type Reference, referencesIn, said } from './references.ts';
import type { Scope, Site } from './scope.ts';
import { didYouMean, nearest } from './suggest.ts';

/** Reports unknown names in a study and in the protocols that it uses. */
export function checkNames(scope: Scope, problems: Problems): void {
  for (const [name, node] of scope.sets) {
    checkScalars(node, problems);
    for (const reference of referencesIn(node))
      if (['sets', 'matrix', 'outputs'].includes(reference.root))
        problems.add(
          'bad-reference',
          reference.span,
          `set ${name} refers to ${reference.text}; sets hold values, $params and outputs of steps`,
        );
      else checkReference(reference, undefined, scope, problems);
  }
  for (const step of scope.steps.values()) {
    const given = [...step.inputs.values()].map(({ value }) => value);
    const condition = step.when === undefined ? [] : [step.when];
    for (const node of step.axisNodes) checkAxis(node, step, problems);
    for (const node of [...given, ...condition]) checkNode(node, step, problems);
    for (const scalar of step.after) checkAfter(scalar, scope, problems);
    if (step.kind !== 'call' || step.inner === undefined) continue;
    const { outputs, end } = step.inner;
    if (step.repeat !== undefined) {
      const { carry, until } = step.repeat;
      for (const node of [...[...carry.values()].map(({ value }) => value), until])
        checkNode(node, step, problems, [...outputs.keys()]);
    }
    // A step type that is repeated has nothing in it but what is written here.
    if (end.scope.use?.isStep) continue;
    for (const { value } of outputs.values()) checkNode(value, end, problems);
    checkNames(step.inner.scope, problems);
  }
}

/** @param outputs  what `$outputs` has, in what a repeated step says about its turns */
function checkNode(node: Node, site: Site, problems: Problems, outputs?: readonly string[]): void {
  checkScalars(node, problems);
  for (const reference of referencesIn(node))
    if (reference.root === 'outputs') checkOutput(reference, site, outputs, problems);
    else checkReference(reference, site, site.scope, problems);
}

function checkOutput(
  { path: [name = ''], span }: Reference,
  site: Site,
  outputs: readonly string[] | undefined,
  problems: Problems,
): void {
  if (outputs === undefined)
    problems.add(
      'bad-reference',
      span,
      '$outputs are those of the turn before, in carry and until of repeat',
    );
  else if (!outputs.includes(name))
    problems.add(
      'unknown-output',
      span,
      `${site.name} has no output ${name}${didYouMean(name, outputs, 'its outputs')}`,
    );
}

function checkAxis(node: Node, site: Site, problems: Problems): void {
  checkScalars(node, problems);
  for (const reference of referencesIn(node))
    if (reference.root === 'matrix')
      problems.add('bad-reference', reference.span, 'an axis cannot refer to $matrix');
    else checkReference(reference, site, site.scope, problems);
}

/** Reports scalars that begin as a reference or expression and are none. */
function checkScalars(node: Node, problems: Problems): void {
  for (const scalar of scalarsOf(node)) {
    const meaning = said(scalar);
    if (meaning.kind === 'wrong') problems.add(meaning.code, meaning.at, meaning.message);
  }
}

function checkAfter(scalar: Scalar, { steps }: Scope, problems: Problems): void {
  if (steps.has(scalar.text)) return;
  const hint = scalar.text.startsWith('$')
    ? '; write the name of a step, without $'
    : didYouMean(scalar.text, steps.keys(), 'steps');
  problems.add('unknown-step', scalar.span, `there is no step ${scalar.text}${hint}`);
}

function checkReference(
  reference: Reference,
  site: Site | undefined,
  scope: Scope,
  problems: Problems,
): void {
  const { root, path, span, text } = reference;
  const [name, ...rest] = path;
  const report = (code: string, message: string) => problems.add(code, span, message);
  switch (root) {
    case 'params':
      if (name === undefined) report('bad-reference', 'name a parameter: $params.name');
      else if (!scope.parameters.has(name))
        report(
          'unknown-parameter',
          `there is no parameter ${name}${didYouMean(name, scope.parameters.keys(), 'parameters')}`,
        );
      else if (rest.length > 0)
        report('bad-reference', `a parameter has no parts; write $params.${name}`);
      return;
    case 'sets': {
      const set = scope.sets.get(name ?? '');
      if (name === undefined) report('bad-reference', 'name a set: $sets.name');
      else if (set === undefined)
        report(
          'unknown-set',
          `there is no set ${name}${didYouMean(name, scope.sets.keys(), 'sets')}`,
        );
      else checkPath(set, rest, text, report);
      return;
    }
    case 'matrix': {
      const axis = site?.matrix?.axes.find((each) => each.name === name);
      if (name === undefined) report('bad-reference', 'name an axis: $matrix.name');
      else if (axis !== undefined)
        for (const value of axis.values) checkPath(value, rest, text, report);
      else if (site !== undefined && !site.axisNames.includes(name))
        report(
          'unknown-axis',
          site.axisNames.length === 0
            ? `step ${site.name} has no matrix`
            : `step ${site.name} has no axis ${name}${didYouMean(name, site.axisNames, 'axes')}`,
        );
      return;
    }
    case 'inputs':
      checkInput(name, scope, report);
      return;
    default:
      if (!scope.steps.has(root))
        report('unknown-step', `there is no step ${root}${hint(root, scope)}`);
  }
}

function checkInput(
  name: string | undefined,
  { use }: Scope,
  report: (code: string, message: string) => undefined,
): void {
  if (use === null)
    report('bad-reference', '$inputs belong to protocols; a study has parameters: $params.name');
  else if (name === undefined) report('bad-reference', 'name an input: $inputs.name');
  else if (!use.declared.has(name))
    report(
      'unknown-input',
      `protocol ${use.protocol} has no input ${name}${didYouMean(name, use.declared.keys(), 'its inputs')}`,
    );
}

/** Of steps, or of the words that references begin with. */
function hint(root: string, scope: Scope): string {
  const word = nearest(root, [
    'params',
    'sets',
    'matrix',
    ...(scope.use === null ? [] : ['inputs']),
  ]);
  return word === undefined
    ? didYouMean(root, scope.steps.keys(), 'steps')
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
