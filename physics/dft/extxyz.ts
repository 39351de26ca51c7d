/**
 * Extended XYZ, as ASE and OVITO read and write it: an atom count, a line of `key=value` pairs
 * with `Lattice` and `Properties`, one line an atom; frames follow each other.
 *
 * Values of keys are kept as text; `Properties` columns as numbers (R, I) or text (S, L).
 */

/** A mistake in a file, with the place: `file:line: what was expected`. */
export class FrameFileError extends Error {
  override readonly name = 'FrameFileError';
}

export interface Column {
  readonly kind: 'S' | 'R' | 'I' | 'L';
  readonly width: number;
  /** R and I: shape [atoms][width]. */
  readonly numbers: Float64Array;
  /** S and L: shape [atoms][width]. */
  readonly words: readonly string[];
}

export interface RawFrame {
  readonly atoms: number;
  /** Line of the frame's header, from 1. */
  readonly line: number;
  readonly info: ReadonlyMap<string, string>;
  readonly columns: ReadonlyMap<string, Column>;
}

const header =
  /\s*([^\s="']+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|\{([^}]*)\}|(\[[^\]]*\])|([^\s"']+)))?/y;

function parseInfo(text: string, where: string): Map<string, string> {
  const info = new Map<string, string>();
  header.lastIndex = 0;
  const end = text.trimEnd().length;
  while (header.lastIndex < end) {
    const at = header.lastIndex;
    const match = header.exec(text);
    if (match === null) {
      throw new FrameFileError(
        `${where}:${at + 1}: cannot read the header from here on; expected key=value pairs, quoted where they hold spaces`,
      );
    }
    const value = match[2] ?? match[3] ?? match[4] ?? match[5] ?? match[6] ?? 'T';
    info.set(match[1]!, value.replace(/\\(.)/g, '$1'));
  }
  return info;
}

interface Layout {
  readonly name: string;
  readonly kind: Column['kind'];
  readonly width: number;
}

function parseLayout(text: string | undefined, where: string): Layout[] {
  if (text === undefined) {
    throw new FrameFileError(
      `${where}: the header has no Properties; expected such as Properties=species:S:1:pos:R:3:forces:R:3`,
    );
  }
  const parts = text.split(':');
  const layout: Layout[] = [];
  for (let k = 0; k + 2 < parts.length || k < parts.length; k += 3) {
    const [name, kind, width] = [parts[k], parts[k + 1], Number(parts[k + 2])];
    if (!name || !kind || !/^[SRIL]$/.test(kind) || !Number.isInteger(width) || width < 1) {
      throw new FrameFileError(
        `${where}: cannot read Properties "${text}"; expected name:type:columns triples with type S, R, I or L`,
      );
    }
    layout.push({ name, kind: kind as Column['kind'], width });
  }
  return layout;
}

/**
 * Splits a file into frames. `file` names it in messages.
 *
 * @throws FrameFileError at the first line that does not fit, with its number
 */
export function parseExtendedXyz(text: string, file: string): RawFrame[] {
  const lines = text.split('\n');
  const frames: RawFrame[] = [];
  let at = 0;
  while (at < lines.length) {
    if (lines[at]!.trim() === '') {
      at += 1;
      continue;
    }
    const count = lines[at]!.trim();
    if (!/^\d+$/.test(count) || Number(count) === 0) {
      const held = frames.length === 0 ? 'at its start' : `after frame ${frames.length}`;
      throw new FrameFileError(
        `${file}:${at + 1}: expected a number of atoms ${held}, found "${count.slice(0, 40)}"; is this extended XYZ, and does the count above fit its atoms?`,
      );
    }
    const atoms = Number(count);
    if (at + 1 >= lines.length) {
      throw new FrameFileError(`${file}:${at + 1}: the file ends before this frame's header`);
    }
    const where = `${file}:${at + 2}`;
    const info = parseInfo(lines[at + 1]!.replace(/\r$/, ''), where);
    frames.push({
      atoms,
      line: at + 2,
      info,
      columns: parseAtoms(lines, at + 2, atoms, parseLayout(info.get('Properties'), where), file),
    });
    at += 2 + atoms;
  }
  if (frames.length === 0) throw new FrameFileError(`${file}: holds no frame`);
  return frames;
}

function parseAtoms(
  lines: readonly string[],
  first: number,
  atoms: number,
  layout: readonly Layout[],
  file: string,
): Map<string, Column> {
  const width = layout.reduce((sum, column) => sum + column.width, 0);
  const columns = layout.map((column) => ({
    ...column,
    numbers: new Float64Array(
      column.kind === 'R' || column.kind === 'I' ? atoms * column.width : 0,
    ),
    words: [] as string[],
  }));
  for (let atom = 0; atom < atoms; atom++) {
    const line = lines[first + atom];
    const words = line?.trim().split(/\s+/) ?? [];
    if (line === undefined || words.length !== width) {
      const found =
        line === undefined || line.trim() === ''
          ? 'the file or frame ends'
          : `the line has ${words.length} columns`;
      throw new FrameFileError(
        `${file}:${first + atom + 1}: expected atom ${atom + 1} of ${atoms} with ${width} columns, but ${found}`,
      );
    }
    let k = 0;
    for (const column of columns) {
      for (let c = 0; c < column.width; c++, k++) {
        const word = words[k]!;
        if (column.kind === 'S' || column.kind === 'L') {
          column.words.push(word);
          continue;
        }
        const value = Number(word);
        if (!Number.isFinite(value)) {
          throw new FrameFileError(
            `${file}:${first + atom + 1}: ${column.name} of atom ${atom + 1} is "${word}"; expected a finite number`,
          );
        }
        column.numbers[atom * column.width + c] = value;
      }
    }
  }
  return new Map(
    columns.map(({ name, kind, width, numbers, words }) => [name, { kind, width, numbers, words }]),
  );
}

/** `count` numbers of a key, or undefined when the frame has no such key. */
export function infoNumbers(
  frame: RawFrame,
  key: string,
  count: number,
  file: string,
): Float64Array | undefined {
  const text = frame.info.get(key);
  if (text === undefined) return undefined;
  const words = text
    .replace(/[[\],]/g, ' ')
    .trim()
    .split(/\s+/);
  const numbers = Float64Array.from(words, Number);
  if (numbers.length !== count || numbers.some((value) => !Number.isFinite(value))) {
    throw new FrameFileError(
      `${file}:${frame.line}: ${key} is "${text.slice(0, 80)}"; expected ${count === 1 ? 'a finite number' : `${count} finite numbers`}`,
    );
  }
  return numbers;
}

/** A column of one kind and width, or undefined when the frame has none of that name. */
export function column(
  frame: RawFrame,
  name: string,
  kind: Column['kind'],
  width: number,
  file: string,
): Column | undefined {
  const found = frame.columns.get(name);
  if (found === undefined) return undefined;
  if (found.kind !== kind || found.width !== width) {
    throw new FrameFileError(
      `${file}:${frame.line}: ${name} is ${found.kind}:${found.width}; expected ${kind}:${width}`,
    );
  }
  return found;
}

function quote(value: string): string {
  return /^[^\s"'={}[\]]+$/.test(value) ? value : `"${value.replace(/(["\\])/g, '\\$1')}"`;
}

/**
 * One frame as text. Numbers are written in their shortest form that reads back to the same
 * double, so a round trip is exact.
 */
export function writeExtendedXyz(frame: {
  readonly atoms: number;
  readonly info: ReadonlyMap<string, string>;
  readonly columns: ReadonlyMap<string, Column>;
}): string {
  const layout = [...frame.columns].map(([name, c]) => `${name}:${c.kind}:${c.width}`).join(':');
  const info = [...frame.info]
    .filter(([key]) => key !== 'Properties')
    .map(([key, value]) => `${key}=${quote(value)}`);
  const lattice = info.filter((pair) => pair.startsWith('Lattice='));
  const rest = info.filter((pair) => !pair.startsWith('Lattice='));
  const lines = [String(frame.atoms), [...lattice, `Properties=${layout}`, ...rest].join(' ')];
  for (let atom = 0; atom < frame.atoms; atom++) {
    const words: string[] = [];
    for (const c of frame.columns.values()) {
      for (let k = atom * c.width; k < (atom + 1) * c.width; k++) {
        words.push(c.kind === 'S' || c.kind === 'L' ? c.words[k]! : String(c.numbers[k]! + 0));
      }
    }
    lines.push(words.join(' '));
  }
  return `${lines.join('\n')}\n`;
}
