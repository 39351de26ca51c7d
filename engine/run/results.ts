/** Copies of what a task gave, for the user: `results/<study>/<task>/`. Nothing reads them back. */
import { type ActionRecord, type Cache, CacheError, type Materialised } from '../../cache/index.ts';
import type { Json } from '../step.ts';
import type { Task } from '../study/expanded.ts';

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
    const path = `${task.name}/${name}.${output.extension}`;
    place(path, () => cache.materialise(output, folder, path));
  }
  if (Object.keys(values).length > 0 || record.outcome === 'inconclusive') {
    const { outcome, reason } = record;
    const text = `${JSON.stringify({ outcome, ...(reason !== undefined && { reason }), ...values }, null, 2)}\n`;
    const path = `${task.name}/values.json`;
    place(path, () => cache.materialiseBytes(Buffer.from(text), folder, path));
  }
  return messages;
}
