/** Messages between the engine and its worker processes. */
import type { Json, Outcome } from '../step.ts';
import type { OwnCode } from './own-step.ts';

/** One attempt at a task, as a worker gets it. */
export interface Assignment {
  /** Step type. */
  readonly step: string;
  /** Where that is no step type of curie: its code. */
  readonly own?: OwnCode;
  readonly values: { readonly [input: string]: Json };
  /** Empty folder of this attempt. */
  readonly folder: string;
  /** Folder of the action's checkpoint; there need not be one. */
  readonly checkpoint: string;
  readonly threads: number;
  /** Device to use, as its UUID. */
  readonly gpu: string | null;
}

export type ToWorker =
  | { readonly kind: 'run'; readonly assignment: Assignment }
  | { readonly kind: 'threads'; readonly threads: number }
  | { readonly kind: 'stop' };

/** What a running step lets the engine know. */
export type News =
  | { readonly kind: 'progress'; readonly fraction: number; readonly text: string | null }
  | { readonly kind: 'warned'; readonly message: string }
  /** A line that the step, or a program that it started, has printed. */
  | { readonly kind: 'printed'; readonly line: string };

/** How an attempt ended. */
export type Ending =
  | { readonly kind: 'outcome'; readonly outcome: Outcome }
  /** `log`: further lines for whoever looks into it. */
  | {
      readonly kind: 'failed';
      readonly message: string;
      readonly log: readonly string[];
      /** The process was lost, for no reason that the step could know. */
      readonly lost?: true;
    }
  | { readonly kind: 'stopped' };

export type FromWorker =
  | News
  | { readonly kind: 'group'; readonly leader: number }
  /** `memory`: resident bytes of the worker, which grow and never shrink. */
  | {
      readonly kind: 'ended';
      readonly ending: Ending;
      readonly memory: number;
      /** Of its two streams, how many say END_OF_TASK after all that the task has printed. */
      readonly marked: number;
    };

/** What a worker prints at the end of a task: messages overtake what was printed before them. */
export const END_OF_TASK = '\u0000curie: end of task';
