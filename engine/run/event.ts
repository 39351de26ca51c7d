/**
 * Everything a run says, one JSON line each. Terminal progress, plain log, `--json`, the page
 * and the journal are folds over this union. `at` is milliseconds since the run began.
 */
import type { Measured } from '../step.ts';

export type RunEvent = RunNews & {
  readonly at: number;
};

export type RunNews =
  | {
      readonly kind: 'run-started';
      readonly run: string;
      readonly study: string;
      readonly file: string;
      readonly profile: string | null;
      readonly tasks: readonly { readonly name: string; readonly step: string }[];
      /** ISO 8601, UTC. */
      readonly wallClock: string;
      /** Of the engine. */
      readonly pid: number;
    }
  | {
      readonly kind: 'task-restored';
      readonly task: string;
      readonly key: string;
      readonly outcome: 'done' | 'inconclusive';
      readonly healed?: string;
    }
  /** `because` is the one-line reason, the same words as `explain`. */
  | {
      readonly kind: 'task-started';
      readonly task: string;
      readonly key: string;
      readonly because: string;
      readonly resumed: boolean;
      readonly threads: number;
    }
  /** Another engine on the same cache is at work on it. */
  | { readonly kind: 'task-elsewhere'; readonly task: string }
  | {
      readonly kind: 'task-progress';
      readonly task: string;
      readonly fraction: number;
      readonly text: string | null;
    }
  | {
      readonly kind: 'task-warned';
      readonly task: string;
      readonly message: string;
    }
  | {
      readonly kind: 'task-done';
      readonly task: string;
      readonly key: string;
      readonly seconds: number;
      readonly values: { readonly [output: string]: Measured };
    }
  | {
      readonly kind: 'task-inconclusive';
      readonly task: string;
      readonly key: string;
      readonly seconds: number;
      readonly reason: string;
    }
  | {
      readonly kind: 'task-failed';
      readonly task: string;
      readonly seconds: number;
      readonly message: string;
      readonly log: readonly string[];
      readonly folder: string | null;
    }
  /** An attempt failed, for a reason that need not come again: another one follows. */
  | {
      readonly kind: 'task-retrying';
      readonly task: string;
      readonly message: string;
      /** Of how many further attempts this will be which. */
      readonly attempt: number;
      readonly attempts: number;
      /** Until it begins. */
      readonly seconds: number;
    }
  /** The user ended the run; the next one continues from the last checkpoint. */
  | { readonly kind: 'task-stopped'; readonly task: string }
  /** Not run because its condition does not hold, or because it needs a task that was skipped. */
  | { readonly kind: 'task-skipped'; readonly task: string; readonly because: string }
  /** Not run because something it needs failed. */
  | {
      readonly kind: 'task-blocked';
      readonly task: string;
      readonly by: string;
    }
  | {
      readonly kind: 'run-finished';
      readonly done: number;
      readonly restored: number;
      readonly inconclusive: number;
      readonly failed: number;
      readonly blocked: number;
      readonly skipped: number;
      /** Not ended because the user stopped the run. */
      readonly stopped: number;
    };
