/**
 * A worker process: runs one step after another, each as the engine asks.
 *
 *     node worker.ts REGISTRY
 *
 * REGISTRY is the URL of a module that exports `steps`. Messages of `protocol.ts` go over the
 * channel of `child_process`; descriptor 4 is the pipe of `guard.ts`.
 */
import { CacheError, diskProblem, openCheckpoint } from '../../cache/index.ts';
import { type RunStep, StepError, type StepInterface, type TaskContext } from '../step.ts';
import { loadExec } from '../study/exec-interface.ts';
import { EXEC } from '../study/names.ts';
import { startGuard } from './guard.ts';
import { loadOwn } from './own-step.ts';
import {
  type Assignment,
  END_OF_TASK,
  type Ending,
  type FromWorker,
  type News,
  type ToWorker,
} from './protocol.ts';

/** A kill loses at most this much work, seconds. */
const LONGEST_BETWEEN_SAVES = 60;
const SHORTEST_BETWEEN_SAVES = 1;
/** Saving takes at most this share of the time. */
const SAVING_SHARE = 0.01;
/** Progress more often than this is not sent, ms. */
const PROGRESS_EVERY = 100;

/** Thrown through a step that was asked to stop. */
class Stopped extends Error {}

const guard = startGuard(4);
const registry = process.argv[2]!;
let steps: ReadonlyMap<string, StepInterface> | undefined;
let current: { threads: number; stopping: boolean } | undefined;

process.on('message', (message: ToWorker) => {
  switch (message.kind) {
    case 'run':
      void perform(message.assignment);
      break;
    case 'threads':
      if (current !== undefined) current.threads = message.threads;
      break;
    case 'stop':
      if (current !== undefined) current.stopping = true;
      break;
  }
});
process.on('disconnect', () => {
  guard.killGroups();
  process.exit();
});
// The engine decides what an interrupt from the terminal means.
process.on('SIGINT', () => {});

function send(message: FromWorker): void {
  process.send?.(message);
}

async function perform(assignment: Assignment): Promise<void> {
  current = { threads: assignment.threads, stopping: false };
  const ending = await attempt(assignment, current);
  current = undefined;
  guard.killGroups();
  const marks = await Promise.all([process.stdout, process.stderr].map(mark));
  const marked = marks.filter((done) => done).length;
  send({ kind: 'ended', ending, memory: process.memoryUsage.rss(), marked });
}

/** Ends what the task has printed; false where a step has closed the stream. */
function mark(stream: NodeJS.WriteStream): Promise<boolean> {
  return new Promise((resolve) => {
    stream.write(`${END_OF_TASK}\n`, (error) => resolve(!error));
  });
}

async function attempt(
  assignment: Assignment,
  control: { readonly threads: number; readonly stopping: boolean },
): Promise<Ending> {
  try {
    const run = await load(assignment);
    // The engine has checked the values against the interface that `run` was written for.
    const outcome = await run(assignment.values as never, contextOf(assignment, control));
    if (assignment.own !== undefined) checkIsData(outcome);
    return { kind: 'outcome', outcome };
  } catch (error) {
    if (error instanceof Stopped) return { kind: 'stopped' };
    if (isForUser(error)) return { kind: 'failed', message: error.message, log: [] };
    const disk = diskTrouble(error, assignment);
    if (disk !== undefined) return { kind: 'failed', message: disk, log: [] };
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    const message = error instanceof Error ? error.message : String(error);
    return {
      kind: 'failed',
      message: `${assignment.step} broke down (a defect of the step, not of the study): ${message}`,
      log: stack.split('\n'),
    };
  }
}

/** Steps of a group's own cannot import the class, so its name counts. */
function isForUser(error: unknown): error is Error {
  return error instanceof Error && error.name === 'StepError';
}

/** What a step of a group's own gives has to go through the channel to the engine. */
function checkIsData(outcome: unknown): void {
  try {
    structuredClone(outcome);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new StepError(`run gave something that is no data: ${why}`);
  }
}

/** Words for the user where the disk did not take a checkpoint or the step's files; else undefined. */
function diskTrouble(error: unknown, { step, folder }: Assignment): string | undefined {
  const known = diskProblem(error, folder, `${step} was writing its files`);
  if (!(known instanceof CacheError)) return undefined;
  // Any other failure to read or write may be a defect of the step.
  return known === error || known.problem === 'disk-full' ? known.message : undefined;
}

async function load({ step: type, own }: Assignment): Promise<RunStep> {
  if (own !== undefined) return loadOwn(own);
  if (type === EXEC) return (await loadExec()).run;
  if (steps === undefined) {
    const module: { readonly steps: readonly StepInterface[] } = await import(registry);
    steps = new Map(module.steps.map((step) => [step.type, step]));
  }
  const step = steps.get(type);
  if (step === undefined) throw new Error(`the registry has no step type ${type}`);
  return (await step.load()).run;
}

function contextOf(
  assignment: Assignment,
  control: { readonly threads: number; readonly stopping: boolean },
): TaskContext {
  const saved = openCheckpoint(assignment.checkpoint);
  let savedAt = performance.now();
  let interval = SHORTEST_BETWEEN_SAVES;
  let savedSinceStop = false;
  let looksSinceStop = 0;
  let toldAt = Number.NEGATIVE_INFINITY;
  const tell = (news: News): void => send(news);
  return {
    folder: assignment.folder,
    threads: () => control.threads,
    ...(assignment.gpu !== null && { gpu: assignment.gpu }),
    checkpoint: {
      load: () => saved.load(),
      due: () => control.stopping || performance.now() - savedAt > 1000 * interval,
      save(bytes) {
        const begin = performance.now();
        saved.save(bytes);
        savedAt = performance.now();
        savedSinceStop = control.stopping;
        interval = Math.min(
          LONGEST_BETWEEN_SAVES,
          Math.max(SHORTEST_BETWEEN_SAVES, (savedAt - begin) / 1000 / SAVING_SHARE),
        );
      },
    },
    progress(fraction, text) {
      const now = performance.now();
      if (now - toldAt < PROGRESS_EVERY) return;
      toldAt = now;
      tell({ kind: 'progress', fraction, text: text ?? null });
    },
    warn: (message) => tell({ kind: 'warned', message }),
    print: (line) => tell({ kind: 'printed', line }),
    throwIfStopped() {
      if (!control.stopping) return;
      // The first look after the request lets the step save what it has.
      looksSinceStop += 1;
      if (savedSinceStop || looksSinceStop > 1) throw new Stopped();
    },
    group(leader) {
      guard.add(leader);
      send({ kind: 'group', leader });
    },
  };
}
