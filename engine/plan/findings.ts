/** What resolving the inputs of a task finds out: what it takes, what it waits for, what it lacks. */
import type { Content } from '../../cache/index.ts';
import type { Measured, OutputField } from '../step.ts';
import type { Binding, ExpandedStudy, Span, TaskId } from '../study/expanded.ts';
import type { Operand } from '../study/expression.ts';
import { type Given, givenBy, skippedIn, type Upstream } from './upstream.ts';

/** Where a digest in a key comes from, for explanations. */
export type Origin =
  | { readonly kind: 'file'; readonly path: string; readonly span: Span }
  | {
      readonly kind: 'output';
      readonly task: TaskId;
      readonly output: string;
      readonly span: Span;
    };

export interface NamedFile {
  readonly path: string;
  readonly digest: string;
}

/** A value that an inconclusive task lacks. */
export interface Lack {
  readonly by: TaskId;
  readonly output: string;
  readonly reason: string;
}

type OutputBinding = Binding & { readonly kind: 'output' };

/** What bytes are, and where. */
export interface Contents {
  /** Digest of a file that the study names. Throws what the user should read if it cannot. */
  contentOf(path: string): Content;
  /** Where stored bytes are. */
  pathOf(digest: string): string;
}

export class Findings {
  /** By digest. */
  readonly origins = new Map<string, Origin>();
  readonly files: NamedFile[] = [];
  readonly waiting = new Set<TaskId>();
  readonly missing: Lack[] = [];
  blockedBy: TaskId | undefined;
  skippedBy: TaskId | undefined;
  readonly #study: ExpandedStudy;
  readonly #contents: Contents;
  readonly #upstream: (task: TaskId) => Upstream;

  constructor(study: ExpandedStudy, contents: Contents, upstream: (task: TaskId) => Upstream) {
    this.#study = study;
    this.#contents = contents;
    this.#upstream = upstream;
  }

  /** What the task gave for an output; undefined, with the reason noted, if it gave nothing. */
  given({ task, output }: OutputBinding): Given | undefined {
    const given = givenBy(this.#upstream(task), output, (digest) => this.#contents.pathOf(digest));
    switch (given.kind) {
      case 'pending':
        this.waiting.add(task);
        return undefined;
      case 'failed':
        this.blockedBy ??= task;
        return undefined;
      case 'skipped':
        this.skippedBy ??= task;
        return undefined;
      default:
        return given;
    }
  }

  /** A skipped task without which a binding has no value; undefined if it may have one. */
  skippedIn(binding: Binding): TaskId | undefined {
    return skippedIn(binding, this.#upstream);
  }

  /** Whether an output is that of a failed task. */
  hasFailed(binding: Binding): boolean {
    return binding.kind === 'output' && this.#upstream(binding.task).kind === 'failed';
  }

  /** A file that the study names. */
  file({ path, span }: Binding & { readonly kind: 'file' }): Content {
    const content = this.#contents.contentOf(path);
    this.origins.set(content.digest, { kind: 'file', path, span });
    this.files.push({ path, digest: content.digest });
    return content;
  }

  lacks({ task, output }: Pick<OutputBinding, 'task' | 'output'>, reason: string): void {
    this.missing.push({ by: task, output, reason });
  }

  remember(digest: string, { task, output, span }: OutputBinding): void {
    this.origins.set(digest, { kind: 'output', task, output, span });
  }

  /** What a task gave as a number with its unit, where it is one. */
  operand(
    { task, output }: OutputBinding,
    { value }: Given & { readonly kind: 'value' | 'artifact' },
  ): Operand {
    const field: OutputField | undefined = this.#study.tasks[task]?.interface.outputs[output];
    if (field?.kind === 'measured' && isMeasured(value))
      return { value: value.value, unit: value.unit };
    return { value, unit: field?.kind === 'quantity' ? field.unit : null };
  }
}

function isMeasured(value: unknown): value is Measured {
  return (
    typeof value === 'object' &&
    value !== null &&
    'value' in value &&
    typeof value.value === 'number' &&
    'unit' in value &&
    typeof value.unit === 'string'
  );
}
