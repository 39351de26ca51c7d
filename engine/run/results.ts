/** Copies of what a task gave, for the user: `results/<study>/<task>/`. Nothing reads them back. */
import { type ActionRecord, type Cache, CacheError, type Materialised } from '../../cache/index.ts';
import type { Json } from '../step.ts';
import type { Task } from '../study/expanded.ts';

/** Where the files of a task are, from the folder of results. */
export function placesOf(task: Task, record: ActionRecord): string[] {
  const outputs = Object.entries(record.outputs);
  const files = outputs.flatMap(([name, output]) =>
    output.kind === 'artifact' ? [placeOf(task, name, output)] : [],
  );
  return hasValues(record) ? [...files, valuesOf(task)] : files;
}

function placeOf(task: Task, name: string, { extension }: { readonly extension: string }): string {
  return `${task.name}/${name}.${extension}`;
}

function valuesOf(task: Task): string {
  return `${task.name}/values.json`;
}

/** Values are beside the files, and the reason of what is inconclusive. */
function hasValues({ outputs, outcome }: ActionRecord): boolean {
  return outcome === 'inconclusive' || Object.values(outputs).some(({ kind }) => kind === 'value');
}

/**
 * Puts a task's files and values where the user finds them.
 *
 * @returns what could not be written, or was found changed, in words for the user
 */
export function publish(
  task: Task,
  record: ActionRecord,
  folder: string,
  cache: Pick<Cache, 'materialise' | 'materialiseBytes'>,
): string[] {
  const messages: string[] = [];
  let refused = false;
  const place = (path: string, write: () => Materialised): void => {
    // Where one file does not fit, the others would only say the same.
    if (refused) return;
    try {
      const done = write();
      if (done.kind === 'refused') messages.push(done.because);
      if (done.kind === 'restored')
        messages.push(
          `${folder}/${path} had been changed by hand: it was restored, and the changed file is ${done.aside} now`,
        );
    } catch (error) {
      // The result itself is safe in the cache: the run goes on without the copy.
      if (!(error instanceof CacheError)) throw error;
      messages.push(error.message);
      refused = true;
    }
  };
  const values: { [output: string]: Json } = {};
  for (const [name, output] of Object.entries(record.outputs)) {
    if (output.kind === 'value') {
      values[name] = output.value;
      continue;
    }
    const path = placeOf(task, name, output);
    place(path, () => cache.materialise(output, folder, path));
  }
  if (hasValues(record)) {
    const { outcome, reason } = record;
    const text = `${JSON.stringify({ outcome, ...(reason !== undefined && { reason }), ...values }, null, 2)}\n`;
    const path = valuesOf(task);
    place(path, () => cache.materialiseBytes(Buffer.from(text), folder, path));
  }
  return messages;
}
