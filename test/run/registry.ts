/** Small steps for tests of the run: real code in real workers, no physics. */
import { spawn } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Artifact,
  defineStep,
  type Measured,
  type MeasuredInput,
  type Outcome,
  StepError,
  type StepInterface,
  type TaskContext,
} from '../../engine/step.ts';

const common = {
  revision: 1,
  resources: { threads: { min: 1, max: 1 }, memory: 50 },
  determinism: 'exact',
  cites: [],
} as const;

const text = { kind: 'artifact', type: 'text', extension: 'txt' } as const;

function write(task: TaskContext, content: string): { readonly file: string } {
  writeFileSync(join(task.folder, 'out.txt'), content);
  return { file: 'out.txt' };
}

const source = defineStep({
  ...common,
  type: 'source',
  about: 'First line of a file.',
  inputs: { file: { kind: 'file' }, trace: { kind: 'text', optional: true } },
  outputs: { text },
});

const join2 = defineStep({
  ...common,
  type: 'join',
  about: 'Texts one after the other, with a suffix.',
  inputs: {
    parts: { kind: 'list', of: { kind: 'artifact', type: 'text' }, min: 1 },
    suffix: { kind: 'text', default: '' },
  },
  outputs: { text, length: { kind: 'integer' } },
});

/** Counts to `to`, a step every few ms, one line of its output each; checkpoints. */
const count = defineStep({
  ...common,
  resources: { threads: { min: 1, max: 2 }, memory: 50 },
  type: 'count',
  about: 'Counts.',
  inputs: {
    to: { kind: 'integer' },
    pause: { kind: 'integer', default: 1 },
    /** Where every start is noted, outside of all that is keyed. */
    trace: { kind: 'text', optional: true },
  },
  outputs: { text, threads: { kind: 'json' } },
});

const measure = defineStep({
  ...common,
  type: 'measure',
  about: 'A value, or none.',
  inputs: { value: { kind: 'number', optional: true }, after: { kind: 'json', optional: true } },
  outputs: { density: { kind: 'measured', unit: 'g/cm³' } },
});

const need = defineStep({
  ...common,
  type: 'need',
  about: 'Needs a number.',
  inputs: { density: { kind: 'quantity', dimension: 'density', unit: 'g/cm³' } },
  outputs: { text },
});

const table = defineStep({
  ...common,
  type: 'table',
  about: 'Lists values, those that lack included.',
  inputs: { measured: { kind: 'list', of: { kind: 'measured' } } },
  outputs: { text },
});

const trouble = defineStep({
  ...common,
  type: 'trouble',
  about: 'Fails in the way that is asked for.',
  inputs: {
    how: {
      kind: 'choice',
      values: [
        'step-error',
        'bug',
        'crash',
        'exit',
        'no-file',
        'outside',
        'nan',
        'undeclared',
        'children',
        'no',
      ],
    },
    trace: { kind: 'text', optional: true },
    parts: { kind: 'list', of: { kind: 'artifact', type: 'text' }, optional: true },
  },
  outputs: { text, number: { kind: 'number' } },
});

type In<T> = T & { readonly trace?: string };

export const steps: readonly StepInterface[] = [
  {
    ...source,
    load: async () => ({
      run: async ({ file, trace }: In<{ readonly file: Artifact }>, task): Promise<Outcome> => {
        if (trace !== undefined) appendFileSync(trace, 'source\n');
        const [first] = readFileSync(file.path, 'utf8').split('\n');
        return { kind: 'done', outputs: { text: write(task, `${first}\n`) } };
      },
    }),
  },
  {
    ...join2,
    load: async () => ({
      run: async (
        { parts, suffix }: { readonly parts: readonly Artifact[]; readonly suffix: string },
        task,
      ): Promise<Outcome> => {
        const all = parts.map(({ path }) => readFileSync(path, 'utf8')).join('') + suffix;
        return { kind: 'done', outputs: { text: write(task, all), length: all.length } };
      },
    }),
  },
  {
    ...count,
    load: async () => ({
      run: async (
        { to, pause, trace }: In<{ readonly to: number; readonly pause: number }>,
        task,
      ): Promise<Outcome> => {
        let lines = Buffer.from(task.checkpoint.load() ?? []).toString();
        let n = lines.split('\n').length - 1;
        if (trace !== undefined) appendFileSync(trace, `count from ${n}\n`);
        const granted: number[] = [];
        try {
          for (; n < to; n++) {
            task.throwIfStopped();
            if (granted.at(-1) !== task.threads()) granted.push(task.threads());
            lines += `line ${n}\n`;
            task.progress(n / to, `at ${n}`);
            if (task.checkpoint.due() || (n + 1) % 20 === 0)
              task.checkpoint.save(Buffer.from(lines));
            await sleep(pause);
          }
        } finally {
          if (trace !== undefined) appendFileSync(trace, `threads ${granted.join(' ')}\n`);
        }
        return { kind: 'done', outputs: { text: write(task, lines), threads: null } };
      },
    }),
  },
  {
    ...measure,
    load: async () => ({
      run: async ({ value }: { readonly value?: number }): Promise<Outcome> => {
        if (value === undefined)
          return { kind: 'inconclusive', reason: 'the plateau is ambiguous' };
        const density: Measured = {
          quantity: 'density',
          value,
          unit: 'g/cm³',
          standard_error: 0.1,
          contributions: { statistical: 0.1 },
          effective_samples: 30,
          conditions: { composition: { Fe: 1 }, temperature: 2000 },
          marks: [],
        };
        return { kind: 'done', outputs: { density } };
      },
    }),
  },
  {
    ...need,
    load: async () => ({
      run: async ({ density }: { readonly density: number }, task): Promise<Outcome> => ({
        kind: 'done',
        outputs: { text: write(task, `${density}\n`) },
      }),
    }),
  },
  {
    ...table,
    load: async () => ({
      run: async (
        { measured }: { readonly measured: readonly MeasuredInput[] },
        task,
      ): Promise<Outcome> => {
        const lines = measured.map((each) =>
          each.kind === 'value' ? String(each.measured.value) : `none: ${each.reason}`,
        );
        return { kind: 'done', outputs: { text: write(task, `${lines.sort().join('\n')}\n`) } };
      },
    }),
  },
  {
    ...trouble,
    load: async () => ({
      run: async ({ how, trace }: In<{ readonly how: string }>, task): Promise<Outcome> => {
        console.log('about to fail');
        switch (how) {
          case 'step-error':
            throw new StepError('the cell has no volume: check the third lattice vector');
          case 'bug':
            throw new TypeError('x is not a function');
          case 'crash':
            process.kill(process.pid, 'SIGKILL');
            await sleep(10_000);
            break;
          case 'exit':
            process.exit(3);
            break;
          case 'no-file':
            return { kind: 'done', outputs: { text: { file: 'out.txt' } } };
          case 'outside':
            writeFileSync(join(task.folder, '../outside.txt'), 'not yours\n');
            return { kind: 'done', outputs: { text: { file: '../outside.txt' } } };
          case 'nan':
            return { kind: 'done', outputs: { number: Number.NaN } };
          case 'undeclared':
            return { kind: 'done', outputs: { other: 1 } };
          case 'children': {
            // A program with a child of its own, both in a group of theirs.
            const child = spawn('sh', ['-c', 'sleep 1000 & echo $!; wait'], {
              detached: true,
              stdio: ['ignore', 'pipe', 'ignore'],
            });
            task.group(child.pid!);
            child.stdout.on('data', (pid) => appendFileSync(trace!, `${child.pid} ${pid}`));
            for (;;) {
              task.throwIfStopped();
              await sleep(20);
            }
          }
        }
        if (trace !== undefined && !existsSync(trace)) throw new StepError('not yet');
        return { kind: 'done', outputs: { text: write(task, 'well\n') } };
      },
    }),
  },
];
