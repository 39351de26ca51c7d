/** A folder with the studies and steps that docs/own-steps.md shows, and frames for them. */
import { mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { frames, type Trial, trial } from './rig.ts';

const text = readFileSync(new URL('../../docs/own-steps.md', import.meta.url), 'utf8');

export function ownTrial(): Trial & { put(name: string, content: string): void } {
  const at = trial();
  const put = (name: string, content: string): void => {
    mkdirSync(dirname(at.path(name)), { recursive: true });
    at.write(name, content);
  };
  for (const [, example = ''] of text.matchAll(/```\w+\n(.*?)```/gs)) {
    const name = /^(?:#|\/\/) (\S+)\n/.exec(example)?.[1];
    put(name ?? 'study.yaml', name ? example : `curie: v1\nstudy: toy\nsteps:\n${example}`);
  }
  put('frames.extxyz', frames(5));
  return { ...at, put };
}
