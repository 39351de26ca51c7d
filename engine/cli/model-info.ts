/** `curie model info`: what a model is. */
import { sha256 } from '../../cache/index.ts';
import { type ModelDescription, modelFiles } from '../../steps/index.ts';
import { formatBytes } from '../report/number.ts';
import { fileNamed, orRefused } from './model.ts';
import { columns, plural } from './text.ts';

export async function modelInfoCommand(
  path: string,
  options: { readonly json?: boolean },
): Promise<void> {
  const file = fileNamed(path);
  const { describeModel } = await modelFiles();
  const model = await orRefused(describeModel(file));
  const [size, digest] = [file.bytes.length, sha256(file.bytes)];
  if (options.json) {
    console.log(JSON.stringify({ file: path, size, digest, ...model }, null, 2));
    return;
  }
  console.log(path);
  const rows = [...rowsOf(model), ['size', formatBytes(size)], ['sha256', digest]];
  for (const line of columns(rows)) console.log(`  ${line}`);
}

function rowsOf(model: ModelDescription): string[][] {
  const { elements, sel, embedding, axis, fitting, timeSteps, members } = model;
  const steps = (net: 'embedding' | 'fitting') =>
    timeSteps.includes(net) ? ', with time steps' : '';
  const each = model.pairs ? 'pair of elements' : 'element';
  return [
    ['format', model.format === 'curie' ? 'curie' : 'DeePMD-kit, native'],
    ['elements', elements.join(', ')],
    ['cut-off', `${model.cutoff} Å, weights falling from ${model.inner} Å on`],
    ['neighbours', `at most ${elements.map((symbol, k) => `${sel[k]} ${symbol}`).join(', ')}`],
    [
      'embedding nets',
      `${embedding.join('-')}, one for each ${each}; ${axis} axis neurons${steps('embedding')}`,
    ],
    ['fitting nets', `${fitting.join('-')}, one for each element${steps('fitting')}`],
    ['parameters', `${model.parameters.toLocaleString('en-US')}${members > 1 ? ' a member' : ''}`],
    ['members', String(members)],
    ['short range', shortRange(model)],
    ...training(model),
  ];
}

function shortRange({ shortRange: term, elements }: ModelDescription): string {
  if (term === null) return 'none';
  const outer = pairs(elements, term.outer, (cutoff) => `${cutoff} Å`);
  return `ZBL, full below ${term.inner} Å, ending at ${outer}`;
}

function training({ spin, range, elements }: ModelDescription): string[][] {
  if (spin === null || range === null) return [['training', 'unknown: the file does not say']];
  const [least, most] = range.volume;
  const percent = (fraction: number) => `${(100 * fraction).toFixed(1)}`;
  return [
    ['training', `${plural(range.frames, 'frame')} ${spin === 'none' ? 'without' : 'with'} spin`],
    ['  volume', `${least.toFixed(2)} to ${most.toFixed(2)} Å³ per metal atom`],
    [
      '  fractions',
      elements
        .map((symbol, k) => `${symbol} ${range.fractions[k].map(percent).join(' to ')} at%`)
        .join(', '),
    ],
    [
      '  nearest',
      pairs(elements, range.nearest, (r) => (r === null ? 'never seen' : `${r.toFixed(2)} Å`)),
    ],
  ];
}

/** `2 Å (Fe-Fe, Fe-Cr), 1.7 Å (Fe-C)`: pairs of elements by what they have. */
function pairs<T>(
  elements: readonly string[],
  values: readonly (readonly T[])[],
  words: (value: T) => string,
): string {
  const byValue = new Map<string, string[]>();
  for (const [i, a] of elements.entries()) {
    for (const [j, b] of elements.entries()) {
      if (j < i) continue;
      const value = words(values[i][j]);
      byValue.set(value, [...(byValue.get(value) ?? []), `${a}-${b}`]);
    }
  }
  return [...byValue].map(([value, names]) => `${value} (${names.join(', ')})`).join(', ');
}
