/** A folder in which `curie` is called as a user calls it: the real program, its exact output. */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';

export const MAIN = fileURLToPath(new URL('../../engine/cli/main.ts', import.meta.url));

/** Nobody, where the suite runs as root, whom no permission binds. */
export const NOBODY = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};

export interface Called {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface How {
  /** Folder to be in, from that of the trial. */
  readonly from?: string;
  readonly env?: { readonly [name: string]: string };
  readonly asNobody?: boolean;
}

export interface Trial {
  readonly folder: string;
  path(name: string): string;
  write(name: string, content: string, mode?: number): void;
  read(name: string): string;
  curie(args: readonly string[], how?: How): Promise<Called>;
  /** Starts and does not wait. */
  start(args: readonly string[], how?: How): Running;
  /** What is the same in every run: this folder is `HERE`, times and digests have no digits. */
  steady(text: string): string;
  close(): void;
}

export interface Running {
  readonly process: ChildProcess;
  readonly ended: Promise<Called>;
  /** Resolves when the output so far matches. */
  until(what: RegExp): Promise<void>;
}

export function trial(): Trial {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'curie-cli-')));
  chmodSync(folder, 0o755);
  const path = (name: string): string => join(folder, name);
  const start = (args: readonly string[], how: How = {}): Running => {
    const child = spawn(process.execPath, [MAIN, ...args], {
      cwd: path(how.from ?? '.'),
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH, HOME: folder, ...how.env },
      ...(how.asNobody && NOBODY),
    });
    let [stdout, stderr] = ['', ''];
    let look = (): void => {};
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text;
      look();
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      stderr += text;
      look();
    });
    const ended = new Promise<Called>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code) => resolve({ code, stdout, stderr }));
    });
    const until = (what: RegExp): Promise<void> =>
      new Promise((resolve, reject) => {
        look = () => {
          if (what.test(stdout + stderr)) resolve();
        };
        look();
        void ended.then(() => reject(new Error(`ended before ${what}:\n${stdout}${stderr}`)));
      });
    return { process: child, ended, until };
  };
  return {
    folder,
    path,
    write: (name, content, mode = 0o644) => writeFileSync(path(name), content, { mode }),
    read: (name) => readFileSync(path(name), 'utf8'),
    curie: async (args, how) => {
      const called = await start(args, how).ended;
      assert.not.match(called.stderr, /^ +at .*:\d+:\d+\)?$/m, 'a stack trace is not for users');
      return called;
    },
    start,
    steady: (text) =>
      text
        .replaceAll(folder, 'HERE')
        .replace(/\d{8}T\d{6}\.\d{3}Z-\d+/g, 'RUN')
        .replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, 'DATE')
        .replace(/^ *\d+\.\d s /gm, 'TIME ')
        .replace(/(\d+ min )?\d+(\.\d)?\u202Fs\b/g, 'TIME')
        .replace(/\b[0-9a-f]{64}\b/g, 'DIGEST')
        .replace(/\b[0-9a-f]{12}\b/g, 'DIGEST'),
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Iron in cells of 1.00, 1.01, 1.02 … times 2.8 Å, as extended XYZ. */
export function frames(count: number): string {
  return Array.from({ length: count }, (_, k) => {
    const a = (2.8 + 0.028 * k).toFixed(3);
    return `2
Lattice="${a} 0 0 0 ${a} 0 0 0 ${a}" Properties=species:S:1:pos:R:3:forces:R:3 energy=${-16 - 0.1 * k}
Fe 0 0 0 0 0 0
Fe 1.4 1.4 1.4 0 0 0
`;
  }).join('');
}

/** Expects what a call printed on standard output, and nothing else. */
export function expectOutput(of: Trial, called: Called, stdout: string, code = 0): void {
  assert.fixture(of.steady(called.stderr), '');
  assert.fixture(of.steady(called.stdout), stdout);
  assert.is(called.code, code);
}

/** Expects what a call that was refused printed on standard error, and nothing else. */
export function expectRefusal(of: Trial, called: Called, stderr: string, code = 2): void {
  assert.fixture(of.steady(called.stderr), stderr);
  assert.fixture(of.steady(called.stdout), '');
  assert.is(called.code, code);
}
