/** Expressions against a naive oracle, and what a running study gets out of them. */
import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { InputField } from '../../engine/step.ts';
import { DiagnosticError } from '../../engine/study/diagnostic.ts';
import type { Binding } from '../../engine/study/expanded.ts';
import { evaluateExpression, type Operand } from '../../engine/study/expression.ts';
import { density, inputOf, load } from './rig.ts';

const test = suite('expressions');

const span = { file: 'study.yaml', start: 0, end: 1 };

function expression(text: string, operands: readonly string[] = []) {
  return {
    kind: 'expression',
    text,
    operands: Object.fromEntries(
      operands.map((name) => [name, { kind: 'output', task: 0, output: 'x', span }] as const),
    ),
    span,
  } as const satisfies Binding;
}

function value(
  text: string,
  operands: { readonly [name: string]: Operand } = {},
  field?: InputField,
) {
  return evaluateExpression(expression(text, Object.keys(operands)), operands, field);
}

function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof DiagnosticError) return error.message;
    throw error;
  }
  return 'nothing was refused';
}

test('precedence and signs are those of school', () => {
  const cases: readonly (readonly [string, unknown])[] = [
    ['1 + 2 * 3', 7],
    ['(1 + 2) * 3', 9],
    ['2 - 3 - 4', -5],
    ['24 / 4 / 3', 2],
    ['- 2 * 3', -6],
    ['2 - -3', 5],
    ['--2', 2],
    ['1 / 3 * 3', 1],
    ['0.1 + 0.2', 0.3],
    ['.5 + 5.', 5.5],
    ['1e3 + 1', 1001],
    ['1 < 2 and 2 < 1 or true', true],
    ['true or false and false', true],
    ['not 1 > 2 and not false', true],
    ['not not true', true],
    ['1 + 1 == 2', true],
    ['1 != 1', false],
    ['2 >= 2 and 2 <= 2', true],
    ["if('a' == \"a\", 'yes', 'no')", 'yes'],
    ['min(3, 1, 2) + max(3, 1, 2)', 4],
    ['first(7, 8)', 7],
    ['round(2.5) + round(-2.5) + round(2.4)', 2],
    ['floor(-1.5) + ceil(-1.5)', -3],
    ['25 ps / 1 fs', 25000],
    ['1 nm == 10 Å', true],
    ['1 GPa * 1 Å3 / 1 eV < 0.00625', true],
    ['50 % + 0.25', 0.75],
  ];
  for (const [text, expected] of cases) assert.is(value(text), expected, text);
});

/** A random expression, and what plain JavaScript makes of it over fractions a/b. */
interface Sample {
  readonly text: string;
  readonly value: readonly [bigint, bigint];
}
const { tree } = fc.letrec<{ tree: Sample }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 5 },
    fc.integer({ min: 0, max: 99 }).map((n): Sample => ({ text: `${n}`, value: [BigInt(n), 1n] })),
    fc
      .tuple(tie('tree'), fc.constantFrom('+', '-', '*', '/'), tie('tree'))
      .map(([a, operator, b]): Sample => {
        const [an, ad] = a.value;
        const [bn, bd] = b.value;
        const text = `(${a.text} ${operator} ${b.text})`;
        if (operator === '+') return { text, value: [an * bd + bn * ad, ad * bd] };
        if (operator === '-') return { text, value: [an * bd - bn * ad, ad * bd] };
        if (operator === '*') return { text, value: [an * bn, ad * bd] };
        // Division by zero is another test's: divide by one instead.
        return bn === 0n
          ? { text: `(${a.text} / 1)`, value: a.value }
          : { text, value: [an * bd, ad * bn] };
      }),
    tie('tree').map((a): Sample => ({ text: `-${a.text}`, value: [-a.value[0], a.value[1]] })),
    fc.tuple(tie('tree'), tie('tree')).map(([a, b]): Sample => {
      const less =
        a.value[0] * b.value[1] * a.value[1] * b.value[1] <
        b.value[0] * a.value[1] * a.value[1] * b.value[1];
      return {
        text: `if(${a.text} < ${b.text}, ${a.text}, ${b.text})`,
        value: less ? a.value : b.value,
      };
    }),
    fc.tuple(tie('tree'), tie('tree')).map(([a, b]): Sample => {
      const aLarger =
        a.value[0] * b.value[1] * a.value[1] * b.value[1] >
        b.value[0] * a.value[1] * a.value[1] * b.value[1];
      return { text: `max(${a.text}, ${b.text})`, value: aLarger ? a.value : b.value };
    }),
  ),
}));

test('arithmetic is exact', () => {
  fc.assert(
    fc.property(tree, ({ text, value: [num, den] }) => {
      fc.pre(text.length < 1000);
      // Exact equality with the oracle's fraction, decided inside the language.
      const [n, d] = den < 0n ? [-num, -den] : [num, den];
      fc.pre(`${n}`.length < 300 && `${d}`.length < 300);
      assert.is(value(`${text} * ${d} == ${n < 0n ? `-${-n}` : n}`), true, text);
    }),
    { numRuns: 300 },
  );
});

test('an expression is the literal that it comes to', () => {
  const length = (text: string) =>
    inputOf(
      load(density(`composition: Fe\ntemperature: 1 K\nlength: ${text}`)),
      'density',
      'length',
    );
  assert.is(length('$( params.length * 2 + 1 ns )'), 1050);
  assert.is(length('$( params.length / 3 )'), 25 / 3);
  assert.is(length('$(params.length)'), 25);
  assert.is(length("'$( min(params.length, 30 ps) )'"), 25);
  assert.is(length('$( if(params.updates >= 100 and params.length < 1 ns, 3 ps, 4 ps) )'), 3);
});

test('values of steps come in their unit and leave in that of the input', () => {
  const field: InputField = { kind: 'quantity', dimension: 'pressure', unit: 'GPa' };
  assert.is(value('2 * a.p', { 'a.p': { value: 5, unit: 'kbar' } }, field), 1);
  assert.is(value('a.p', { 'a.p': { value: 0.1, unit: 'GPa' } }, field), 0.1);
  assert.is(
    value('round(a.x)', { 'a.x': { value: 2.5, unit: null } }, { kind: 'integer', min: 1 }),
    3,
  );
  assert.is(value('a.t', { 'a.t': { value: '5 K', unit: null } }, { kind: 'text' }), '5 K');
  assert.is(
    value('a.c', { 'a.c': { value: 'fcc', unit: null } }, { kind: 'choice', values: ['fcc'] }),
    'fcc',
  );
  assert.is(
    value('a.x', { 'a.x': { value: 4, unit: null } }, { kind: 'list', of: { kind: 'integer' } }),
    4,
    'a list gets its one item',
  );
});

test('parameters among the operands are quantities', () => {
  const binding: Binding = {
    kind: 'expression',
    text: 'a.t + params.step',
    operands: {
      'a.t': { kind: 'output', task: 0, output: 't', span },
      'params.step': { kind: 'literal', value: '100 K', span },
    },
    span,
  };
  const operands = {
    'a.t': { value: 1800, unit: 'K' },
    'params.step': { value: '100 K', unit: null },
  };
  const field: InputField = { kind: 'quantity', dimension: 'temperature', unit: 'K' };
  assert.is(evaluateExpression(binding, operands, field), 1900);
});

test('what turns out wrong while a study runs is a message with its place', () => {
  const integer: InputField = { kind: 'integer', min: 16 };
  assert.is(
    refusal(() => value('a.x / 3', { 'a.x': { value: 100, unit: null } }, integer)),
    'a.x / 3: the result is 33.333333333333336, a fraction where a whole number is needed; use round( ), floor( ) or ceil( )',
  );
  assert.is(
    refusal(() => value('a.x', { 'a.x': { value: 3, unit: null } }, integer)),
    'a.x: the result is 3; it must be at least 16',
  );
  assert.is(
    refusal(() => value('1 / a.x', { 'a.x': { value: 0, unit: null } }, integer)),
    '1 / a.x: this is zero, and nothing can be divided by it',
  );
  assert.is(
    refusal(() => value('a.x', { 'a.x': { value: [1], unit: null } }, integer)),
    'a.x: the result is a list; expected a single value',
  );
  assert.is(
    refusal(() =>
      value('a.x', { 'a.x': { value: 'fcc', unit: null } }, { kind: 'choice', values: ['bcc'] }),
    ),
    'a.x: the result is "fcc"; did you mean bcc?',
  );
  assert.is(
    refusal(() => value('a.x + b.y')),
    'a.x + b.y: a.x has no value',
  );
});

test('nonsense is refused, never a crash', () => {
  const alphabet = fc.constantFrom(
    ...[
      '(',
      ')',
      '+',
      '-',
      '*',
      '/',
      '<',
      '==',
      '=',
      ',',
      ' ',
      '1',
      '2.5',
      ' K',
      ' ps',
      'a.b',
      'if',
      'min',
      'not ',
      ' and ',
      "'",
      '"',
      '.',
      '$',
      '%',
      'Å',
      '\u{1F600}',
      'e9',
    ],
  );
  fc.assert(
    fc.property(fc.array(alphabet, { maxLength: 15 }), (parts) => {
      try {
        value(parts.join(''), { 'a.b': { value: 2, unit: 'K' } });
      } catch (error) {
        assert.instance(error, DiagnosticError);
      }
    }),
    { numRuns: 2000 },
  );
});

test.run();
