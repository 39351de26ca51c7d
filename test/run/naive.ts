/**
 * What a run of a study must do, computed the naive way: every task again from what it takes, and
 * a plain memory of what was done before and which bytes are left. Shares no code with the engine.
 */

/** One task of a random study. Takes only from tasks before it. */
export interface Node {
  readonly mark: string;
  /** Characters of the text that stay: makes different inputs give the same bytes. */
  readonly keep: number;
  /** Gives no value. */
  readonly open: boolean;
  /** Has a figure. */
  readonly figure: boolean;
  readonly file: number | undefined;
  /** Texts of these, in this order. */
  readonly takes: readonly number[];
  /** Texts of these, in any order; undefined without such an input. */
  readonly gathers: readonly number[] | undefined;
  /** Goes on without those of `gathers` that failed. */
  readonly partial: boolean;
  /** The number that this one measured. */
  readonly needs: number | undefined;
  /** Or this one, where that was skipped. */
  readonly orElse: number | undefined;
  /** What these measured, or why they could not. */
  readonly lists: readonly number[];
  readonly after: readonly number[];
  /** Is skipped unless `of` measured more than `above`. */
  readonly when: { readonly of: number; readonly above: number } | undefined;
}

export interface World {
  readonly nodes: readonly Node[];
  readonly files: readonly string[];
  /** Marks whose steps fail at present. */
  readonly failing: ReadonlySet<string>;
  readonly revision: number;
  readonly forced: ReadonlySet<number>;
}

/** Stands for what the inconclusive action number `of` could not give. */
interface Lack {
  readonly lacks: 'out' | 'value';
  readonly of: number;
  readonly reason: string;
}

/** All that decides what a step gives. */
interface Inputs {
  readonly mark: string;
  readonly keep: number;
  readonly open: boolean;
  readonly figure: boolean;
  readonly file: string | null;
  readonly parts: readonly (string | Lack)[];
  readonly bag: readonly (string | Lack)[] | null;
  readonly need: number | Lack | null;
  readonly list: readonly (number | Lack)[];
}

/** What a step gives, here and in the steps that the engine runs; `bag` comes in any order. */
export function textOf(inputs: {
  readonly mark: string;
  readonly keep: number;
  readonly file: string | null;
  readonly parts: readonly string[];
  readonly bag: readonly string[] | null;
  readonly need: number | null;
  readonly list: readonly (number | string)[];
}): string {
  const { mark, keep, file, parts, bag, need, list } = inputs;
  const bagged = bag === null ? 'no bag' : `bag of ${[...bag].sort().join(' ')}`;
  return `${mark}(${[file, ...parts, bagged, need, ...list].join(',')})`.slice(0, keep);
}

/** Few different numbers, so that other texts often measure the same. */
export function numberOf(text: string): number {
  let sum = 0;
  for (const character of text) sum += character.codePointAt(0)!;
  return 1000 + (sum % 3);
}

/** A figure as the bytes that are stored. */
export function figureOf(text: string): string {
  return JSON.stringify([{ columns: [], id: 'text', kind: 'table', rows: [], title: text }]);
}

export function reasonOf(mark: string): string {
  return `the plateau of ${mark} is ambiguous`;
}

export type End =
  | {
      readonly kind: 'record';
      readonly action: number;
      readonly text: string;
      readonly value: number | undefined;
      readonly reason: string | undefined;
    }
  | { readonly kind: 'unrun'; readonly action: number; readonly reason: string }
  | { readonly kind: 'failed'; readonly action: number }
  | { readonly kind: 'blocked' | 'skipped' };

/** What became of a run, asked only where chance decides. */
export interface Seen {
  /** Bytes that steps gave. */
  readonly given: ReadonlySet<string>;
  readonly failed: ReadonlySet<number>;
}

/** How often an action must have been executed in a run, at least and at most. */
export interface Times {
  readonly least: number;
  readonly most: number;
}

export interface Prediction {
  readonly ends: readonly End[];
  /** By action; what is not here must not be executed. */
  readonly times: ReadonlyMap<number, Times>;
}

interface Given {
  readonly text: string;
  readonly figure: string | undefined;
}

export class Naive {
  /** What each action gives, whether done or not. */
  readonly #gives = new Map<number, Given>();
  readonly #numbers = new Map<string, number>();
  /** Actions with a record. */
  readonly done = new Set<number>();
  /** Bytes that are there and right. */
  readonly bytes = new Set<string>();

  /** Bytes that an action's result needs. */
  blobsOf(action: number): string[] {
    const given = this.#gives.get(action);
    if (given === undefined) return [];
    return given.figure === undefined ? [given.text] : [given.text, given.figure];
  }

  /** Everything that was ever given. */
  allBlobs(): Set<string> {
    return new Set([...this.#gives.keys()].flatMap((action) => this.blobsOf(action)));
  }

  /** What a run gives and executes. */
  predict(world: World, seen: Seen): Prediction {
    const ends: End[] = [];
    for (const task of world.nodes.keys()) ends.push(this.#end(task, world, ends, seen));
    return { ends, times: this.#times(world, ends, seen) };
  }

  /** Remembers what a run gave that ended as predicted. */
  remember({ ends }: Prediction): void {
    for (const end of ends) {
      if (end.kind !== 'record') continue;
      this.done.add(end.action);
      for (const blob of this.blobsOf(end.action)) this.bytes.add(blob);
    }
  }

  #end(task: number, world: World, ends: readonly End[], seen: Seen): End {
    const node = world.nodes[task]!;
    const is = (other: number, ...kinds: readonly End['kind'][]): boolean =>
      kinds.includes(ends[other]!.kind);
    const bad = (other: number): boolean => is(other, 'failed', 'blocked');
    if (node.after.some(bad)) return { kind: 'blocked' };
    const value = (other: number): number | Lack => {
      const end = ends[other]!;
      return end.kind === 'record' && end.value !== undefined ? end.value : lackOf('value', end);
    };
    const { when } = node;
    const asked =
      when === undefined || is(when.of, 'skipped') || bad(when.of) ? null : value(when.of);
    if (typeof asked === 'number' && asked <= when!.above) return { kind: 'skipped' };
    const there = node.gathers?.filter((other) => !is(other, 'skipped'));
    const gathers = there?.filter((other) => !(node.partial && bad(other)));
    const options =
      node.needs === undefined
        ? []
        : [node.needs, node.orElse].filter((other) => other !== undefined);
    const needs = options.find((other) => !is(other, 'skipped')) ?? options[0];
    const needed = [
      ...(when === undefined ? [] : [when.of]),
      ...node.takes,
      ...(there?.length === 0 ? node.gathers! : (gathers ?? [])),
      ...(needs === undefined ? [] : [needs]),
      ...node.lists,
    ];
    if (needed.some((other) => is(other, 'skipped'))) return { kind: 'skipped' };
    if (needed.some(bad)) return { kind: 'blocked' };
    const text = (other: number): string | Lack => {
      const end = ends[other]!;
      return end.kind === 'record' ? end.text : lackOf('out', end);
    };
    const inputs: Inputs = {
      mark: node.mark,
      keep: node.keep,
      open: node.open,
      figure: node.figure,
      file: node.file === undefined ? null : world.files[node.file]!,
      parts: node.takes.map(text),
      bag: gathers?.map(text).sort(byMeaning) ?? null,
      need: needs === undefined ? null : value(needs),
      list: node.lists.map(value),
    };
    const lacking = [asked, ...inputs.parts, ...(inputs.bag ?? []), inputs.need].find(isLack);
    const action = this.#numberOf(inputs, world.revision, lacking?.reason);
    if (lacking !== undefined) return { kind: 'unrun', action, reason: lacking.reason };
    if (this.#fails(task, action, world, seen)) return { kind: 'failed', action };
    const given = textOf({
      ...inputs,
      parts: inputs.parts.filter(isText),
      bag: inputs.bag?.filter(isText) ?? null,
      need: isLack(inputs.need) ? null : inputs.need,
      list: inputs.list.map((each) => (isLack(each) ? each.reason : each)),
    });
    this.#gives.set(action, {
      text: given,
      figure: node.figure ? figureOf(given) : undefined,
    });
    return {
      kind: 'record',
      action,
      text: given,
      value: node.open ? undefined : numberOf(given),
      reason: node.open ? reasonOf(node.mark) : undefined,
    };
  }

  #fails(task: number, action: number, world: World, seen: Seen): boolean {
    if (!world.failing.has(world.nodes[task]!.mark)) return false;
    if (world.forced.has(task)) return true;
    if (this.#isHit(action)) return false;
    return this.#mayBeMended(action, seen) ? seen.failed.has(task) : true;
  }

  #isHit(action: number): boolean {
    return this.done.has(action) && this.blobsOf(action).every((blob) => this.bytes.has(blob));
  }

  /**
   * True if only bytes of the action's result are lost and some step has given the same in this
   * run: whether before or after the action was looked at, who knows.
   */
  #mayBeMended(action: number, { given }: Seen): boolean {
    if (!this.done.has(action)) return false;
    return this.blobsOf(action).every((blob) => this.bytes.has(blob) || given.has(blob));
  }

  #times(world: World, ends: readonly End[], seen: Seen): Map<number, Times> {
    const tasks = new Map<number, number[]>();
    for (const [task, end] of ends.entries())
      if (end.kind === 'record' || end.kind === 'failed')
        tasks.set(end.action, [...(tasks.get(end.action) ?? []), task]);
    const times = new Map<number, Times>();
    for (const [action, all] of tasks) {
      const forced = all.filter((task) => world.forced.has(task)).length;
      const others = all.length - forced;
      // Others come down to one execution, unless it fails and each tries for itself.
      const failing = world.failing.has(world.nodes[all[0]!]!.mark);
      const most = failing ? others : Math.min(1, others);
      if (this.#isHit(action)) times.set(action, { least: forced, most: forced });
      else if (this.#mayBeMended(action, seen))
        times.set(action, { least: forced, most: forced + most });
      else
        times.set(action, {
          least: failing ? all.length : Math.max(1, forced),
          most: forced + most,
        });
    }
    return times;
  }

  /** The same number for the same inputs. */
  #numberOf(inputs: Inputs, revision: number, unrun: string | undefined): number {
    // A lack is known by who lacks it, not by the words for it.
    const known = JSON.stringify(inputs, (name, value: unknown) =>
      name === 'reason' ? undefined : value,
    );
    const text = JSON.stringify([revision, known, unrun]);
    const number = this.#numbers.get(text) ?? this.#numbers.size;
    this.#numbers.set(text, number);
    return number;
  }
}

function lackOf(lacks: 'out' | 'value', end: End): Lack {
  if (end.kind === 'record') return { lacks, of: end.action, reason: end.reason ?? '' };
  if (end.kind === 'unrun') return { lacks, of: end.action, reason: end.reason };
  throw new Error(`a task that is ${end.kind} lacks nothing`);
}

function isLack(part: string | number | Lack | null): part is Lack {
  return typeof part === 'object' && part !== null;
}

function isText(part: string | Lack): part is string {
  return typeof part === 'string';
}

/** Any order will do, as long as the names and the order of the study are not in it. */
function byMeaning(a: string | Lack, b: string | Lack): number {
  const [x, y] = [a, b].map((part) => (isLack(part) ? `${part.reason} ${part.of}` : part));
  return x! < y! ? -1 : x! > y! ? 1 : 0;
}
