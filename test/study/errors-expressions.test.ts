/** Expressions that cannot be computed: exact messages. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { density, HEAD, messages, type Options } from './rig.ts';

/** A study whose density step has the expression as its number of atoms. */
const expression = (text: string) =>
  density(`composition: Fe\ntemperature: 1 K\natoms: $( ${text} )`);

const test = suite('an expression');

function refuses(title: string, study: string, message: string, options: Options = {}): void {
  test(title, () => assert.fixture(messages(study, options), message.trim()));
}

refuses(
  'that ends too early',
  expression('params.updates +'),
  `
study.yaml:17:34: the expression ends where a value should follow
17 |       atoms: $( params.updates + )
   |                                  ^`,
);

refuses(
  'that is empty',
  expression(''),
  `
study.yaml:17:18: the expression is empty
17 |       atoms: $(  )
   |                  ^`,
);

refuses(
  'with a dollar inside',
  expression('$params.updates * 2'),
  `
study.yaml:17:17: names stand without $ inside $( )
17 |       atoms: $( $params.updates * 2 )
   |                 ^`,
);

refuses(
  'with an open parenthesis',
  expression('(params.updates * 2'),
  `
study.yaml:17:17: this parenthesis is never closed
17 |       atoms: $( (params.updates * 2 )
   |                 ^`,
);

refuses(
  'that adds a temperature to a number',
  expression('params.updates + 1 K'),
  `
study.yaml:17:17: + has a plain number on one side and a temperature on the other
17 |       atoms: $( params.updates + 1 K )
   |                 ^^^^^^^^^^^^^^^^^^^^`,
);

refuses(
  'with an unknown function',
  expression('rond(params.updates)'),
  `
study.yaml:17:17: there is no function rond; did you mean round?
17 |       atoms: $( rond(params.updates) )
   |                 ^^^^`,
);

refuses(
  'with too many arguments',
  expression('if(true, 1)'),
  `
study.yaml:17:17: if takes 3 values; it has 2
17 |       atoms: $( if(true, 1) )
   |                 ^^^^^^^^^^^`,
);

refuses(
  'that divides by zero',
  expression('params.updates / (1 - 1)'),
  `
study.yaml:17:34: this is zero, and nothing can be divided by it
17 |       atoms: $( params.updates / (1 - 1) )
   |                                  ^^^^^^^`,
);

refuses(
  'of a list',
  expression('params.steps + 1'),
  `
study.yaml:17:17: params.steps is a list; expressions compute with single values
17 |       atoms: $( params.steps + 1 )
   |                 ^^^^^^^^^^^^`,
);

refuses(
  'of a file',
  expression('data.frames + 1'),
  `
study.yaml:17:17: data.frames is a file of type frames; expressions compute with values
17 |       atoms: $( data.frames + 1 )
   |                 ^^^^^^^^^^^`,
);

refuses(
  'of an unknown parameter',
  expression('params.update * 2'),
  `
study.yaml:17:17: there is no parameter update; did you mean updates?
17 |       atoms: $( params.update * 2 )
   |                 ^^^^^^^^^^^^^`,
);

refuses(
  'of an unknown output',
  expression('data.cuont * 2'),
  `
study.yaml:17:17: data has no output cuont; did you mean count?
17 |       atoms: $( data.cuont * 2 )
   |                 ^^^^^^^^^^`,
);

refuses(
  'that rounds a quantity',
  expression('round(params.length)'),
  `
study.yaml:17:23: round needs a plain number, and this is a time; divide by a unit first, such as round(x / 1 ps) * 1 ps
17 |       atoms: $( round(params.length) )
   |                       ^^^^^^^^^^^^^`,
);

refuses(
  'in an unknown unit',
  expression('3 furlongs'),
  `
study.yaml:17:19: furlongs is not a unit that curie knows
17 |       atoms: $( 3 furlongs )
   |                   ^^^^^^^^`,
);

refuses(
  'whose condition is a number',
  expression('if(params.updates, 1, 2)'),
  `
study.yaml:17:20: this is a number; expected true or false
17 |       atoms: $( if(params.updates, 1, 2) )
   |                    ^^^^^^^^^^^^^^`,
);

refuses(
  'that chains comparisons',
  expression('1 < 2 < 3'),
  `
study.yaml:17:23: comparisons do not chain; join them with and
17 |       atoms: $( 1 < 2 < 3 )
   |                       ^`,
);

refuses(
  'that assigns',
  expression('params.updates = 3'),
  `
study.yaml:17:32: = compares nothing; write ==
17 |       atoms: $( params.updates = 3 )
   |                                ^`,
);

refuses(
  'that compares a number with text',
  expression("params.updates == 'x'"),
  `
study.yaml:17:17: == cannot compare a number with text
17 |       atoms: $( params.updates == 'x' )
   |                 ^^^^^^^^^^^^^^^^^^^^^`,
);

refuses(
  'that orders text',
  expression("'a' < 'b'"),
  `
study.yaml:17:17: < cannot compare text with text
17 |       atoms: $( 'a' < 'b' )
   |                 ^^^^^^^^^`,
);

refuses(
  'with a strange character',
  expression('params.updates ^ 2'),
  `
study.yaml:17:32: "^" has no meaning in an expression
17 |       atoms: $( params.updates ^ 2 )
   |                                ^`,
);

refuses(
  'that mixes kinds',
  expression("if(1 < 2, 1, 'a')"),
  `
study.yaml:17:17: if mixes a number with text
17 |       atoms: $( if(1 < 2, 1, 'a') )
   |                 ^^^^^^^^^^^^^^^^^`,
);

refuses(
  'of another dimension',
  expression('params.length * 2'),
  `
study.yaml:17:14: atoms is a time; expected a plain number: divide by a unit, such as x / 1 ps
17 |       atoms: $( params.length * 2 )
   |              ^^^^^^^^^^^^^^^^^^^^^^`,
);

refuses(
  'nested without end',
  expression('('.repeat(100)),
  `
study.yaml:17:81: nested too deep
17 |       atoms: $( (((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((( )
   |                                                                                 ^`,
);

refuses(
  'that counts what a step measures',
  expression('data.pressure / 1 GPa + 1 K'),
  `
study.yaml:17:17: + has a plain number on one side and a temperature on the other
17 |       atoms: $( data.pressure / 1 GPa + 1 K )
   |                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^`,
);

refuses(
  'that is cut at a comma',
  `${HEAD}  d: { uses: npt, with: { potential: $model.model, composition: Fe, temperature: $( min(params.temperature, 5 K) ) } }
`,
  `
study.yaml:11:82: the expression ends at a comma, because it stands inside { } or [ ]; quote it, '$( ... )', or use block form
11 |   d: { uses: npt, with: { potential: $model.model, composition: Fe, temperature: $( min(params.temperature, 5 K) ) } }
   |                                                                                  ^^^^^^^^^^^^^^^^^^^^^^^^^`,
);

refuses(
  'that is cut at a comma in a list',
  `${HEAD}  d: { uses: compare, with: { measured: [ $( min(a, b) ) ] } }
`,
  `
study.yaml:11:43: the expression ends at a comma, because it stands inside { } or [ ]; quote it, '$( ... )', or use block form
11 |   d: { uses: compare, with: { measured: [ $( min(a, b) ) ] } }
   |                                           ^^^^^^^^`,
);

refuses(
  'that is never closed',
  density(`composition: Fe
temperature: 1 K
length: $( params.length`),
  `
study.yaml:17:15: an expression is all of a value, $( ... ), and this one is never closed; quote it if it holds a comma, a colon or #
17 |       length: $( params.length
   |               ^^^^^^^^^^^^^^^^`,
);

test.run();
