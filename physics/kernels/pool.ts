/**
 * A compiled kernel on several threads over one shared memory.
 *
 * `run` calls an exported function on every thread as `entry(...args, thread, threads)` and
 * returns when all are done; the calling thread is thread 0. Helpers start in the background:
 * a call takes those that are up, so nothing waits for a thread to start. That is sound because
 * no kernel's result depends on the number of threads.
 */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';

/** Int32 words of the control block that the pool and its helpers share. */
export const GENERATION = 0;
export const RUNNING = 1;
export const THREADS = 2;
export const ENTRY = 3;
export const READY = 4;
export const STOPPED = 5;
export const FAILED = 6;
export const ARGUMENTS = 7;
/** Byte offset of the call's arguments (f64) in the control block. */
export const ARGUMENTS_OFFSET = 64;
const MOST_ARGUMENTS = 8;
/** Looks at a word this often before it sleeps: about 20 µs. */
export const SPINS = 4000;

/** What a helper is started with. */
export interface HelperData {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly control: SharedArrayBuffer;
  readonly entries: readonly string[];
}

export type Kernel = (...args: number[]) => number | undefined;

const modules = new Map<string, WebAssembly.Module>();

/** The compiled kernel `name`; compiled once a process. */
function kernelModule(name: string): WebAssembly.Module {
  let module = modules.get(name);
  if (module === undefined) {
    const file = fileURLToPath(new URL(`./build/${name}.wasm`, import.meta.url));
    if (!existsSync(file)) {
      throw new Error(`${file} is missing: run "npm run kernels", which compiles it`);
    }
    module = new WebAssembly.Module(readFileSync(file));
    modules.set(name, module);
  }
  return module;
}

/** Functions that a kernel exports, over the given memory. */
export function instantiate(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
): { readonly [entry: string]: Kernel } {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  return exports as { readonly [entry: string]: Kernel };
}

/** Waits while a control word has the given value. */
export function waitWhile(words: Int32Array, index: number, value: number): void {
  for (let k = 0; k < SPINS; k++) if (Atomics.load(words, index) !== value) return;
  while (Atomics.load(words, index) === value) Atomics.wait(words, index, value);
}

export class Pool {
  readonly memory: WebAssembly.Memory;
  readonly #module: WebAssembly.Module;
  readonly #exports: { readonly [entry: string]: Kernel };
  readonly #entries: readonly string[];
  readonly #words: Int32Array;
  readonly #arguments: Float64Array;
  readonly #helpers: Worker[] = [];
  #threads = 1;
  #used = 65536;

  /**
   * @param kernel    name of the file in `build/`
   * @param entries   exported functions that `run` may call
   * @param megabytes most memory the kernel may take
   */
  constructor(kernel: string, entries: readonly string[], megabytes = 2048) {
    this.#module = kernelModule(kernel);
    this.memory = new WebAssembly.Memory({ initial: 1, maximum: megabytes * 16, shared: true });
    this.#exports = instantiate(this.#module, this.memory);
    this.#entries = entries;
    const control = new SharedArrayBuffer(ARGUMENTS_OFFSET + 8 * MOST_ARGUMENTS);
    this.#words = new Int32Array(control);
    this.#arguments = new Float64Array(control, ARGUMENTS_OFFSET, MOST_ARGUMENTS);
  }

  /** How many threads the next `run` may use; more are started at once, none is ended. */
  setThreads(threads: number): void {
    this.#threads = Math.max(1, Math.floor(threads));
    while (this.#helpers.length < this.#threads - 1) {
      const data: HelperData = {
        module: this.#module,
        memory: this.memory,
        control: this.#words.buffer as SharedArrayBuffer,
        entries: this.#entries,
      };
      const file = import.meta.url.endsWith('.ts') ? './thread.ts' : './thread.js';
      const helper = new Worker(new URL(file, import.meta.url), { workerData: data });
      helper.unref();
      this.#helpers.push(helper);
    }
  }

  /**
   * Bytes of zeroed kernel memory, 64-byte aligned; never given back. Typed arrays made over
   * `memory.buffer` before stay valid for what they cover.
   *
   * @throws RangeError when the kernel's memory is full
   */
  allocate(bytes: number): number {
    const at = this.#used;
    this.#used = Math.ceil((at + bytes) / 64) * 64;
    const missing = this.#used - this.memory.buffer.byteLength;
    if (missing > 0) this.memory.grow(Math.ceil(missing / 65536));
    return at;
  }

  /** Calls `entry` on this thread alone. */
  call(entry: string, ...args: number[]): number {
    return this.#exports[entry]!(...args) ?? 0;
  }

  /** Calls `entry(...args, thread, threads)` on every thread; blocks until all have returned. */
  run(entry: string, ...args: number[]): void {
    const index = this.#entries.indexOf(entry);
    if (index < 0 || args.length > MOST_ARGUMENTS) throw new Error(`no such kernel call: ${entry}`);
    const words = this.#words;
    const threads = Math.min(this.#threads, 1 + Atomics.load(words, READY));
    if (threads > 1) {
      this.#arguments.set(args);
      words[ARGUMENTS] = args.length;
      words[ENTRY] = index;
      words[THREADS] = threads;
      Atomics.store(words, RUNNING, threads - 1);
      Atomics.add(words, GENERATION, 1);
      Atomics.notify(words, GENERATION);
    }
    this.#exports[entry]!(...args, 0, threads);
    if (threads > 1) {
      for (;;) {
        const running = Atomics.load(words, RUNNING);
        if (running === 0) break;
        waitWhile(words, RUNNING, running);
      }
      if (Atomics.load(words, FAILED) !== 0) throw new Error(`a thread failed in ${entry}`);
    }
  }

  /** Ends the helpers. The memory goes when nobody holds it. */
  close(): void {
    Atomics.store(this.#words, STOPPED, 1);
    Atomics.add(this.#words, GENERATION, 1);
    Atomics.notify(this.#words, GENERATION);
    this.#helpers.length = 0;
  }
}
