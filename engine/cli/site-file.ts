/**
 * The site file: facts of this machine, which no study holds and no key knows.
 *
 *     cache: /scratch/curie
 *     cores: 16
 *     memory: 64 GB
 *     gpus: [0, 1]
 *     tools: { lmp: /opt/lammps/bin/lmp }
 *
 * What the command line or the environment says counts before it.
 */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, resolve } from 'node:path';
import type { SiteTools } from '../plan/tools.ts';
import { formatDiagnostics, Problems } from '../study/diagnostic.ts';
import type { Span } from '../study/expanded.ts';
import { entriesOf, jsonOf, type Mapping, type Node } from '../study/node.ts';
import { readFile } from '../study/read-file.ts';
import type { JsonSchema } from '../study/schema.ts';
import { checkShape } from '../study/shape.ts';
import { readRoot } from '../study/source-file.ts';
import { readMemory } from '../study/step-options.ts';
import { Failure } from './failure.ts';
import { type Environment, sitePath } from './places.ts';

/** A fact with the place that says it. */
export interface Fact<T> {
  readonly value: T;
  readonly span: Span;
}

export interface Site {
  /** Null where there is none. */
  readonly file: string | null;
  /** Absolute. */
  readonly cache?: Fact<string>;
  readonly cores?: Fact<number>;
  /** MB. */
  readonly memory?: Fact<number>;
  /** As `--gpus` takes them. */
  readonly gpus?: Fact<string>;
  readonly tools: SiteTools;
}

const path = { type: 'string', minLength: 1, description: 'a path, such as /scratch/curie' };
const device = { type: ['string', 'integer'], description: 'a number or a UUID of a GPU' };

const schema: JsonSchema = {
  type: 'object',
  description: 'a mapping with cache, cores, memory, gpus and tools',
  additionalProperties: false,
  properties: {
    cache: path,
    cores: { type: 'integer', minimum: 1, description: 'a number of cores, such as 8' },
    memory: { type: ['string', 'number'], description: 'an amount such as 64 GB' },
    gpus: {
      description: 'all, none, or a list of numbers and UUIDs such as [0, 1]',
      anyOf: [{ enum: ['all', 'none'] }, { type: 'array', minItems: 1, items: device }],
    },
    tools: {
      type: 'object',
      description: 'a mapping from programs to their paths, such as { lmp: /opt/lammps/bin/lmp }',
      propertyNames: { pattern: '^[^/]+$', description: 'the name of a program, without a path' },
      additionalProperties: { ...path, description: 'a path, such as /opt/lammps/bin/lmp' },
    },
  },
};

/** The facts of this machine; throws a `Failure` with all that is wrong with the file. */
export function readSite(environment: Environment = process.env): Site {
  const file = sitePath(environment);
  if (!existsSync(file)) {
    if (!environment.CURIE_SITE) return { file: null, tools: {} };
    throw new Failure(`CURIE_SITE: there is no file ${file}`);
  }
  const problems = new Problems();
  const root = readRoot(file, 'study', { file, start: 0, end: 0 }, readFile, problems);
  if (root !== undefined) checkShape(root, 'the site file', schema, problems);
  const site = factsOf(file, root?.kind === 'map' ? root : undefined, problems);
  if (problems.any)
    throw new Failure(formatDiagnostics(problems.sorted(), readFile, process.stderr.columns));
  return site;
}

function factsOf(file: string, root: Mapping | undefined, problems: Problems): Site {
  if (root === undefined) return { file, tools: {} };
  const at = (name: string): Node | undefined => root.entries.get(name)?.value;
  const fact = <T>(name: string, value: T | undefined): { readonly [name: string]: Fact<T> } =>
    value === undefined ? {} : { [name]: { value, span: at(name)!.span } };
  const [cache, cores] = [at('cache'), at('cores')];
  const count = cores && jsonOf(cores);
  const tools = [...entriesOf(root, 'tools')].flatMap(([name, { value }]) =>
    value.kind === 'scalar'
      ? [[name, { path: placeOf(value.text, file), span: value.span }] as const]
      : [],
  );
  return {
    file,
    ...fact('cache', cache?.kind === 'scalar' ? placeOf(cache.text, file) : undefined),
    ...fact('cores', typeof count === 'number' ? count : undefined),
    ...fact('memory', readMemory('the site file', root, problems)),
    ...fact('gpus', devicesOf(at('gpus'))),
    tools: Object.fromEntries(tools),
  };
}

/** Paths start from the folder of the file, or with `~` from the user's. */
function placeOf(written: string, file: string): string {
  return resolve(dirname(file), written.replace(/^~(?=\/|$)/, homedir()));
}

function devicesOf(node: Node | undefined): string | undefined {
  if (node?.kind === 'scalar') return node.text;
  if (node?.kind !== 'list') return undefined;
  return node.items.flatMap((each) => (each.kind === 'scalar' ? [each.text] : [])).join(',');
}
