/**
 * Programs outside curie that a task starts: found on this machine, and put into its key by
 * content, because another version of a program may give another result.
 */
import { accessSync, constants, statSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import type { Content } from '../../cache/index.ts';
import type { Diagnostic } from '../study/diagnostic.ts';
import { DiagnosticError } from '../study/diagnostic.ts';
import type { Binding, Program, Span, Task } from '../study/expanded.ts';
import type { TaskEnvironment } from './resolve.ts';

/** Where programs are searched for unless the step sets or passes PATH: the same everywhere. */
const FIXED_PATH = '/usr/local/bin:/usr/bin:/bin';

/** What the worker of a task with programs gets as `machine` beside its inputs. */
export type Machine = {
  /** Absolute paths of the programs, by name. */
  readonly programs: { readonly [name: string]: string };
  /** What PATH is for the command: folders of programs given by path, or by the site file, come first. */
  readonly path: string;
  /** Seconds, or null for no limit. */
  readonly timeout: number | null;
};

/** Where the site file says that programs are, by the names that studies use. */
export type SiteTools = {
  readonly [name: string]: { readonly path: string; readonly span: Span };
};

type Variables = { readonly [name: string]: string | undefined };

/**
 * What a task has outside of the study: the files of a step that is a folder, its programs, and
 * the platform they run on. Nothing for a step type of curie.
 *
 * @param digestFile  of a program's file
 * @param found       programs found before: each is searched for once in a run
 * @param tools       programs that the site file places
 * @param variables   environment that curie runs in
 * @throws DiagnosticError with the place in the study where a program is not found
 */
export function environmentOf(
  task: Task,
  digestFile: (path: string) => Content,
  found: Map<string, string> = new Map(),
  tools: SiteTools = {},
  variables: Variables = process.env,
): TaskEnvironment {
  const source = sourceOf(task, digestFile);
  if (task.programs === undefined) return source;
  const search = searchOf(task, variables);
  const programs = task.programs.map((program) => {
    const wanted = keyOf(program, search);
    const path = found.get(wanted) ?? find(program, search, tools);
    found.set(wanted, path);
    const isPlaced = program.path !== null || path === tools[program.written]?.path;
    return { name: program.name, path, isPlaced, digest: digestFile(path).digest };
  });
  const ahead = programs.flatMap(({ path, isPlaced }) => (isPlaced ? [dirname(path)] : []));
  const machine: Machine = {
    programs: Object.fromEntries(programs.map(({ name, path }) => [name, path] as const)),
    path: [...new Set(ahead), search.path].join(':'),
    timeout: task.timeout,
  };
  return {
    ...source,
    tools: Object.fromEntries(programs.map(({ name, digest }) => [name, digest] as const)),
    platform: { os: process.platform, arch: process.arch },
    handed: { machine },
    files: [...(source.files ?? []), ...programs.map(({ path, digest }) => ({ path, digest }))],
  };
}

/** The files of a step that is a folder. */
function sourceOf(
  { interface: { own } }: Task,
  digestFile: (path: string) => Content,
): Pick<TaskEnvironment, 'source' | 'files'> {
  if (own === undefined) return {};
  const files = own.files.map((name) => {
    const path = join(own.folder, name);
    return { name, path, digest: digestFile(path).digest };
  });
  return {
    source: Object.fromEntries(files.map(({ name, digest }) => [name, digest] as const)),
    files: files.map(({ path, digest }) => ({ path, digest })),
  };
}

/**
 * What decides which programs the tasks start, and what these are: their files, and the folders
 * in which one of the same name would come first.
 */
export function programPlaces(
  tasks: readonly Task[],
  tools: SiteTools,
  variables: Variables = process.env,
): readonly string[] {
  const places = new Set<string>();
  const seen = new Set<string>();
  for (const task of tasks) {
    for (const program of task.programs ?? []) {
      const search = searchOf(task, variables);
      const wanted = keyOf(program, search);
      if (seen.has(wanted)) continue;
      seen.add(wanted);
      const path = find(program, search, tools);
      places.add(path);
      if (program.path !== null) continue;
      for (const folder of search.path.split(':').filter(isAbsolute)) {
        places.add(nearestFolder(folder));
        if (join(folder, program.written) === path) break;
      }
    }
  }
  return [...places];
}

/** The folder itself, or the one in which it would have to be made. */
function nearestFolder(folder: string): string {
  let found = folder;
  while (statSync(found, { throwIfNoEntry: false }) === undefined) found = dirname(found);
  return found;
}

/** Every program of the tasks that this machine lacks: better known before hours of work. */
export function missingPrograms(
  tasks: readonly Task[],
  tools: SiteTools = {},
  variables: Variables = process.env,
): readonly Diagnostic[] {
  const missing = new Map<string, Diagnostic>();
  for (const task of tasks)
    for (const program of task.programs ?? [])
      try {
        find(program, searchOf(task, variables), tools);
      } catch (error) {
        if (!(error instanceof DiagnosticError)) throw error;
        const { at } = error.diagnostic;
        missing.set(`${at.file}:${at.start}`, error.diagnostic);
      }
  return [...missing.values()];
}

/** Where the task's programs are searched for. */
interface Search {
  readonly path: string;
  /** The step sets or passes PATH: what it finds there counts before the site file. */
  readonly isGiven: boolean;
}

/** Two that are the same lead to the same file. */
function keyOf({ path, written }: Program, { path: searched, isGiven }: Search): string {
  return `${path ?? written}\0${isGiven}\0${searched}`;
}

function searchOf(task: Task, variables: Variables): Search {
  const { own, passes } = pathGiven(task);
  const path = own ?? (passes ? variables.PATH : undefined);
  return { path: path ?? FIXED_PATH, isGiven: path !== undefined };
}

/** What a task says about PATH: its own value, or that it is handed over. */
function pathGiven(task: Task): { readonly own: string | undefined; readonly passes: boolean } {
  const command = task.interface.own?.command;
  if (command) {
    const own = command.env.PATH;
    return {
      own: typeof own === 'string' ? own : undefined,
      passes: command.pass.includes('PATH'),
    };
  }
  const { env, pass } = task.inputs;
  return {
    own: env?.kind === 'map' ? textOf(env.entries.PATH) : undefined,
    passes: pass?.kind === 'list' && pass.items.some((item) => textOf(item) === 'PATH'),
  };
}

function textOf(binding: Binding | undefined): string | undefined {
  return binding?.kind === 'literal' && typeof binding.value === 'string'
    ? binding.value
    : undefined;
}

/** Absolute path of a program. Throws a `DiagnosticError` if it is not there. */
function find(program: Program, search: Search, tools: SiteTools): string {
  const { path, written, span } = program;
  const missing = (message: string): DiagnosticError =>
    new DiagnosticError({ code: 'missing-program', at: span, message, related: [] });
  if (path === null) {
    const tool = Object.hasOwn(tools, written) ? tools[written] : undefined;
    const searched = tool === undefined || search.isGiven ? search.path.split(':') : [];
    for (const folder of searched.filter(isAbsolute))
      if (stateOf(join(folder, written)) === 'program') return join(folder, written);
    if (tool !== undefined) return placed(program, tool);
    throw missing(
      `there is no program ${written} in ${search.path}; install it, name it under tools of the site file, or give its path, which starts from the folder of this file`,
    );
  }
  switch (stateOf(path)) {
    case 'program':
      return path;
    case 'missing':
      throw missing(`there is no program ${written}; paths start from the folder of this file`);
    case 'folder':
      throw missing(`${written} is no file; name a program`);
    case 'not-executable':
      throw missing(`${written} is not executable; run chmod +x on it, or name its interpreter`);
  }
}

/** A program where the site file says that it is. */
function placed({ written, span }: Program, tool: SiteTools[string]): string {
  const state = stateOf(tool.path);
  if (state === 'program') return tool.path;
  throw new DiagnosticError({
    code: 'missing-program',
    at: tool.span,
    message:
      state === 'missing'
        ? `there is no program ${tool.path}`
        : `${tool.path} is ${state === 'folder' ? 'no file' : 'not executable'}; name a program`,
    related: [{ at: span, message: `${written} is wanted here` }],
  });
}

function stateOf(path: string): 'program' | 'missing' | 'folder' | 'not-executable' {
  try {
    if (!statSync(path).isFile()) return 'folder';
  } catch {
    return 'missing';
  }
  try {
    accessSync(path, constants.X_OK);
    return 'program';
  } catch {
    return 'not-executable';
  }
}
