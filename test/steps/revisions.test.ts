/** Revisions of steps are honest: what changed since one was recorded is told here. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { advice, changeOf, present, type Recorded, readRecords } from './revision-record.ts';
import { tokensOf } from './tokens.ts';

const test = suite('revisions');

test('every step gives what its revision gave, by the code that is recorded', () => {
  const [records, now] = [readRecords(), present()];
  const wrong = Object.entries(now).flatMap(([step, is]) => advice(step, records[step], is) ?? []);
  assert.is(wrong.join('\n'), '');
  assert.equal(Object.keys(records).sort(), Object.keys(now).sort(), 'no step that is gone');
});

const was: Recorded = { revision: 1, code: 'a', inputs: 'i', gives: { model: 'm', figures: 'f' } };

test('a change of code, of bytes, of inputs and of the revision are told apart', () => {
  assert.is(changeOf(was, was), 'none');
  assert.is(changeOf(was, { ...was, code: 'b' }), 'code');
  assert.is(changeOf(was, { ...was, gives: { model: 'm' } }), 'bytes');
  assert.is(changeOf(was, { ...was, inputs: 'j', gives: { model: 'n' } }), 'to-record');
  assert.is(changeOf(was, { ...was, inputs: 'j', code: 'b' }), 'code');
  assert.is(changeOf(was, { ...was, revision: 2, code: 'b', gives: {} }), 'to-record');
  assert.is(changeOf(undefined, was), 'to-record');
});

test('what is said tells the step and the way out', () => {
  assert.is(
    advice('npt', was, { ...was, code: 'b' }),
    'the code of npt is not that of revision 1. If it can give other bytes, raise its revision in steps/npt/interface.ts and run: node test/steps/revisions.ts npt. If it cannot, run: node test/steps/revisions.ts --equivalent npt',
  );
  assert.is(
    advice('npt', was, { ...was, gives: { model: 'x', figures: 'f' } }),
    'npt gives other bytes than revision 1 did (model); raise its revision in steps/npt/interface.ts and run: node test/steps/revisions.ts npt',
  );
});

test('comments and formatting are no code; all else is', () => {
  const text = (code: string) => tokensOf(code).join(' ');
  assert.is(text('f(a, // b\n  c,\n);/* d */'), text('f(a, c);'));
  assert.is(text('a\n  .b()'), text('a.b()'));
  assert.is(text('x = a / b; // c /'), text('x = a / b;'));
  for (const [one, other] of [
    ["'a b'", "'a  b'"],
    ["'// a'", "'// b'"],
    ['/\\/\\/ a/.test(x)', '/\\/\\/ b/.test(x)'],
    [`\`a \${b} // c\``, `\`a \${b} // d\``],
    [`\`a \${\`}\`} // c\``, `\`a \${\`}\`} // d\``],
    ['return /[/]"/;', "return /[/]'/;"],
    ['- -a', '--a'],
  ] as const)
    assert.is.not(text(one), text(other));
});

test.run();
