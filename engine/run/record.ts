/** From what a step hands over to the record of its task: bytes into the cache, values checked. */
import { join } from 'node:path';
import {
  type ActionRecord,
  type Cache,
  CacheError,
  type Content,
  canonicalJson,
  digestOf,
  type Provenance,
  type RecordedOutput,
} from '../../cache/index.ts';
import { type Action, actionAsJson } from '../plan/action.ts';
import type { Json, Measured, Outcome, OutputField, OutputValue } from '../step.ts';
import type { StepType } from '../study/own-step.ts';
import { checkOutcome } from './outcome-shape.ts';
import { OutputError } from './output-error.ts';

export interface Finished {
  readonly key: string;
  readonly action: Action;
  readonly interface: StepType;
  readonly outcome: Outcome;
  /** Where the step has put its files. */
  readonly folder: string;
  readonly warnings: readonly string[];
  readonly log: readonly string[];
  readonly provenance: Provenance;
}

/**
 * The record of a finished task, whose bytes are safe in the cache when this resolves.
 *
 * @throws OutputError where an output is not what the interface declares
 */
export async function recordOf(
  finished: Finished,
  cache: Pick<Cache, 'addFile' | 'addBytes'>,
): Promise<ActionRecord> {
  const { outcome, key, action, folder, warnings, log, provenance } = finished;
  if (finished.interface.own !== undefined) checkOutcome(outcome, finished.interface.outputs);
  // By name, as in the file: a record that was just made is the same as one that was read.
  const outputs = outcome.outputs ?? {};
  const names = Object.keys(outputs).sort();
  const recorded = await Promise.all(
    names.map(async (name) => {
      const field = finished.interface.outputs[name];
      if (field === undefined)
        throw new OutputError(
          `${finished.interface.type} gave an output ${name}, which its interface does not declare`,
        );
      return [name, await recordedOutput(name, outputs[name]!, field, folder, cache)] as const;
    }),
  );
  const json = outcome.figures?.length ? jsonBytes('figures', outcome.figures) : undefined;
  const figures = json && (await cache.addBytes(json));
  const logged: Content | undefined =
    log.length === 0 ? undefined : await cache.addBytes(Buffer.from(`${log.join('\n')}\n`));
  return {
    schema: 'curie/record@1',
    key,
    action: actionAsJson(action),
    outcome: outcome.kind,
    ...(outcome.kind === 'inconclusive' && { reason: outcome.reason }),
    outputs: Object.fromEntries(recorded),
    ...(figures !== undefined && { figures }),
    ...(logged !== undefined && { log: logged }),
    warnings,
    provenance,
  };
}

async function recordedOutput(
  name: string,
  value: OutputValue,
  field: OutputField,
  folder: string,
  cache: Pick<Cache, 'addFile'>,
): Promise<RecordedOutput> {
  if (field.kind === 'artifact') {
    const file = fileOf(value);
    if (file === undefined)
      throw new OutputError(`output ${name} must be a file: { file: name in the task's folder }`);
    if (!join(folder, file).startsWith(join(folder, '/')))
      throw new OutputError(`output ${name}: ${file} is not in the task's folder`);
    const { digest, size } = await contentOf(name, file, folder, cache);
    const { type, extension } = field;
    return { kind: 'artifact', digest, size, type, extension };
  }
  if (field.kind === 'measured' && !isMeasured(value))
    throw new OutputError(
      `output ${name} must be a measured value in ${field.unit}: quantity, value, unit, standard error and conditions`,
    );
  const json = JSON.parse(jsonBytes(`output ${name}`, value).toString()) as Json;
  return { kind: 'value', value: json, digest: digestOf(json) };
}

async function contentOf(
  name: string,
  file: string,
  folder: string,
  cache: Pick<Cache, 'addFile'>,
): Promise<Content> {
  try {
    return await cache.addFile(join(folder, file));
  } catch (error) {
    if (error instanceof CacheError && error.problem === 'missing')
      throw new OutputError(`output ${name}: the step did not write ${file}`);
    throw error;
  }
}

/** Canonical, so that equal values are equal bytes; negative zero is zero. */
function jsonBytes(what: string, value: unknown): Buffer {
  const number = (name: string, of: unknown): unknown => {
    if (typeof of === 'number' && !Number.isFinite(of))
      throw new OutputError(`${what}: ${name} is ${of}, which is no result`);
    return Object.is(of, -0) ? 0 : of;
  };
  return Buffer.from(canonicalJson(JSON.parse(JSON.stringify(value, number))));
}

function fileOf(value: OutputValue): string | undefined {
  if (typeof value !== 'object' || value === null || !('file' in value)) return undefined;
  return typeof value.file === 'string' ? value.file : undefined;
}

function isMeasured(value: OutputValue): value is Measured {
  return (
    typeof value === 'object' &&
    value !== null &&
    'quantity' in value &&
    'unit' in value &&
    'standard_error' in value &&
    'conditions' in value &&
    'value' in value &&
    Number.isFinite(value.value)
  );
}

/** The measured values of a record, by output. */
export function measuredOf(record: ActionRecord): { readonly [output: string]: Measured } {
  const values: { [output: string]: Measured } = {};
  for (const [name, output] of Object.entries(record.outputs))
    if (output.kind === 'value' && isMeasured(output.value)) values[name] = output.value;
  return values;
}
