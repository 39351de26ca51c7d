/** Mistakes in lines that are wider than the terminal: the caret stays under its place. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { formatDiagnostics } from '../../engine/study/diagnostic.ts';

const narrow = suite('a narrow terminal');

const line = `    with: { ${Array.from({ length: 40 }, (_, k) => `word${k}: value${k}`).join(', ')} }`;
const text = `curie: v1\n${line}\n`;

narrow('shows the part of a line around a mistake, and its caret there', () => {
  for (const columns of [40, 80, 120])
    for (let k = 0; k < 40; k++) {
      const start = text.indexOf(`value${k}`);
      const at = { file: 's', start, end: start + `value${k}`.length };
      const printed = formatDiagnostics(
        [{ code: 'x', at, message: 'wrong', related: [] }],
        () => new TextEncoder().encode(text),
        columns,
      );
      const [, shown = '', carets = ''] = printed.split('\n');
      assert.ok([...shown].length <= columns, shown);
      assert.ok([...carets].length <= columns, carets);
      assert.is(shown.slice(carets.indexOf('^'), carets.lastIndexOf('^') + 1), `value${k}`);
    }
});

narrow('leaves a line alone that fits', () => {
  const short = 'a: b\n';
  const printed = formatDiagnostics(
    [{ code: 'x', at: { file: 's', start: 3, end: 4 }, message: 'wrong', related: [] }],
    () => new TextEncoder().encode(short),
    80,
  );
  assert.is(printed, 's:1:4: wrong\n1 | a: b\n  |    ^');
});

narrow.run();
