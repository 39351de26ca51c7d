/**
 * What is written down of every built-in step in revisions.json, and what a change means: a key
 * holds the revision of a step and not its code, so a change of the code that can give other bytes
 * must raise the revision, or old results would pass for new ones.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { steps } from '../../steps/index.ts';
import { closureDigest } from './closure.ts';
import { type Golden, goldenRun } from './golden.ts';

/** A step as it is, or as it was when it was recorded. */
export interface Recorded extends Golden {
  readonly revision: number;
  readonly code: string;
}

export type Records = { readonly [step: string]: Recorded };

const FILE = new URL('revisions.json', import.meta.url);

export function readRecords(): Records {
  return JSON.parse(readFileSync(FILE, 'utf8'));
}

export function writeRecords(records: Records): void {
  writeFileSync(FILE, `${JSON.stringify(records, null, 2)}\n`);
}

/** All built-in steps as they are now. */
export function present(): Records {
  const golden = goldenRun();
  return Object.fromEntries(
    steps.map((step) => {
      const ran = golden.get(step.type);
      if (ran === undefined) throw new Error(`golden.yaml does not use ${step.type}`);
      return [step.type, { revision: step.revision, code: closureDigest(step), ...ran }];
    }),
  );
}

/** What a step is, against its record. */
export type Change =
  | 'none'
  /** Nothing is promised yet: it is new, or its revision has risen, or only what it takes changed. */
  | 'to-record'
  /** Other code, the same golden run: whether it is equivalent, its author knows. */
  | 'code'
  /** The same inputs give other bytes. */
  | 'bytes';

export function changeOf(was: Recorded | undefined, now: Recorded): Change {
  if (was === undefined || was.revision !== now.revision) return 'to-record';
  const sameInputs = was.inputs === now.inputs;
  if (sameInputs && differing(was, now).length > 0) return 'bytes';
  if (was.code !== now.code) return 'code';
  return sameInputs ? 'none' : 'to-record';
}

/** What the author of a change has to do; undefined if nothing. */
export function advice(step: string, was: Recorded | undefined, now: Recorded): string | undefined {
  const record = `node test/steps/revisions.ts ${step}`;
  const raise = `raise its revision in steps/${step}/interface.ts and run: ${record}`;
  switch (changeOf(was, now)) {
    case 'none':
      return undefined;
    case 'to-record':
      return `${step}, revision ${now.revision}, is not in test/steps/revisions.json as it is; run: ${record}`;
    case 'bytes':
      return `${step} gives other bytes than revision ${now.revision} did (${differing(was!, now).join(', ')}); ${raise}`;
    case 'code':
      return `the code of ${step} is not that of revision ${now.revision}. If it can give other bytes, ${raise}. If it cannot, run: node test/steps/revisions.ts --equivalent ${step}`;
  }
}

function differing(was: Golden, now: Golden): string[] {
  return [...new Set([...Object.keys(was.gives), ...Object.keys(now.gives)])].filter(
    (output) => was.gives[output] !== now.gives[output],
  );
}
