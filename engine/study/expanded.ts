/**
 * The checked and expanded study: what `plan` takes. Plain readonly data; every reference is
 * resolved, every literal validated and in base form, every matrix unrolled.
 */
import type { InputField, Json } from '../step.ts';
import type { StepType } from './own-step.ts';

/** A range of characters in a file, for messages. */
export interface Span {
  readonly file: string;
  readonly start: number;
  readonly end: number;
}

export interface ExpandedStudy {
  readonly name: string;
  /** Absolute path of the study file. */
  readonly file: string;
  /** Parameters after profile and `--set`, as the report shows them. */
  readonly parameters: { readonly [name: string]: Json };
  readonly profile: string | null;
  /** Steps in the order of the file. */
  readonly steps: readonly StudyStep[];
  /** Tasks such that every task follows those it depends on; ties in the order of the file. */
  readonly tasks: readonly Task[];
  /** Files the study names, absolute paths, for hashing ahead. */
  readonly files: readonly string[];
  /** Files it was read from, absolute paths: itself, protocols, interfaces of steps. */
  readonly sources: readonly string[];
}

export interface StudyStep {
  readonly name: string;
  readonly uses: string;
  readonly span: Span;
  /** Names of the matrix axes, in the order of the file; empty without a matrix. */
  readonly axes: readonly string[];
  readonly tasks: readonly TaskId[];
}

/** Index into `ExpandedStudy.tasks`. */
export type TaskId = number;

export interface Task {
  readonly id: TaskId;
  /** `density/DP-M/Fe`: step and labels; display and results/ only, never keyed. */
  readonly name: string;
  readonly step: string;
  readonly labels: { readonly [axis: string]: string };
  readonly interface: StepType;
  /** One entry for each input that the study gave; defaults are left out. */
  readonly inputs: { readonly [name: string]: Binding };
  /** Tasks that must end before this one without handing anything over. */
  readonly after: readonly TaskId[];
  readonly resources: {
    readonly threads?: { readonly min: number; readonly max: number };
    readonly memory?: number;
    readonly gpu?: number;
  };
  readonly partial: boolean;
  /** The task is skipped where one of these does not hold. */
  readonly when?: readonly Condition[];
  /** Commands only: the program is ended after so many seconds. */
  readonly timeout: number | null;
  /** Where an attempt may fail for other reasons than the task itself. */
  readonly retry?: Retry;
  /** Commands only: what they start, themselves first. */
  readonly programs?: readonly Program[];
  readonly span: Span;
}

/** Further attempts at a task that the machine, or a program, failed. */
export interface Retry {
  readonly times: number;
  /** Seconds before the first of them; it doubles each time. */
  readonly wait: number;
}

/** A program that a task starts. */
export interface Program {
  /** The last part of its path: what the key calls it. */
  readonly name: string;
  /** Absolute; null for a bare name, which is searched for where the task runs. */
  readonly path: string | null;
  /** As in the study. */
  readonly written: string;
  readonly span: Span;
}

/**
 * Where an input's value comes from.
 *
 * `literal` holds the canonical value: quantities as numbers in the interface's unit,
 * compositions as `{Fe: 0.9, C: 0.1}`. `expression` is evaluated by
 * `engine/study/expression.ts` once its operands are known, then coerced like a literal.
 */
export type Binding =
  | { readonly kind: 'literal'; readonly value: Json; readonly span: Span }
  | { readonly kind: 'file'; readonly path: string; readonly span: Span }
  | { readonly kind: 'output'; readonly task: TaskId; readonly output: string; readonly span: Span }
  /** All elements of the axes neither aligned nor named: keyed as a multiset of digests. */
  | { readonly kind: 'gather'; readonly elements: readonly Element[]; readonly span: Span }
  /** The value that a repeated step has in the turn that ended it. */
  | {
      readonly kind: 'settled';
      /** In each turn. */
      readonly values: readonly Binding[];
      readonly settling: Settling;
      readonly span: Span;
    }
  | { readonly kind: 'list'; readonly items: readonly Binding[]; readonly span: Span }
  | {
      readonly kind: 'map';
      readonly entries: { readonly [key: string]: Binding };
      readonly span: Span;
    }
  /** The first of these that no skipped task takes away. */
  | { readonly kind: 'first'; readonly options: readonly Binding[]; readonly span: Span }
  | {
      readonly kind: 'expression';
      readonly text: string;
      readonly operands: { readonly [name: string]: Binding };
      readonly span: Span;
    };

export type Element = Binding & { readonly kind: 'output' | 'settled' };

/** When a repeated step ends: one for each turn that it may have. */
export interface Settling {
  readonly turns: readonly {
    readonly until: Binding;
    /** Into this turn; null for the first. */
    readonly progress: Progress | null;
  }[];
}

/** What has to hold before a task runs. */
export type Condition = Binding | Progress;

/** Holds where a turn takes anything else than the turn before it did. */
export interface Progress {
  readonly kind: 'progress';
  readonly inputs: readonly {
    readonly field: InputField;
    /** Null where the turn before was not given it. */
    readonly before: Binding | null;
    readonly now: Binding;
  }[];
  readonly span: Span;
}
