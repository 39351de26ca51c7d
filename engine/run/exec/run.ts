/**
 * Runs any program as a step: in an empty folder that holds only what the step names, with an
 * environment of its own, until all that it started has ended. Not a sandbox: nothing keeps the
 * program from reading other files or the network.
 */
import { chmodSync, mkdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Machine } from '../../plan/tools.ts';
import {
  type Artifact,
  type Inputs,
  type Outcome,
  type Secret,
  StepError,
  type TaskContext,
} from '../../step.ts';
import type { execDeclaration } from '../../study/exec-interface.ts';
import { wrongFileName } from '../../study/file-names.ts';
import { fill, type Placeholder } from '../../study/placeholders.ts';
import { listed } from '../../study/suggest.ts';
import { filesIn, stage } from './folder.ts';
import { OutputLog } from './log.ts';
import { type Declared, readOutputs } from './outputs.ts';
import { type Ended, runProgram } from './process.ts';
import { variablesOf } from './variables.ts';

type ExecInputs = Omit<Inputs<typeof execDeclaration>, 'outputs'> & {
  readonly outputs: { readonly [name: string]: Declared };
  readonly machine: Machine;
};

export async function run(inputs: ExecInputs, task: TaskContext): Promise<Outcome> {
  const { command, files = {}, env = {}, pass = [], stdout, outputs, machine } = inputs;
  const argv = command.map((text) => fill(text, (each) => meaning(each, inputs)));
  return execute({ argv, files, texts: {}, env, pass, stdout, outputs, machine }, task);
}

/** A program with all that it is given. */
export interface Execution {
  /** The program first: one of `machine`, or one of `files`. */
  readonly argv: readonly string[];
  /** In the working folder at the start, by name there. */
  readonly files: { readonly [name: string]: Pick<Artifact, 'path'> };
  readonly texts: { readonly [name: string]: string };
  readonly env: { readonly [name: string]: string | Secret };
  readonly pass: readonly string[];
  readonly stdout: string | undefined;
  readonly outputs: { readonly [name: string]: Declared };
  readonly machine: Machine;
}

/** Runs the program to its end, and reads what it has left. */
export async function execute(execution: Execution, task: TaskContext): Promise<Outcome> {
  const { argv, files, texts, env, pass, stdout, outputs, machine } = execution;
  const own = process.env;
  const { all: variables, hidden } = variablesOf(env, pass, machine.path, task.gpu, own);
  stage(files, texts, task.folder);
  if (stdout !== undefined) prepare(stdout, task.folder);
  const [first = '', ...args] = argv;
  const program = Object.hasOwn(machine.programs, first)
    ? machine.programs[first]!
    : staged(first, files, task.folder);
  const log = new OutputLog(
    (line) => task.print(line),
    (line) => hidden.scrub(line),
  );
  const ended = await runProgram(
    { path: program, args, folder: task.folder, variables, stdout, timeout: machine.timeout },
    log,
    task,
  );
  log.close();
  if (ended.kind !== 'exit' || ended.code !== 0)
    throw new StepError(failure(basename(program), ended, machine.timeout));
  const values = readOutputs(outputs, task.folder, hidden);
  const declared = new Set([
    ...Object.keys(files),
    ...Object.keys(texts),
    ...Object.values(outputs).map(({ file }) => file),
    ...(stdout === undefined ? [] : [stdout]),
  ]);
  const others = filesIn(task.folder).filter((file) => !declared.has(file));
  if (others.length > 0)
    task.warn(
      `the program also wrote ${listed(others, 5)}: kept nowhere, because outputs does not declare ${others.length === 1 ? 'it' : 'them'}`,
    );
  return { kind: 'done', outputs: values };
}

/** What a placeholder stands for. The study has been checked, except for text of other steps. */
function meaning({ of, name }: Placeholder, { files = {}, values = {} }: ExecInputs): string {
  if (of === 'files' && Object.hasOwn(files, name)) return name;
  const value = of === 'values' && Object.hasOwn(values, name) ? values[name] : undefined;
  if (value === undefined) throw new StepError(`{${of}.${name}}: there is no ${name} in ${of}`);
  return value;
}

/** A program that is one of the step's files. */
function staged(name: string, files: { readonly [name: string]: unknown }, folder: string): string {
  if (!Object.hasOwn(files, name))
    throw new StepError(`the command begins with "${name}", which is none of its files`);
  const path = join(folder, name);
  chmodSync(path, 0o755);
  return path;
}

function prepare(stdout: string, folder: string): void {
  const wrong = wrongFileName(stdout);
  if (wrong !== undefined) throw new StepError(`stdout: ${wrong}`);
  mkdirSync(dirname(join(folder, stdout)), { recursive: true });
}

function failure(name: string, ended: Ended, timeout: number | null): string {
  switch (ended.kind) {
    case 'exit':
      return `${name} ended with exit code ${ended.code}`;
    case 'timeout':
      return `${name} was ended after ${timeout} s, the timeout of the step`;
    case 'signal':
      return ended.signal === 'SIGKILL'
        ? `${name} was killed (SIGKILL): by hand, or by the system because memory ran out`
        : `${name} was killed by ${ended.signal}`;
    case 'not-started':
      return `${name} cannot be started${whyNot(ended.code, ended.why)}`;
  }
}

function whyNot(code: string | undefined, why: string): string {
  switch (code) {
    case 'ENOENT':
      return ': the interpreter that its first line names is not there';
    case 'EACCES':
      return ' (EACCES): it, or the interpreter that its first line names, may not be executed';
    case 'E2BIG':
      return ': its arguments and variables are too long; put them into a file';
    default:
      return `: ${why}`;
  }
}
