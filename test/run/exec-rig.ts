/** A study with one `exec` step, from its text to what the program gave, without an engine. */
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { sha256 } from '../../cache/index.ts';
import { type Resolution, resolveInputs } from '../../engine/plan/resolve.ts';
import { environmentOf } from '../../engine/plan/tools.ts';
import type { Upstream } from '../../engine/plan/upstream.ts';
import { run } from '../../engine/run/exec/run.ts';
import type { Outcome, TaskContext } from '../../engine/step.ts';
import { DiagnosticError, formatDiagnostics } from '../../engine/study/diagnostic.ts';
import type { ExpandedStudy } from '../../engine/study/expanded.ts';
import { loadStudy } from '../../engine/study/load.ts';
import { artifact, record, value } from '../plan/rig.ts';
import { registry } from '../study/rig.ts';

const made: string[] = [];
process.on('exit', () => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
});

/** A folder with files: text, or `[text]` for one that may be executed. */
export function folderOf(files: { readonly [name: string]: string | readonly [string] }): string {
  const folder = mkdtempSync(join(tmpdir(), 'curie-exec-'));
  made.push(folder);
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, typeof content === 'string' ? content : content[0]);
    if (typeof content !== 'string') chmodSync(path, 0o755);
  }
  return folder;
}

/** The study in `folder` whose steps are `steps`. */
export function loadIn(folder: string, steps: string): ExpandedStudy {
  const file = join(folder, 'study.yaml');
  writeFileSync(file, `curie: v1\nstudy: test\nsteps:\n${steps}`);
  const loaded = loadStudy(file, { registry });
  if ('study' in loaded) return loaded.study;
  const text = formatDiagnostics(loaded.diagnostics, readFileSync);
  throw new Error(text.replaceAll(`${folder}/`, ''));
}

/** What steps before gave: `out` of each is the text of its name. */
const given =
  (study: ExpandedStudy, folder: string) =>
  (task: number): Upstream => {
    const { name, interface: step } = study.tasks[task]!;
    const entries = Object.entries(step.outputs).map(([output, field]) => {
      if (field.kind !== 'artifact') return [output, value(12)] as const;
      writeFileSync(join(folder, `cas-${sha256(name)}`), name, { mode: 0o444 });
      return [output, artifact(name)] as const;
    });
    return { kind: 'record', record: record(Object.fromEntries(entries)) };
  };

/** Inputs and key of the last task of the study in `folder`. */
export function resolved(
  folder: string,
  steps: string,
  variables: { readonly [name: string]: string | undefined } = process.env,
): Resolution & { readonly kind: 'ready' } {
  const study = loadIn(folder, steps);
  const contentOf = (path: string) => {
    const bytes = readFileSync(path);
    return { digest: sha256(bytes), size: bytes.length };
  };
  const resolution = resolveInputs(
    study.tasks.at(-1)!,
    study,
    {
      contentOf,
      pathOf: (digest) => join(folder, `cas-${digest}`),
      environment: (task) => environmentOf(task, contentOf, new Map(), {}, variables),
    },
    given(study, folder),
  );
  if (resolution.kind !== 'ready') throw new Error(`the task is ${resolution.kind}`);
  return resolution;
}

/** What `attempt` refuses: the diagnostic as a terminal shows it, or the words of a failure. */
export async function refusal(attempt: () => unknown): Promise<string> {
  try {
    await attempt();
  } catch (error) {
    if (error instanceof DiagnosticError) {
      const text = formatDiagnostics([error.diagnostic], readFileSync);
      return text.replace(/^\S*\/(?=study\.yaml)/, '');
    }
    if (error instanceof Error) return error.message;
    throw error;
  }
  throw new Error('nothing was refused');
}

export interface Executed {
  readonly outcome: Outcome;
  readonly folder: string;
  readonly log: readonly string[];
  readonly warnings: readonly string[];
  read(output: string): string;
}

export interface Hooks {
  readonly gpu?: string;
  /** Lines of the log, as they come. */
  readonly print?: (line: string) => void;
  readonly throwIfStopped?: () => void;
  readonly group?: (leader: number) => void;
}

/** Runs the last task, which is an `exec` step. */
export async function execute(folder: string, steps: string, hooks: Hooks = {}): Promise<Executed> {
  const { values } = resolved(folder, steps);
  const work = folderOf({});
  const log: string[] = [];
  const warnings: string[] = [];
  const context: TaskContext = {
    folder: work,
    threads: () => 1,
    ...(hooks.gpu !== undefined && { gpu: hooks.gpu }),
    checkpoint: { load: () => undefined, due: () => false, save: () => {} },
    progress: () => {},
    warn: (message) => warnings.push(message),
    print: (line) => {
      log.push(line);
      hooks.print?.(line);
    },
    throwIfStopped: () => hooks.throwIfStopped?.(),
    group: (leader) => hooks.group?.(leader),
  };
  const outcome = await run(values as never, context);
  const read = (output: string): string => {
    const of = outcome.outputs?.[output];
    if (typeof of !== 'object' || of === null || !('file' in of)) throw new Error(`no ${output}`);
    return readFileSync(join(work, String(of.file)), 'utf8');
  };
  return { outcome, folder: work, log, warnings, read };
}
