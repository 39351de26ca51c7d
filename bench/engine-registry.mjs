/** The step of `engine-main.ts`: as little work as a task can have. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const steps = [
  {
    type: 'trivial',
    revision: 1,
    about: 'Writes a number.',
    inputs: { number: { kind: 'integer' }, from: { kind: 'artifact', type: 'text' } },
    outputs: { text: { kind: 'artifact', type: 'text', extension: 'txt' } },
    resources: { threads: { min: 1, max: 1 }, memory: 10 },
    determinism: 'exact',
    cites: [],
    load: async () => ({
      run: async ({ number }, task) => {
        writeFileSync(join(task.folder, 'out'), `${number}\n`);
        return { kind: 'done', outputs: { text: { file: 'out' } } };
      },
    }),
  },
];
