/**
 * The report: a run as one HTML file that needs no network. A view, not a task: it is written
 * again when what it shows has changed, and left alone otherwise.
 */
import {
  closeSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { type ActionRecord, type Content, canonicalJson, sha256 } from '../../cache/index.ts';
import type { Upstream } from '../plan/upstream.ts';
import type { RunEvent } from '../run/event.ts';
import type { Figure } from '../step.ts';
import type { ExpandedStudy } from '../study/expanded.ts';
import type { NamedContent } from './provenance.ts';

export interface ReportInput {
  readonly study: ExpandedStudy;
  /** The study file as it was read. */
  readonly text: string;
  /** How each task has ended, by its id. */
  readonly ended: readonly Upstream[];
  /** What the run said; empty for a page made without one. */
  readonly events: readonly RunEvent[];
  /** Files that the study names. */
  readonly files: readonly NamedContent[];
  /** The figures that a record names: its blob, read and parsed. */
  readonly figures: (of: Content) => readonly Figure[];
  /** Of curie. */
  readonly version: string;
  /** Where the page goes; its folder is made. */
  readonly out: string;
}

/** Raised when the page looks different for the same input. */
const REVISION = 1;
const MARK = '<!doctype html><!-- curie report ';

/**
 * Writes the page, unless it is there already for the same results and this run did nothing.
 * Then no plotting library is loaded, and no figure read.
 */
export async function writeReport(
  input: ReportInput,
): Promise<{ readonly path: string; readonly changed: boolean }> {
  const { out: path, events } = input;
  const digest = inputDigest(input);
  const worked = events.some(({ kind }) => kind === 'task-started');
  if (!worked && digestOnPage(path) === digest) return { path, changed: false };
  const { drawPage } = await import('./page.ts');
  const page = `${MARK}${digest} -->\n${await drawPage(input)}`;
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    writeFileSync(temporary, page);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  return { path, changed: true };
}

/** Of all that the page shows but for what the run did or restored. */
function inputDigest({ study, text, ended, events, files, version }: ReportInput): string {
  const record = ({ figures, outputs, key, provenance, warnings, outcome }: ActionRecord) => ({
    key,
    outcome,
    provenance,
    warnings,
    figures: figures?.digest ?? null,
    outputs: Object.entries(outputs).map(([name, { digest }]) => [name, digest]),
  });
  return sha256(
    canonicalJson([
      REVISION,
      version,
      text,
      study.name,
      study.profile,
      study.parameters,
      study.tasks.map(({ name }) => name),
      ended.map((end) => (end.kind === 'record' ? record(end.record) : { ...end })),
      events
        .filter(({ kind }) => kind === 'task-failed' || kind === 'task-blocked')
        .map((event) => ({ ...event, at: 0 })),
      files.map(({ path, digest }) => [path, digest]),
    ]),
  );
}

function digestOnPage(path: string): string | undefined {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return undefined;
  }
  try {
    const head = Buffer.alloc(MARK.length + 64);
    const size = readSync(file, head, 0, head.length, 0);
    const text = head.toString('utf8', 0, size);
    return text.startsWith(MARK) ? text.slice(MARK.length) : undefined;
  } finally {
    closeSync(file);
  }
}
