/**
 * How a step type is declared. The one engine file that steps import.
 *
 * An interface is data: the study's JSON Schema, editor completion, `curie steps NAME` and
 * the TypeScript types of a step's inputs all derive from it, so checking a study never loads
 * or runs the step's code (`run.ts`).
 */

/** Anything that JSON can hold. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };

/** A number that is known to be in unit `U`. Plain numbers fit; other units do not compile. */
export type Quantity<U extends string> = number & { readonly __unit?: U };

/** Bytes an upstream task or the user made: a file in the content store, read in place. */
export interface Artifact {
  /** Absolute path of a read-only file. */
  readonly path: string;
  /** Hex SHA-256 of the bytes. */
  readonly digest: string;
  readonly size: number;
}

/** Stands for the value that a variable of the environment has where the task runs. */
export interface Secret {
  readonly secret: string;
}

/**
 * A result with its uncertainty and the conditions it holds for. Small enough to live in the
 * task's record. Units are those users read (Å, K, GPa, g/cm³, mPa·s).
 */
export interface Measured {
  /** Name of the quantity as reference tables spell it: `density`, `lattice_parameter`. */
  readonly quantity: string;
  readonly value: number;
  readonly unit: string;
  /** One standard deviation, all contributions combined; null where none could be had. */
  readonly standard_error: number | null;
  /** The parts of the standard error, same unit: `statistical`, `committee`, `regression`. */
  readonly contributions: { readonly [part: string]: number };
  readonly effective_samples: number | null;
  /** What the value holds for: composition, temperature, pressure, phase, potential. */
  readonly conditions: { readonly [name: string]: Json };
  /** Marks that travel with the value, such as `outside training`. */
  readonly marks: readonly string[];
}

/** What a step sees of a measured value: the value, or why there is none. */
export type MeasuredInput =
  | { readonly kind: 'value'; readonly digest: string; readonly measured: Measured }
  | { readonly kind: 'missing'; readonly digest: string; readonly reason: string };

/** Physical dimensions that a study may state; `engine/study/units.ts` lists their units. */
export type Dimension =
  | 'temperature'
  | 'pressure'
  | 'length'
  | 'time'
  | 'energy'
  | 'force'
  | 'volume'
  | 'density'
  | 'viscosity'
  | 'mass'
  | 'fraction'
  | 'dimensionless';

/** One input of a step. `optional` inputs may be absent; a `default` fills in an absent one. */
export type InputField =
  | (Common & {
      readonly kind: 'quantity';
      readonly dimension: Dimension;
      readonly unit: string;
      readonly default?: number;
      readonly above?: number;
      readonly min?: number;
      readonly max?: number;
    })
  | (Common & {
      readonly kind: 'integer';
      readonly default?: number;
      readonly min?: number;
      readonly max?: number;
    })
  | (Common & {
      readonly kind: 'number';
      readonly default?: number;
      readonly above?: number;
      readonly min?: number;
      readonly max?: number;
    })
  | (Common & { readonly kind: 'boolean'; readonly default?: boolean })
  | (Common & {
      readonly kind: 'text';
      readonly default?: string;
      readonly pattern?: string;
      /** `{ secret: NAME }` fits too: a variable of the environment, whose value no key holds. */
      readonly secret?: true;
    })
  | (Common & {
      readonly kind: 'choice';
      readonly values: readonly string[];
      readonly default?: string;
    })
  /** `Fe90C10`, `Fe0.9C0.1` or `{ Fe: 0.9, C: 0.1 }`: atomic fractions, elements by name. */
  | (Common & { readonly kind: 'composition' })
  /** Output of another step, or `{ file: path }`. `type` must match the producer's output. */
  | (Common & { readonly kind: 'artifact'; readonly type: string })
  /** A file the user names by path; keyed by content. */
  | (Common & { readonly kind: 'file' })
  /** A measured value of another step. */
  | (Common & { readonly kind: 'measured' })
  /** One value or a list of values; a single one counts as a list of one. */
  | (Common & {
      readonly kind: 'list';
      readonly of: InputField;
      readonly min?: number;
      readonly default?: readonly Json[];
    })
  /** Named values of one kind. */
  | (Common & {
      readonly kind: 'map';
      readonly of: InputField;
      readonly default?: { readonly [key: string]: Json };
    })
  /** Any JSON, checked by the step itself. */
  | (Common & { readonly kind: 'json' });

interface Common {
  readonly about?: string;
  readonly optional?: boolean;
}

/** One output of a step. */
export type OutputField =
  /** A file; `type` says what it holds (`frames`, `model`, `state`); `extension` names results/. */
  | {
      readonly kind: 'artifact';
      readonly type: string;
      readonly extension: string;
      readonly about?: string;
    }
  | { readonly kind: 'measured'; readonly unit: string; readonly about?: string }
  | {
      readonly kind: 'quantity';
      readonly dimension: Dimension;
      readonly unit: string;
      readonly about?: string;
    }
  | { readonly kind: 'number' | 'integer' | 'text' | 'boolean' | 'json'; readonly about?: string };

/** A step type as data (`steps/NAME/interface.ts`); its code is named in the registry. */
export interface StepDeclaration {
  readonly type: string;
  /** Raised whenever the same inputs may give other bytes; part of every key. */
  readonly revision: number;
  readonly about: string;
  readonly inputs: { readonly [name: string]: InputField };
  readonly outputs: { readonly [name: string]: OutputField };
  /** Threads the step can use; results never depend on how many it gets. Memory in MB. */
  readonly resources: {
    readonly threads: { readonly min: number; readonly max: number };
    readonly memory: number;
    readonly gpu?: 'optional';
  };
  readonly determinism: 'exact' | 'statistical';
  /** DOIs of the methods used. */
  readonly cites: readonly string[];
}

/** A declared step with the way to its code, as the registry (`steps/index.ts`) holds it. */
export interface StepInterface extends StepDeclaration {
  /** Loads the code. Called in worker processes only. */
  readonly load: () => Promise<{ readonly run: RunStep }>;
}

/** Declares a step type; keeps the literal types, so that `Inputs<typeof npt>` is exact. */
export function defineStep<const I extends StepDeclaration>(step: I): I {
  return step;
}

type FieldValue<F> = F extends { kind: 'quantity'; unit: infer U extends string }
  ? Quantity<U>
  : F extends { kind: 'integer' | 'number' }
    ? number
    : F extends { kind: 'boolean' }
      ? boolean
      : F extends { kind: 'choice'; values: readonly (infer V)[] }
        ? V
        : F extends { kind: 'text' }
          ? F extends { secret: true }
            ? string | Secret
            : string
          : F extends { kind: 'composition' }
            ? { readonly [element: string]: number }
            : F extends { kind: 'artifact' | 'file' }
              ? Artifact
              : F extends { kind: 'measured' }
                ? MeasuredInput
                : F extends { kind: 'list'; of: infer O }
                  ? readonly FieldValue<O>[]
                  : F extends { kind: 'map'; of: infer O }
                    ? { readonly [key: string]: FieldValue<O> }
                    : Json;

/** What `run` receives: quantities as numbers in the interface's unit, defaults filled in. */
export type Inputs<I extends StepDeclaration> = {
  readonly [K in keyof I['inputs']]: I['inputs'][K] extends { optional: true }
    ? FieldValue<I['inputs'][K]> | undefined
    : FieldValue<I['inputs'][K]>;
};

/** What a step hands over for each output: artifacts by file name inside `task.folder`. */
export type OutputValue = { readonly file: string } | Measured | Json;

/**
 * How a run of a step ended. `inconclusive`: the run was sound but cannot support its number;
 * it is kept like a result, with its reason and whatever outputs exist. A failure is thrown:
 * `StepError` for what the user can mend, anything else is a bug.
 */
export type Outcome =
  | {
      readonly kind: 'done';
      readonly outputs: { readonly [name: string]: OutputValue };
      readonly figures?: readonly Figure[];
    }
  | {
      readonly kind: 'inconclusive';
      readonly reason: string;
      readonly outputs?: { readonly [name: string]: OutputValue };
      readonly figures?: readonly Figure[];
    };

export type RunStep = (inputs: never, task: TaskContext) => Promise<Outcome>;

/** What the engine gives a running step. */
export interface TaskContext {
  /** Empty folder of this attempt; outputs and scratch files go here. */
  readonly folder: string;
  /** Cores granted now. May change between calls; must never influence a result. */
  threads(): number;
  /** Device the step may use, as its UUID; absent without one. */
  readonly gpu?: string;
  readonly checkpoint: {
    /** The last saved checkpoint of this very action, if an earlier attempt left one. */
    load(): Uint8Array | undefined;
    /** True when enough time has passed since the last save; cheap, call it often. */
    due(): boolean;
    save(bytes: Uint8Array): void;
  };
  /** Live state for the terminal; reaches no result. `fraction` of the work done, 0 to 1. */
  progress(fraction: number, text?: string): void;
  /** Shown to the user and kept in the log. */
  warn(message: string): void;
  /** A line for the log of this attempt; reaches no result. */
  print(line: string): void;
  /** Throws when the engine has asked the step to stop; call between blocks of work. */
  throwIfStopped(): void;
  /** A process group that the step has started: it dies with the step, however that ends. */
  group(leader: number): void;
}

/** A failure whose message is meant for the user: what was wrong, where, what to do. */
export class StepError extends Error {
  override readonly name = 'StepError';
}

// ── Figures ─────────────────────────────────────────────────────────────────────────────────
// Tables plus kind, axes and units. Styling lives in the report, so restyling reruns nothing.

export interface Axis {
  readonly label: string;
  readonly unit?: string;
  readonly scale?: 'linear' | 'log';
}

export interface Series {
  readonly name: string;
  readonly mark: 'line' | 'dots';
  /** What the series stands for; the report picks colours and order by it. */
  readonly role: 'measured' | 'reference' | 'fit' | 'limit';
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** Half-width of the error bar (dots) or band (line), one standard deviation. */
  readonly error?: readonly number[];
}

export type Cell =
  | null
  | string
  | { readonly value: number; readonly error?: number | null; readonly unit?: string }
  /** A measured value of another task: the report shows that task's labels. */
  | { readonly source: string }
  | { readonly verdict: string; readonly tone: 'good' | 'bad' | 'neutral' };

export type Figure =
  | {
      readonly kind: 'plot';
      readonly id: string;
      readonly title: string;
      readonly caption?: string;
      readonly x: Axis;
      readonly y: Axis;
      readonly series: readonly Series[];
      /** Same scale on both axes and the diagonal drawn: parity plots. */
      readonly parity?: boolean;
    }
  | {
      readonly kind: 'table';
      readonly id: string;
      readonly title: string;
      readonly caption?: string;
      readonly columns: readonly { readonly label: string; readonly unit?: string }[];
      readonly rows: readonly (readonly Cell[])[];
      /**
       * One row for each source, to be shown with sources side by side where their labels differ
       * in one axis: column `source` names the source, those in `same` are shared by all sources.
       */
      readonly sideBySide?: { readonly same: readonly number[]; readonly source: number };
    }
  /** Atoms seen along one axis, coloured by group: coexistence pictures. Lengths in Å. */
  | {
      readonly kind: 'atoms';
      readonly id: string;
      readonly title: string;
      readonly caption?: string;
      readonly width: number;
      readonly height: number;
      readonly groups: readonly {
        readonly name: string;
        readonly x: readonly number[];
        readonly y: readonly number[];
      }[];
    };
