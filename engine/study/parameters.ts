/** Parameters: plain values, changed by a profile, then by `--set`. */
import type { Json } from '../step.ts';
import { type Problems, SET_PREFIX } from './diagnostic.ts';
import type { Span } from './expanded.ts';
import { describe, type Entry, entriesOf, jsonOf, type Mapping, type Node } from './node.ts';
import { parse } from './parse.ts';
import { said } from './references.ts';
import { didYouMean } from './suggest.ts';
import { misread } from './yaml-traps.ts';

export interface Choices {
  readonly profile: string | undefined;
  /** `name=value` each. */
  readonly set: readonly string[];
}

/** The parameters of a study; profiles that are not chosen are checked too. */
export function readParameters(
  root: Mapping,
  choices: Choices,
  problems: Problems,
): Map<string, Node> {
  const parameters = new Map<string, Node>();
  for (const [name, { value }] of entriesOf(root, 'params')) {
    checkPlain(name, value, problems);
    parameters.set(name, value);
  }
  const known = (name: string, at: Span): boolean => {
    if (!parameters.has(name))
      problems.add(
        'unknown-parameter',
        at,
        `there is no parameter ${name}${didYouMean(name, parameters.keys(), 'parameters')}`,
      );
    return parameters.has(name);
  };
  const profiles = entriesOf(root, 'profiles');
  for (const [profile, { value }] of profiles) {
    const changes: ReadonlyMap<string, Entry> = value.kind === 'map' ? value.entries : new Map();
    for (const [name, { key, value }] of changes)
      if (known(name, key.span) && checkPlain(name, value, problems) && profile === choices.profile)
        parameters.set(name, value);
  }
  if (choices.profile !== undefined && !profiles.has(choices.profile))
    problems.add(
      'unknown-profile',
      root.entries.get('profiles')?.key.span ?? { ...root.span, end: root.span.start },
      `there is no profile ${choices.profile}${didYouMean(choices.profile, profiles.keys(), 'profiles')}`,
    );
  for (const setting of choices.set) {
    const file = `${SET_PREFIX}${setting}`;
    const at = { file, start: 0, end: setting.length };
    const [name, text] = [setting.replace(/=.*$/s, '').trim(), /=(.*)$/s.exec(setting)?.[1]];
    if (text === undefined || name === '') {
      problems.add('bad-set', at, 'write --set name=value');
      continue;
    }
    const value = parse(text, file, problems);
    if (value?.kind === 'map')
      problems.add(
        'bad-set',
        at,
        'a parameter is a value such as 128 or 25 ps, or a list of values',
      );
    else if (value !== undefined && known(name, at) && checkPlain(name, value, problems))
      parameters.set(name, value);
  }
  return parameters;
}

/** Parameters hold plain values, so that what a study's sizes are can be read off one place. */
function checkPlain(name: string, value: Node, problems: Problems): boolean {
  const scalars = value.kind === 'list' ? value.items : [value];
  for (const scalar of scalars) {
    if (scalar.kind !== 'scalar') return false;
    if (said(scalar).kind !== 'literal') {
      problems.add(
        'not-plain',
        scalar.span,
        `parameter ${name} is ${describe(scalar)}; a parameter is a plain value: write references and expressions where it is used`,
      );
      return false;
    }
    const trap = misread(scalar);
    if (trap !== undefined) problems.add('yaml-trap', scalar.span, `parameter ${name} ${trap}`);
  }
  return true;
}

/** Parameters as the report shows them. */
export function displayed(parameters: ReadonlyMap<string, Node>): {
  readonly [name: string]: Json;
} {
  return Object.fromEntries([...parameters].map(([name, node]) => [name, jsonOf(node)] as const));
}
