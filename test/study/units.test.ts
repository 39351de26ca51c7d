/** Quantities and compositions: what is the same to a physicist is the same number. */
import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Dimension } from '../../engine/step.ts';
import { parseComposition } from '../../engine/study/composition.ts';
import { fromNumber, parseDecimal, toNumber } from '../../engine/study/rational.ts';
import {
  convert,
  DIMENSION_NAMES,
  factorOf,
  isDimension,
  parseQuantity,
  unitsOf,
} from '../../engine/study/units.ts';
import { density, inputOf, load } from './rig.ts';

const test = suite('units');

function length(text: string): unknown {
  return inputOf(
    load(density(`composition: Fe\ntemperature: 1 K\nlength: ${text}`)),
    'density',
    'length',
  );
}

function pressure(text: string): unknown {
  return inputOf(
    load(density(`composition: Fe\ntemperature: 1 K\npressure: ${text}`)),
    'density',
    'pressure',
  );
}

test('one length of time, however it is written', () => {
  for (const text of ['25 ps', '25ps', "'25 ps'", '0.025 ns', '25000 fs', '2.5e1 ps', '+25.0 ps'])
    assert.is(length(text), 25, text);
});

test('one pressure, however it is written', () => {
  for (const text of ['0.1 GPa', '1 kbar', '100 MPa', '1e5 kPa', '1000 bar', '1e8 Pa'])
    assert.is(pressure(text), 0.1, text);
});

test('conversion rounds once: 0.57 nm is 5.7 Å', () => {
  assert.is(convert(0.57, 'nm', 'Å'), 5.7);
  assert.is(convert(5.7, 'Å', 'nm'), 0.57);
  assert.is(convert(1.1, 'ps', 'fs'), 1100);
  assert.is(convert(0.07, 'eV', 'meV'), 70);
  assert.is(convert(7.874, 'g/cm³', 'kg/m³'), 7874);
  // In doubles this comes out wrong in the last digit.
  assert.is.not(0.57 * 10, 5.7);
});

test('units need no special characters', () => {
  const same = [
    ['Å', '\u212B', 'A\u030A', 'A'],
    ['eV/Å', 'eV/A', 'eV/\u212B'],
    ['Å³', 'A3', 'Å3', 'A^3', 'A\u030A³'],
    ['g/cm³', 'g/cm3', 'g/cm^3'],
    ['kg/m³', 'kg/m3'],
    ['mPa·s', 'mPa.s', 'mPa*s', 'mPa\u22C5s'],
    ['Pa·s', 'Pa.s'],
  ];
  for (const spellings of same)
    for (const spelling of spellings) {
      const read = parseQuantity(`3 ${spelling}`);
      assert.is(read.kind === 'quantity' ? read.unit?.name : read.kind, spellings[0]);
    }
});

test('a unit of another case or kind is not a unit', () => {
  for (const text of ['1 k', '1 gpa', '1 °C', '1 PS', '1 M Pa', '1 Kelvin'])
    assert.is(parseQuantity(text).kind, 'unknown-unit', text);
  for (const text of ['', 'K', 'K 5', '1,5 K', '1_000 K', '0x10 K', 'NaN K', 'Infinity K', '--1 K'])
    assert.is.not(parseQuantity(text).kind, 'quantity', text);
});

const dimensions = DIMENSION_NAMES.filter((name): name is Dimension => isDimension(name));
const aUnitPair = fc
  .constantFrom(...dimensions.filter((dimension) => unitsOf(dimension).length > 0))
  .chain((dimension) =>
    fc.tuple(fc.constantFrom(...unitsOf(dimension)), fc.constantFrom(...unitsOf(dimension))),
  );
const aDecimal = fc
  .tuple(fc.integer({ min: -999_999, max: 999_999 }), fc.integer({ min: -6, max: 6 }))
  .map(([digits, exponent]) => `${digits}e${exponent}`);

test('a double read from its own print is itself', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      fc.pre(Math.abs(value) < 1e290 && (value === 0 || Math.abs(value) > 1e-280));
      assert.is(toNumber(fromNumber(value)), value === 0 ? 0 : value);
    }),
  );
});

test('a decimal becomes the double that JavaScript reads it as', () => {
  fc.assert(
    fc.property(aDecimal, (text) => {
      const value = Number(text);
      assert.is(toNumber(parseDecimal(text)!), value === 0 ? 0 : value);
    }),
  );
});

test('a fraction rounds to the nearest double, halves to even', () => {
  const nearest = (num: bigint, den: bigint) => toNumber({ num, den });
  assert.is(nearest(1n, 3n), 1 / 3);
  assert.is(nearest(2n ** 53n + 1n, 1n), 2 ** 53);
  assert.is(nearest(2n ** 53n + 3n, 1n), 2 ** 53 + 4);
  assert.is(nearest(2n * (2n ** 53n + 1n) + 1n, 2n), 2 ** 53 + 2);
  fc.assert(
    fc.property(
      fc.integer({ min: -1_000_000, max: 1_000_000 }),
      fc.integer({ min: 1, max: 1_000_000 }),
      // The quotient of two integers that doubles hold is rounded correctly by IEEE 754.
      (a, b) => assert.is(nearest(BigInt(a), BigInt(b)), a === 0 ? 0 : a / b),
    ),
  );
});

test('there and back again is where one started, to the last bit but one', () => {
  fc.assert(
    fc.property(aDecimal, aUnitPair, (text, [from, to]) => {
      const value = Number(text);
      const back = convert(convert(value, from, to), to, from);
      assert.ok(Math.abs(back - value) <= Math.abs(value) * 2 ** -51, `${text} ${from} ${to}`);
      assert.is(convert(value, from, from), value);
    }),
  );
});

test('the same quantity in two units of powers of ten is one number', () => {
  fc.assert(
    fc.property(aDecimal, aUnitPair, (text, [from, to]) => {
      // Shift the written exponent by the factor between the units: exact in decimals.
      const ratio = Number(convert(1, from, to).toPrecision(15));
      const shift = Math.round(Math.log10(ratio));
      fc.pre(Math.abs(10 ** shift - ratio) < 1e-9 * ratio);
      const [digits, exponent] = text.split('e');
      const shifted = `${digits}e${Number(exponent) + shift}`;
      const value = (written: string, unit: string) => {
        const read = parseQuantity(`${written} ${unit}`);
        if (read.kind !== 'quantity' || read.unit === null) throw new Error(read.kind);
        return (
          (read.value.num * read.unit.factor.num * 10n ** 400n) /
          (read.value.den * read.unit.factor.den)
        );
      };
      assert.is(value(text, from), value(shifted, to));
    }),
  );
});

test('the factors are those of CODATA 2018', () => {
  assert.is(toNumber(factorOf('eV')), 1.602176634e-19);
  assert.is(toNumber(factorOf('amu')), 1.6605390666e-27);
  assert.is(toNumber(factorOf('eV/Å')), 1.602176634e-9);
});

test('formulas of the same ratio are the same fractions', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.constantFrom('Fe', 'Cr', 'C', 'Ni', 'Mn'), { minLength: 1 }),
      fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 5, maxLength: 5 }),
      fc.integer({ min: 2, max: 9 }),
      (elements, amounts, factor) => {
        const formula = (scale: number) =>
          parseComposition(elements.map((each, k) => `${each}${amounts[k]! * scale}`).join(''));
        assert.equal(formula(1), formula(factor));
        const reversed = elements
          .map((each, k) => `${each}${amounts[k]}`)
          .reverse()
          .join('');
        assert.equal(parseComposition(reversed), formula(1));
      },
    ),
  );
});

test.run();
