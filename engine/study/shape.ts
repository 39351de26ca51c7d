/** Checks the shape of a study against the language's schema and words what is wrong. */
import { Ajv, type ErrorObject } from 'ajv';
import type { Problems } from './diagnostic.ts';
import { LANGUAGE } from './names.ts';
import { describe, type Entry, jsonOf, type Node } from './node.ts';
import { stepFileSchema } from './own-step-schema.ts';
import { type JsonSchema, languageSchema, protocolSchema } from './schema.ts';
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
      `this file is written in version v${number[1]} of the language; this curie reads ${LANGUAGE}: use a newer curie`,
    );
  return false;
}

export type Kind = 'study' | 'protocol' | 'step';

const KINDS: readonly Kind[] = ['study', 'protocol', 'step'];

/** What a file is instead, and what was wanted. */
const IS: { readonly [K in Kind]: string } = {
  study: 'this is a study, which no step can use',
  protocol:
    'this is a protocol, which runs as a step of a study: step: { protocol: FILE, with: ... }',
  step: 'this is the interface of a step, whose folder a study names: uses: ./FOLDER',
};
const BEGINS: { readonly [K in Kind]: string } = {
  study: 'a study begins with study: NAME',
  protocol: 'a protocol begins with protocol: NAME',
  step: 'the interface of a step begins with step: NAME',
};

/** False, with the reason in `problems`, if the file is a study where a protocol is wanted, or so. */
export function checkKind(root: Node, kind: Kind, problems: Problems): boolean {
  if (root.kind !== 'map' || root.entries.has(kind)) return true;
  const other = KINDS.find((each) => root.entries.has(each));
  if (other === undefined) return true;
  problems.add(
    `no-${kind}`,
    root.entries.get(other)!.key.span,
    kind === 'study' ? IS[other] : `${IS[other]}; ${BEGINS[kind]}`,
  );
  return false;
}

/** What each kind of file may hold. */
export const SCHEMAS: { readonly [K in Kind]: () => JsonSchema } = {
  study: languageSchema,
  protocol: protocolSchema,
  step: () => stepFileSchema,
};

/**
 * Adds what does not fit a schema to `problems`.
 *
 * @param whole  what messages call the file
 */
export function checkShape(
  root: Node,
  whole: string,
  schema: JsonSchema,
  problems: Problems,
): void {
  const ajv = new Ajv({
    allErrors: true,
    verbose: true,
    allowUnionTypes: true,
    discriminator: true,
    // The schemas are held against their own schema by test: here that would cost 30 ms a command.
    meta: false,
    validateSchema: false,
  });
  const validate = ajv.compile(schema);
  if (validate(jsonOf(root))) return;
  const errors = validate.errors ?? [];
  // Of `anyOf` only the whole counts, not why each of its parts does not fit.
  const wholes = errors.filter(({ keyword }) => keyword === 'anyOf');
  for (const error of errors) {
    const isPart = wholes.some(
      (whole) => whole !== error && error.schemaPath.startsWith(`${whole.schemaPath}/`),
    );
    if (!isPart) report(error, root, whole, problems);
  }
}

function report(error: ErrorObject, root: Node, whole: string, problems: Problems): void {
  const path = error.instancePath
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  const { node, key } = locate(root, path);
  if (node.kind === 'broken') return;
  const subject = path.length === 0 ? whole : subjectOf(path);
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
    case 'discriminator': {
      const tag = String(error.params.tag);
      const given = node.kind === 'map' ? node.entries.get(tag) : undefined;
      const known = `one of ${tagsOf(error.parentSchema, tag).join(', ')}`;
      if (given === undefined)
        problems.add('missing-key', place, `${subject} lacks ${tag}: ${known}`);
      else
        problems.add(
          'unknown-kind',
          given.value.span,
          `${subject}: ${tag} is ${describe(given.value)}; expected ${known}`,
        );
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

/** What the key that tells alternatives apart may be. */
function tagsOf(schema: ErrorObject['parentSchema'], tag: string): readonly string[] {
  const options: readonly ErrorObject['parentSchema'][] = schema?.oneOf ?? [];
  return options.map((option) => String(option?.properties?.[tag]?.const));
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
  outputs: 'output',
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
