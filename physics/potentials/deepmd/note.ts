/** What a curie model knows beyond its nets, as a text in an exported file. */
import type { Model } from '../deep/model.ts';
import type { Tree } from './tree.ts';

/** DeePMD-kit passes over it; importing the file gives it back. */
export type Note = Pick<Model, 'spin' | 'range' | 'shortRange'>;

export function noteOf({ spin, range, shortRange }: Model): string {
  const { volume, nearest, fractions, frames } = range;
  const note: Note = {
    spin,
    range: { volume, nearest, fractions, frames },
    shortRange: shortRange && { inner: shortRange.inner, outer: shortRange.outer },
  };
  return JSON.stringify(note);
}

/** Null where there is none: only files exported here have one. */
export function readNote(tree: Tree | undefined): Note | null {
  return typeof tree === 'string' ? JSON.parse(tree) : null;
}
