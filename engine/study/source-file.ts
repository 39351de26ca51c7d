/** A study, a protocol or the interface of a step from disk: bytes -> checked nodes. */
import type { Problems, ReadFile } from './diagnostic.ts';
import type { Span } from './expanded.ts';
import type { Mapping, Node } from './node.ts';
import { decode, parse } from './parse.ts';
import { checkKind, checkShape, checkVersion, type Kind, SCHEMAS } from './shape.ts';

/**
 * The mapping that a file holds; undefined, with the reason in `problems`, if it holds none.
 *
 * @param at  where the file is named, for one that cannot be read
 */
export function readSource(
  file: string,
  kind: Kind,
  at: Span,
  read: ReadFile,
  problems: Problems,
): Mapping | undefined {
  const root = readRoot(file, kind, at, read, problems);
  if (root === undefined || !checkVersion(root, problems)) return undefined;
  if (!checkKind(root, kind, problems)) return undefined;
  checkShape(root, `the ${kind}`, SCHEMAS[kind](), problems);
  return root.kind === 'map' ? root : undefined;
}

/** What a file holds, whatever version of the language that is in; undefined, reported, if nothing. */
export function readRoot(
  file: string,
  kind: Kind,
  at: Span,
  read: ReadFile,
  problems: Problems,
): Node | undefined {
  let bytes: Uint8Array;
  try {
    bytes = read(file);
  } catch (error) {
    return problems.add(`unreadable-${kind}`, at, whyNot(file, kind, error));
  }
  const text = decode(bytes, file, problems);
  return text === undefined ? undefined : parse(text, file, problems);
}

function whyNot(file: string, kind: Kind, error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const named = kind === 'study' ? 'there is no such file' : `there is no file ${file}`;
  switch (code) {
    case 'ENOENT':
      return named;
    case 'EISDIR':
      return `it is a folder; name the ${kind} file in it`;
    default:
      return `it cannot be read (${code ?? error})`;
  }
}
