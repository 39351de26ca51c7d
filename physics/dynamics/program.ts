/**
 * A simulation in several segments (melt, cool, one production for each member of a committee),
 * which can stop at any block and go on later to the same bits.
 *
 * The program is a pure function of what has been done: given the finished segments it names the
 * next one, so a continued run finds its way without anything else being saved.
 */
import type { ForceField } from '../potentials/force-field.ts';
import { type Limits, type Sample, simulate } from './driver.ts';
import type { Ensemble } from './ensemble.ts';
import { type Header, type PackedRecord, pack, unpack } from './record.ts';
import { type State, stateFromRecord, stateToRecord } from './state.ts';
import type { Units } from './units.ts';

/** Rows of numbers taken while a segment runs. */
export interface Recorder {
  readonly name: string;
  /** A row after each step whose number is a multiple of it. */
  readonly every: number;
  readonly columns: number;
  /**
   * Fills a row. `origin`: the positions at the segment's start.
   * @returns why the run must end here, if it must
   */
  readonly row: (sample: Sample, into: Float64Array, origin: Float64Array) => string | null;
}

export interface Segment {
  readonly name: string;
  /** Which member of the committee drives it. */
  readonly member: number;
  readonly ensemble: Ensemble;
  readonly steps: number;
  /** fs */
  readonly timestep: number;
  /** The state it starts from: a fresh one, whose step is set to 0. */
  readonly start: () => State;
  readonly recorders: readonly Recorder[];
  readonly limits?: Limits;
}

/** A segment that was run, whole or until it ran away. */
export interface Finished {
  readonly name: string;
  readonly member: number;
  /** fs */
  readonly timestep: number;
  /** At its end. */
  readonly state: State;
  /** By recorder: rows one after another. */
  readonly rows: { readonly [recorder: string]: Float64Array };
}

/** The next segment; `stop` ends the program for a reason; null when all is done. */
export type Program = (done: readonly Finished[]) => Segment | { readonly stop: string } | null;

export type ProgramEnding =
  | { readonly kind: 'finished'; readonly done: readonly Finished[] }
  /** The program itself said stop. */
  | { readonly kind: 'stopped'; readonly reason: string; readonly done: readonly Finished[] }
  /** `last.state` is the frame at which it was seen. */
  | {
      readonly kind: 'runaway';
      readonly reason: string;
      readonly done: readonly Finished[];
      readonly last: Finished;
    };

export interface Hooks {
  /** Forces by one member; asked again for each segment. */
  readonly field: (member: number) => ForceField;
  /** Bytes of a `save` of an earlier attempt. */
  readonly resume?: Uint8Array | undefined;
  /** After each block of steps; may throw to stop. `save` makes the bytes to continue from. */
  readonly between?: (progress: Progress, save: () => Uint8Array) => void | Promise<void>;
  readonly units?: Units;
}

/** How far a program has come. */
export interface Progress {
  readonly done: readonly Finished[];
  readonly segment: Segment;
  readonly state: State;
  /** Of the segment. */
  readonly step: number;
  /** Last seen: K and Å³; NaN before the first sample. */
  readonly temperature: number;
  readonly volume: number;
}

/** Rows that grow. */
interface Table {
  values: Float64Array;
  used: number;
}

interface Run {
  readonly done: Finished[];
  current: {
    readonly state: State;
    readonly origin: Float64Array;
    readonly tables: readonly Table[];
  } | null;
}

/** Steps between two calls of `between`: often enough to stop at once, seldom enough to be free. */
const BLOCK = 50;

/** Runs a program to its end. */
export async function runProgram(program: Program, hooks: Hooks): Promise<ProgramEnding> {
  const run: Run = { done: [], current: null };
  if (hooks.resume) restore(hooks.resume, program, run);
  for (;;) {
    const { done } = run;
    const next = program(done);
    if (next === null) return { kind: 'finished', done };
    if ('stop' in next) return { kind: 'stopped', reason: next.stop, done };
    const reason = await runSegment(next, run, hooks);
    const { state, tables } = run.current!;
    const finished: Finished = {
      name: next.name,
      member: next.member,
      timestep: next.timestep,
      state,
      rows: Object.fromEntries(
        next.recorders.map(({ name }, k) => [name, tables[k]!.values.slice(0, tables[k]!.used)]),
      ),
    };
    run.current = null;
    if (reason !== null) return { kind: 'runaway', reason, done, last: finished };
    done.push(finished);
  }
}

/** Begins or continues a segment; why it ran away, if it did. */
async function runSegment(segment: Segment, run: Run, hooks: Hooks): Promise<string | null> {
  if (run.current === null) {
    const state = segment.start();
    state.step = 0;
    run.current = {
      state,
      origin: state.positions.slice(),
      tables: segment.recorders.map(() => ({ values: new Float64Array(64), used: 0 })),
    };
  }
  const { state, origin, tables } = run.current;
  let [temperature, volume] = [Number.NaN, Number.NaN];
  const check = (sample: Sample): string | null => {
    temperature = sample.temperature;
    volume = sample.volume;
    for (let k = 0; k < tables.length; k++) {
      const { every, columns, row } = segment.recorders[k]!;
      if (sample.step % every !== 0) continue;
      const reason = row(sample, newRow(tables[k]!, columns), origin);
      if (reason !== null) return reason;
    }
    return null;
  };
  const { ensemble, timestep, limits } = segment;
  const ending = await simulate(state, hooks.field(segment.member), ensemble, {
    steps: segment.steps - state.step,
    timestep,
    every: segment.recorders.reduce(
      (every, recorder) => commonDivisor(every, recorder.every),
      BLOCK,
    ),
    check,
    block: BLOCK,
    between: () =>
      hooks.between?.(
        { done: run.done, segment, state, step: state.step, temperature, volume },
        () => save(run),
      ),
    ...(limits ? { limits } : {}),
    ...(hooks.units ? { units: hooks.units } : {}),
  });
  return ending.kind === 'runaway'
    ? `${segment.name}, step ${ending.step}: ${ending.reason}`
    : null;
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}

/** Room for one more row. */
function newRow(table: Table, columns: number): Float64Array {
  if (table.used + columns > table.values.length) {
    const larger = new Float64Array(2 * table.values.length + columns);
    larger.set(table.values);
    table.values = larger;
  }
  table.used += columns;
  return table.values.subarray(table.used - columns, table.used);
}

// ── Bytes ───────────────────────────────────────────────────────────────────────────────────

function save({ done, current }: Run): Uint8Array {
  const arrays: { [name: string]: Float64Array } = {};
  const put = (prefix: string, record: PackedRecord): Header => {
    for (const [name, values] of Object.entries(record.arrays))
      arrays[`${prefix}/${name}`] = values;
    return record.header;
  };
  const finished = done.map((segment, k) => {
    put(`${k}/rows`, { header: null, arrays: segment.rows });
    const { name, member, timestep } = segment;
    return {
      name,
      member,
      timestep,
      state: put(`${k}/state`, stateToRecord(segment.state)),
      recorders: Object.keys(segment.rows),
    };
  });
  let running: Header = null;
  if (current) {
    arrays['now/origin'] = current.origin;
    current.tables.forEach((table, k) => {
      arrays[`now/${k}`] = table.values.subarray(0, table.used);
    });
    running = {
      state: put('now/state', stateToRecord(current.state)),
      tables: current.tables.length,
    };
  }
  return pack({ header: { program: 1, finished, running }, arrays });
}

interface SavedHeader {
  readonly program?: number;
  readonly finished: readonly {
    readonly name: string;
    readonly member: number;
    readonly timestep: number;
    readonly state: Header;
    readonly recorders: readonly string[];
  }[];
  readonly running: { readonly state: Header; readonly tables: number } | null;
}

function restore(bytes: Uint8Array, program: Program, run: Run): void {
  const { header: saved, arrays } = unpack<SavedHeader>(bytes);
  if (saved.program !== 1) throw new Error('these bytes are no saved program');
  const take = (name: string): Float64Array => {
    const values = arrays[name];
    if (!values) throw new Error(`the saved program lacks ${name}`);
    return values;
  };
  const stateOf = (prefix: string, header: Header): State => {
    const within = Object.keys(arrays).filter((name) => name.startsWith(`${prefix}/`));
    return stateFromRecord({
      header,
      arrays: Object.fromEntries(within.map((name) => [name.slice(prefix.length + 1), take(name)])),
    });
  };
  saved.finished.forEach(({ name, member, timestep, state, recorders }, k) => {
    const rows = Object.fromEntries(
      recorders.map((recorder) => [recorder, take(`${k}/rows/${recorder}`)]),
    );
    run.done.push({ name, member, timestep, state: stateOf(`${k}/state`, state), rows });
  });
  const next = program(run.done);
  if (saved.running && next !== null && !('stop' in next)) {
    run.current = {
      state: stateOf('now/state', saved.running.state),
      origin: take('now/origin'),
      tables: next.recorders.map((_, k) => {
        const values = take(`now/${k}`);
        return { values, used: values.length };
      }),
    };
  }
}
