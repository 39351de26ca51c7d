/**
 * States as extended XYZ, which ASE and OVITO open: positions (Å) and `vel` (Å/fs), with what is
 * known about the state in the header. Numbers are written with as many digits as give them back
 * exactly. Thermostats and barostats are not part of it: a run from such a file starts afresh.
 */
import { column, FrameFileError, infoNumbers, parseExtendedXyz } from '../dft/extxyz.ts';
import { createState, type State } from './state.ts';

export interface DescribedState {
  readonly state: State;
  /** Other keys of the header, such as `temperature`. */
  readonly info: ReadonlyMap<string, string>;
}

function quoted(value: string): string {
  return /^[^\s"'=\\]+$/.test(value) ? value : `"${value.replace(/[\\"]/g, '\\$&')}"`;
}

/** The shortest digits that read back to the same bits; of zero its sign too. */
function digits(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

/** One frame. `info` adds keys to the header, in its order; `velocities: false` leaves `vel` out. */
export function writeState(
  state: State,
  info: { readonly [key: string]: string | number },
  { velocities = true }: { readonly velocities?: boolean } = {},
): string {
  const header = [
    `Lattice="${Array.from(state.cell, digits).join(' ')}"`,
    `Properties=species:S:1:pos:R:3${velocities ? ':vel:R:3' : ''}`,
    'pbc="T T T"',
    `step=${state.step}`,
    ...Object.entries(info).map(([key, value]) => `${key}=${quoted(String(value))}`),
  ];
  const lines = [String(state.types.length), header.join(' ')];
  for (let i = 0; i < state.types.length; i++) {
    const row = [state.elements[state.types[i]]];
    for (let k = 3 * i; k < 3 * i + 3; k++) row.push(digits(state.positions[k]));
    if (velocities) for (let k = 3 * i; k < 3 * i + 3; k++) row.push(digits(state.velocities[k]));
    lines.push(row.join(' '));
  }
  return `${lines.join('\n')}\n`;
}

/**
 * Reads back what `writeState` wrote; atoms keep their order.
 *
 * @param elements what types index, such as a potential's elements
 * @throws FrameFileError naming file and line: a broken file, an element that is not among
 *   `elements`, missing velocities
 */
export function readStates(
  text: string,
  file: string,
  elements: readonly string[],
): DescribedState[] {
  return parseExtendedXyz(text, file).map((frame) => {
    const need = <T>(value: T | undefined, what: string): T => {
      if (value === undefined)
        throw new FrameFileError(`${file}:${frame.line}: the frame has no ${what}`);
      return value;
    };
    const species = need(column(frame, 'species', 'S', 1, file), 'species').words;
    const types = species.map((element, atom) => {
      const type = elements.indexOf(element);
      if (type < 0)
        throw new FrameFileError(
          `${file}:${frame.line + 1 + atom}: ${element} is not an element of the potential; expected one of ${elements.join(', ')}`,
        );
      return type;
    });
    const state = createState({
      elements,
      types,
      positions: need(column(frame, 'pos', 'R', 3, file), 'positions (pos)').numbers,
      velocities: need(column(frame, 'vel', 'R', 3, file), 'velocities (vel)').numbers,
      cell: need(infoNumbers(frame, 'Lattice', 9, file), 'Lattice'),
    });
    state.step = infoNumbers(frame, 'step', 1, file)?.[0] ?? 0;
    return { state, info: frame.info };
  });
}
