/**
 * Everything a run says, one JSON line each. Terminal progress, plain log, `--json`, the page
 * and the journal are folds over this union. `at` is milliseconds since the run began.
 */
import type { Measured } from '../step.ts';

export type RunEvent =
  | {
      readonly kind: 'run-started';
      readonly at: number;
      readonly run: string;
      readonly study: string;
      readonly file: string;
      readonly profile: string | null;
      readonly tasks: readonly { readonly name: string; readonly step: string }[];
      readonly wallClock: string;
    }
  | {
      readonly kind: 'task-restored';
      readonly at: number;
      readonly task: string;
      readonly key: string;
      readonly outcome: 'done' | 'inconclusive';
      readonly healed?: string;
    }
  /** `because` is the one-line reason, the same words as `explain`. */
  | {
      readonly kind: 'task-started';
      readonly at: number;
      readonly task: string;
      readonly key: string;
      readonly because: string;
      readonly resumed: boolean;
      readonly threads: number;
    }
  | {
      readonly kind: 'task-progress';
      readonly at: number;
      readonly task: string;
      readonly fraction: number;
      readonly text: string | null;
    }
  | {
      readonly kind: 'task-warned';
      readonly at: number;
      readonly task: string;
      readonly message: string;
    }
  | {
      readonly kind: 'task-done';
      readonly at: number;
      readonly task: string;
      readonly key: string;
      readonly seconds: number;
      readonly values: { readonly [output: string]: Measured };
    }
  | {
      readonly kind: 'task-inconclusive';
      readonly at: number;
      readonly task: string;
      readonly key: string;
      readonly seconds: number;
      readonly reason: string;
    }
  | {
      readonly kind: 'task-failed';
      readonly at: number;
      readonly task: string;
      readonly seconds: number;
      readonly message: string;
      readonly log: readonly string[];
      readonly folder: string | null;
    }
  /** Not run because something it needs failed. */
  | {
      readonly kind: 'task-blocked';
      readonly at: number;
      readonly task: string;
      readonly by: string;
    }
  | {
      readonly kind: 'run-finished';
      readonly at: number;
      readonly done: number;
      readonly restored: number;
      readonly inconclusive: number;
      readonly failed: number;
      readonly blocked: number;
    };
