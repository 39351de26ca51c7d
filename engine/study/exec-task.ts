/**
 * What the types of the inputs of `exec` cannot say: names of files and variables, placeholders
 * of the command, and the programs that it starts.
 */
import { basename, resolve } from 'node:path';
import type { Problems } from './diagnostic.ts';
import type { Binding, Program, Span, Task } from './expanded.ts';
import { wrongFileName } from './file-names.ts';
import { placeholdersIn } from './placeholders.ts';
import { didYouMean } from './suggest.ts';

type Inputs = Task['inputs'];

/**
 * Checks one task and finds its programs. In its command a path becomes the name of the program,
 * so that a key does not hold where the program is.
 *
 * @param failed  inputs that are given and wrong, which has been reported
 * @param folder  absolute folder of the study, from which paths of programs start
 */
export function execTask(
  inputs: Inputs,
  failed: ReadonlySet<string>,
  folder: string,
  problems: Problems,
): Required<Pick<Task, 'inputs' | 'programs'>> {
  checkFiles(inputs, problems);
  checkVariables(inputs, problems);
  checkPlaceholders(inputs, failed, problems);
  const programs = new Map<string, Program>();
  for (const item of [...itemsOf(inputs.command).slice(0, 1), ...itemsOf(inputs.tools)]) {
    const written = textOf(item);
    if (written === undefined)
      problems.add(
        'unknown-program',
        item.span,
        'a program is known before the study runs: write its name or its path here',
      );
    else if (placeholdersIn(written).length === 0)
      addProgram(written, item.span, folder, programs, problems);
  }
  return { inputs: { ...inputs, ...namedCommand(inputs) }, programs: [...programs.values()] };
}

function addProgram(
  written: string,
  span: Span,
  folder: string,
  programs: Map<string, Program>,
  problems: Problems,
): void {
  const name = basename(written);
  const path = written.includes('/') ? resolve(folder, written) : null;
  const before = programs.get(name);
  if (before !== undefined && before.path !== path)
    problems.add(
      'two-programs',
      span,
      `two different programs are called ${name}; a step can start only one of them`,
      [{ at: before.span, message: `${name} is named here first` }],
    );
  else programs.set(name, before ?? { name, path, written, span });
}

/** `command` with the name of its program where a path stood. */
function namedCommand({ command }: Inputs): Inputs {
  if (command?.kind !== 'list') return {};
  const [first, ...rest] = command.items;
  const written = first && textOf(first);
  if (first === undefined || written === undefined || !written.includes('/')) return {};
  // A file of the working folder may be in a folder there.
  if (placeholdersIn(written).length > 0) return {};
  const name: Binding = { kind: 'literal', value: basename(written), span: first.span };
  return { command: { ...command, items: [name, ...rest] } };
}

function checkFiles(inputs: Inputs, problems: Problems): void {
  const names = new Map<string, Span>();
  const add = (name: string, span: Span, what: string): void => {
    const wrong = wrongFileName(name);
    if (wrong !== undefined) problems.add('bad-file-name', span, `${what}: ${wrong}`);
    else names.set(name, span);
  };
  for (const [name, { span }] of entriesOf(inputs.files)) add(name, span, 'files');
  const stdout = inputs.stdout && textOf(inputs.stdout);
  if (inputs.stdout !== undefined && stdout !== undefined) {
    if (names.has(stdout))
      problems.add(
        'bad-file-name',
        inputs.stdout.span,
        `stdout: ${stdout} is one of files already; the standard output needs a file of its own`,
      );
    add(stdout, inputs.stdout.span, 'stdout');
  }
  for (const [name, span] of names)
    for (let cut = name.lastIndexOf('/'); cut > 0; cut = name.lastIndexOf('/', cut - 1))
      if (names.has(name.slice(0, cut)))
        problems.add(
          'bad-file-name',
          span,
          `${name} cannot be beside ${name.slice(0, cut)}, which is a file and no folder`,
        );
}

function checkVariables(inputs: Inputs, problems: Problems): void {
  const check = (name: string, span: Span): void => {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
      problems.add(
        'bad-name',
        span,
        `"${name}" is no name of an environment variable; use letters, digits and _`,
      );
  };
  const env = entriesOf(inputs.env);
  for (const [name, binding] of env) {
    check(name, binding.span);
    if (name === 'PATH' && textOf(binding) === undefined)
      problems.add(
        'unknown-program',
        binding.span,
        'PATH is known before the study runs: write it out here',
      );
  }
  for (const item of itemsOf(inputs.pass)) {
    const name = textOf(item);
    if (name === undefined) continue;
    check(name, item.span);
    if (env.some(([set]) => set === name))
      problems.add('bad-name', item.span, `${name} is set by env already; leave it out of one`);
  }
}

function checkPlaceholders(inputs: Inputs, failed: ReadonlySet<string>, problems: Problems): void {
  const known = {
    files: entriesOf(inputs.files).map(([name]) => name),
    values: entriesOf(inputs.values).map(([name]) => name),
  };
  for (const item of itemsOf(inputs.command))
    for (const { of, name } of placeholdersIn(textOf(item) ?? ''))
      if (!failed.has(of) && !known[of].includes(name))
        problems.add(
          'unknown-placeholder',
          item.span,
          `{${of}.${name}}: there is no ${name} in ${of}${didYouMean(name, known[of])}`,
        );
}

function itemsOf(binding: Binding | undefined): readonly Binding[] {
  return binding?.kind === 'list' ? binding.items : [];
}

function entriesOf(binding: Binding | undefined): readonly (readonly [string, Binding])[] {
  return binding?.kind === 'map' ? Object.entries(binding.entries) : [];
}

/** Text that is known before the study runs. */
function textOf(binding: Binding): string | undefined {
  return binding.kind === 'literal' && typeof binding.value === 'string'
    ? binding.value
    : undefined;
}
