/** The steps of `engine-main.mjs`: as little work as a task can have. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const steps = [
  {
    type: 'trivial',
    revision: 1,
    about: 'Writes two numbers.',
    inputs: {
      a: { kind: 'integer' },
      b: { kind: 'integer' },
      from: { kind: 'artifact', type: 'text' },
    },
    outputs: { text: { kind: 'artifact', type: 'text', extension: 'txt' } },
    resources: { threads: { min: 1, max: 1 }, memory: 10 },
    determinism: 'exact',
    cites: [],
    load: async () => ({
      run: async ({ a, b }, task) => {
        writeFileSync(join(task.folder, 'out'), `${a} ${b}\n`);
        return { kind: 'done', outputs: { text: { file: 'out' } } };
      },
    }),
  },
  {
    type: 'next',
    revision: 1,
    about: 'Writes the number after the one it reads.',
    inputs: { from: { kind: 'artifact', type: 'text' } },
    outputs: {
      text: { kind: 'artifact', type: 'text', extension: 'txt' },
      number: { kind: 'integer' },
    },
    resources: { threads: { min: 1, max: 1 }, memory: 10 },
    determinism: 'exact',
    cites: [],
    load: async () => ({
      run: async ({ from }, task) => {
        const number = Number(readFileSync(from.path, 'utf8')) + 1;
        writeFileSync(join(task.folder, 'out'), `${number}\n`);
        return { kind: 'done', outputs: { text: { file: 'out' }, number } };
      },
    }),
  },
];
