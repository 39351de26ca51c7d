/** Checks the shape of a study against the language's schema and words what is wrong. */
import { Ajv, type ErrorObject } from 'ajv';
import type { Problems } from './diagnostic.ts';
import { LANGUAGE } from './names.ts';
import { describe, type Entry, jsonOf, type Node } from './node.ts';
import { languageSchema, protocolSchema } from './schema.ts';
import { didYouMean } from './suggest.ts';

/** False, with the reason in `problems`, if the file is for another version of the language. */
export function checkVersion(root: Node, problems: Problems): boolean {
  const version = root.kind === 'map' ? root.entries.get('curie') : undefined;
  if (version === undefined || version.value.kind !== 'scalar') return true;
  const { text, span } = version.value;
  if (text === LANGUAGE) return true;
  const number = /^v?(\d+)$/.exec(text);
  if (number === null || Number(number[1]) === 1)
    problems.add('bad-version', span, `curie: ${text} names no version; write curie: ${LANGUAGE}`);
  else
    problems.add(
      'newer-version',
      span,
      `this study is written in version v${number[1]} of the language; this curie reads ${LANGUAGE}: use a newer curie`,
    );
  return false;
}

export type Kind = 'study' | 'protocol';

/** False, with the reason in `problems`, if the file is a study where a protocol is wanted, or so. */
export function checkKind(root: Node, kind: Kind, problems: Problems): boolean {
  const other = kind === 'study' ? 'protocol' : 'study';
  const named = root.kind === 'map' && !root.entries.has(kind) && root.entries.get(other);
  if (named)
    problems.add(
      `no-${kind}`,
      named.key.span,
      kind === 'study'
        ? 'this is a protocol, which runs as a step of a study: step: { protocol: FILE, with: ... }'
        : 'this is a study, and only protocols can be used by steps; a protocol begins with protocol: NAME',
    );
  return !named;
}

/** Adds what does not fit the language's schema to `problems`. */
export function checkShape(root: Node, kind: Kind, problems: Problems): void {
  const ajv = new Ajv({
    allErrors: true,
    verbose: true,
    allowUnionTypes: true,
    // The schemas are held against their own schema by test: here that would cost 30 ms a command.
    meta: false,
    validateSchema: false,
  });
  const validate = ajv.compile(kind === 'study' ? languageSchema() : protocolSchema());
  if (validate(jsonOf(root))) return;
  const errors = validate.errors ?? [];
  // Of `anyOf` only the whole counts, not why each of its parts does not fit.
  const wholes = errors.filter(({ keyword }) => keyword === 'anyOf');
  for (const error of errors) {
    const isPart = wholes.some(
      (whole) => whole !== error && error.schemaPath.startsWith(`${whole.schemaPath}/`),
    );
    if (!isPart) report(error, root, kind, problems);
  }
}

function report(error: ErrorObject, root: Node, kind: Kind, problems: Problems): void {
  const path = error.instancePath
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  const { node, key } = locate(root, path);
  if (node.kind === 'broken') return;
  const subject = path.length === 0 ? `the ${kind}` : subjectOf(path);
  const place = key?.key.span ?? { ...node.span, end: node.span.start };
  switch (error.keyword) {
    case 'additionalProperties': {
      const unknown = String(error.params.additionalProperty);
      const at = node.kind === 'map' ? node.entries.get(unknown)?.key.span : undefined;
      const known = Object.keys(error.parentSchema?.properties ?? {});
      problems.add(
        'unknown-key',
        at ?? place,
        `unknown key ${unknown} in ${subject}${didYouMean(unknown, known)}`,
      );
      return;
    }
    case 'required': {
      const missing = String(error.params.missingProperty);
      const description = error.parentSchema?.properties?.[missing]?.description;
      problems.add('missing-key', place, `${subject} lacks ${missing}: ${description}`);
      return;
    }
    case 'propertyNames':
      return;
    case 'pattern':
      if (error.propertyName !== undefined) {
        const at = node.kind === 'map' ? node.entries.get(error.propertyName)?.key.span : undefined;
        problems.add(
          'bad-name',
          at ?? place,
          `"${error.propertyName}" cannot be a name here; expected ${error.parentSchema?.description}`,
        );
        return;
      }
  }
  if (error.keyword === 'minProperties' || error.keyword === 'minItems') {
    problems.add('empty', node.span, `${subject} is empty; expected ${expected(error)}`);
    return;
  }
  problems.add(
    'wrong-kind',
    node.span,
    `${subject} is ${describe(node)}; expected ${expected(error)}`,
  );
}

function expected(error: ErrorObject): string {
  return String(error.parentSchema?.description ?? error.message);
}

function locate(root: Node, path: readonly string[]): { node: Node; key: Entry | undefined } {
  let node = root;
  let key: Entry | undefined;
  for (const part of path) {
    if (node.kind === 'map') {
      key = node.entries.get(part);
      if (key === undefined) break;
      node = key.value;
    } else if (node.kind === 'list') node = node.items[Number(part)] ?? node;
  }
  return { node, key };
}

const SINGULAR: { readonly [section: string]: string } = {
  steps: 'step',
  inputs: 'input',
  params: 'parameter',
  sets: 'set',
  profiles: 'profile',
};

/** `step density`, `after of step density`, `parameter atoms`. */
function subjectOf(path: readonly string[]): string {
  const [section = '', name, ...rest] = path;
  const singular = SINGULAR[section];
  if (name === undefined || singular === undefined) return path.join('.');
  return rest.length === 0 ? `${singular} ${name}` : `${rest.join('.')} of ${singular} ${name}`;
}
