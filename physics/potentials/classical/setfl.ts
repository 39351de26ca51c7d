/**
 * Embedded-atom potentials as published: setfl files, which LAMMPS reads as `eam/alloy` and
 * `eam/fs`.
 *
 *   lines 1-3      comments
 *   line 4         N element_1 ... element_N
 *   line 5         n_rho d_rho n_r d_r cut-off
 *   each element   a line `Z mass a lattice`, then F(ρ), n_rho values, then the density that it puts
 *                  on any site, n_r values (eam/alloy), or on a site of each element, N times n_r
 *                  values (eam/fs)
 *   each pair      (1,1), (2,1), (2,2), (3,1), ...: r·V(r), n_r values
 *
 * Tables begin at ρ = 0 and r = 0, each on a line of its own. For one element both styles are the
 * same. Source: LAMMPS manual, pair_style eam.
 */

/** What the tables say: E = Σ_i F_i(ρ_i) + Σ_{i<j} V(r_ij), ρ_i = Σ_j density of j on i's site. */
export interface EmbeddedAtom {
  readonly kind: 'embedded-atom';
  readonly style: 'eam/alloy' | 'eam/fs';
  /** The file's first three lines. */
  readonly comment: string;
  readonly elements: readonly string[];
  /** Å; pairs farther apart do not interact. */
  readonly cutoff: number;
  /** Step of ρ in `embedding`, and of r (Å) in the other tables. */
  readonly rhoStep: number;
  readonly radialStep: number;
  /** F, eV, [element][n_rho] */
  readonly embedding: readonly Float64Array[];
  /** [source][site][n_r] */
  readonly density: readonly (readonly Float64Array[])[];
  /** r·V, eV·Å, [element][element][n_r], symmetric */
  readonly pair: readonly (readonly Float64Array[])[];
}

/** A mistake in a potential's file: `file:line: what was expected`. */
export class PotentialFileError extends Error {
  override readonly name = 'PotentialFileError';
  readonly line: number;

  constructor(file: string, line: number, message: string) {
    super(`${file}:${line}: ${message}`);
    this.line = line;
  }
}

/** Lines before the first element's: a mistake in them may mean that the file is something else. */
export const HEADER_LINES = 5;

/** Slopes come from five neighbouring values. */
const LEAST_POINTS = 5;

/**
 * Reads a setfl file; `file` names it in messages.
 *
 * @throws PotentialFileError at the first line that does not fit
 */
export function parseSetfl(text: string, file: string): EmbeddedAtom {
  const lines = new Lines(text, file);
  const comment = [lines.take('a comment'), lines.take('a comment'), lines.take('a comment')];
  const elements = elementsOf(lines);
  const grid = gridOf(lines);
  const embedding: Float64Array[] = [];
  const density: Float64Array[][] = [];
  let style: EmbeddedAtom['style'] = 'eam/fs';
  elements.forEach((element, k) => {
    elementLine(lines, element);
    embedding.push(lines.table(grid.rho.count, `F(ρ) of ${element}`));
    const first = lines.table(grid.radial.count, `the density of ${element}`);
    // After one table another element begins: then there is one density for all sites.
    if (k === 0 && elements.length > 1 && isElementLine(lines.peek())) style = 'eam/alloy';
    density.push(
      elements.map((site, s) =>
        s === 0 || style === 'eam/alloy'
          ? first
          : lines.table(grid.radial.count, `the density of ${element} on sites of ${site}`),
      ),
    );
  });
  const pair: Float64Array[][] = elements.map(() => []);
  elements.forEach((a, i) => {
    elements.slice(0, i + 1).forEach((b, j) => {
      pair[i]![j] = pair[j]![i] = lines.table(grid.radial.count, `r·V(r) of ${a}-${b}`);
    });
  });
  lines.end();
  return {
    kind: 'embedded-atom',
    style,
    comment: comment.map((line) => line.trim()).join('\n'),
    elements,
    cutoff: grid.cutoff,
    rhoStep: grid.rho.step,
    radialStep: grid.radial.step,
    embedding,
    density,
    pair,
  };
}

function elementsOf(lines: Lines): string[] {
  const [count, ...elements] = wordsOf(lines.take('the number of elements and their symbols'));
  const odd = elements.find((symbol) => !/^[A-Z][a-z]?$/.test(symbol));
  if (odd !== undefined) throw lines.error(`"${odd}" is no symbol of an element`);
  if (Number(count) !== elements.length || elements.length === 0)
    throw lines.error(
      `expected the number of elements and as many symbols, such as "2 Fe Cr", found "${[count, ...elements].join(' ')}"`,
    );
  if (new Set(elements).size < elements.length) throw lines.error('an element is named twice');
  return elements;
}

interface Grid {
  readonly count: number;
  readonly step: number;
}

function gridOf(lines: Lines): { rho: Grid; radial: Grid; cutoff: number } {
  const words = wordsOf(lines.take('n_rho d_rho n_r d_r cut-off'));
  const [rhoCount, rhoStep, radialCount, radialStep, cutoff] = words.map(Number);
  const counts = [rhoCount, radialCount].every(
    (count) => Number.isInteger(count) && count! >= LEAST_POINTS,
  );
  const steps = [rhoStep, radialStep, cutoff].every((step) => Number.isFinite(step) && step! > 0);
  if (words.length !== 5 || !counts || !steps)
    throw lines.error(
      `expected n_rho d_rho n_r d_r cut-off, all above zero with at least ${LEAST_POINTS} points, found "${words.join(' ')}"`,
    );
  return {
    rho: { count: rhoCount!, step: rhoStep! },
    radial: { count: radialCount!, step: radialStep! },
    cutoff: cutoff!,
  };
}

/** `Z mass a lattice`: told from a line of numbers by the lattice's name. */
function isElementLine(line: string | undefined): boolean {
  const words = wordsOf(line ?? '');
  return words.length === 4 && words.slice(0, 3).every(isNumber) && !isNumber(words[3]!);
}

function elementLine(lines: Lines, element: string): void {
  const line = lines.take(`the line of ${element}`);
  if (!isElementLine(line))
    throw lines.error(
      `expected the line of ${element}, atomic number, mass, lattice constant and lattice, such as "26 55.845 2.855 bcc"; found "${line.trim().slice(0, 60)}"; do n_rho and n_r in line 5 fit the tables above?`,
    );
}

function wordsOf(line: string): string[] {
  return line.split(/\s+/).filter((word) => word !== '');
}

function isNumber(word: string): boolean {
  return Number.isFinite(Number(word));
}

/** The lines of a file, taken one after another. */
class Lines {
  readonly #lines: readonly string[];
  readonly #file: string;
  #next = 0;

  constructor(text: string, file: string) {
    this.#lines = text.trimEnd().split('\n');
    this.#file = file;
  }

  /** A mistake in the line taken last. */
  error(message: string): PotentialFileError {
    return new PotentialFileError(this.#file, this.#next, message);
  }

  peek(): string | undefined {
    return this.#lines[this.#next];
  }

  take(what: string): string {
    const line = this.#lines[this.#next];
    if (line === undefined) throw this.error(`the file ends here; expected ${what} next`);
    this.#next += 1;
    return line;
  }

  /** `count` numbers from the next line on. */
  table(count: number, what: string): Float64Array {
    const values = new Float64Array(count);
    for (let k = 0; k < count; ) {
      const words = wordsOf(this.take(`value ${k + 1} of ${count} of ${what}`));
      if (k + words.length > count)
        throw this.error(
          `${what} has more than its ${count} values; do n_rho and n_r in line 5 fit the tables?`,
        );
      for (const word of words) {
        const value = Number(word);
        if (!Number.isFinite(value))
          throw this.error(
            `"${word}" stands where value ${k + 1} of ${count} of ${what} should: expected a number`,
          );
        values[k++] = value;
      }
    }
    return values;
  }

  end(): void {
    if (this.#next >= this.#lines.length) return;
    this.#next += 1;
    throw this.error(
      'the last table is complete before this line; do lines 4 and 5 fit the tables?',
    );
  }
}
