/** Programs that a study declares wrongly: exact messages. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { HEAD, messages, type Options } from './rig.ts';

const test = suite('exec');

function refuses(title: string, study: string, message: string, options: Options = {}): void {
  test(title, () => assert.fixture(messages(study, options), message.trim()));
}

refuses(
  'without a command or outputs',
  `${HEAD}  run:
    uses: exec
`,
  `
study.yaml:11:3: step run declares no outputs; add outputs: { name: { file: FILE, type: TYPE } }
11 |   run:
   |   ^^^

study.yaml:11:3: step run lacks the input command of exec; expected text, or a list of such
11 |   run:
   |   ^^^`,
);

refuses(
  'with an output of no dimension',
  `${HEAD}  run:
    uses: exec
    with: { command: [lmp, -in, in.melt] }
    outputs: { eta: { file: eta.json, type: quantity } }
`,
  `
study.yaml:14:21: output eta is a quantity of no dimension; add dimension: viscosity, or whatever it is
14 |     outputs: { eta: { file: eta.json, type: quantity } }
   |                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^`,
);

refuses(
  'with a unit of another dimension',
  `${HEAD}  run:
    uses: exec
    with: { command: [lmp, -in, in.melt] }
    outputs: { eta: { file: eta.json, type: quantity, dimension: viscosity, unit: GPa } }
`,
  `
study.yaml:14:83: GPa is not a unit of viscosity
14 |     outputs: { eta: { file: eta.json, type: quantity, dimension: viscosity, unit: GPa } }
   |                                                                                   ^^^`,
);

refuses(
  'with an unknown dimension and key',
  `${HEAD}  run:
    uses: exec
    with: { command: [lmp, -in, in.melt], file: x }
    outputs: { eta: { fil: eta.json, dimension: viscocity } }
`,
  `
study.yaml:13:43: exec has no input file; did you mean files?
13 |     with: { command: [lmp, -in, in.melt], file: x }
   |                                           ^^^^

study.yaml:14:16: outputs.eta of step run lacks file: the name of a file that the program writes
14 |     outputs: { eta: { fil: eta.json, dimension: viscocity } }
   |                ^^^

study.yaml:14:23: unknown key fil in outputs.eta of step run; did you mean file?
14 |     outputs: { eta: { fil: eta.json, dimension: viscocity } }
   |                       ^^^

study.yaml:14:49: outputs.eta.dimension of step run is "viscocity"; expected one of temperature, pressure, length, time, energy, force, volume, density, viscosity, mass, fraction, dimensionless
14 |     outputs: { eta: { fil: eta.json, dimension: viscocity } }
   |                                                 ^^^^^^^^^

study.yaml:14:49: output eta is a file, which has no dimension; for a value give type: quantity (value types: quantity, measured, number, integer, text, boolean, json)
14 |     outputs: { eta: { fil: eta.json, dimension: viscocity } }
   |                                                 ^^^^^^^^^`,
);

refuses(
  'with a file that is not there',
  `${HEAD}  run:
    uses: exec
    with: { command: [lmp, -in, in.melt], files: { in.melt: in.melt } }
    outputs: { log: { file: log.lammps } }
`,
  `
study.yaml:13:61: files.in.melt: there is no file in.melt; paths start from the folder of the study
13 |     with: { command: [lmp, -in, in.melt], files: { in.melt: in.melt } }
   |                                                             ^^^^^^^`,
);

refuses(
  'with a value where a file is wanted',
  `${HEAD}  run:
    uses: exec
    with: { command: [lmp, 1.0], files: { in.melt: $data.count } }
    outputs: { log: { file: log.lammps } }
`,
  `
study.yaml:13:28: command is read by YAML as the number 1; quote it: '1.0'
13 |     with: { command: [lmp, 1.0], files: { in.melt: $data.count } }
   |                            ^^^

study.yaml:13:52: files.in.melt takes a file; data.count is a whole number
13 |     with: { command: [lmp, 1.0], files: { in.melt: $data.count } }
   |                                                    ^^^^^^^^^^^`,
);

refuses(
  'whose output is used as another type',
  `${HEAD}  run:
    uses: exec
    with: { command: [lmp] }
    outputs: { log: { file: log.lammps, type: log } }
  more: { uses: train, with: { frames: $run.log, updates: 1 } }
`,
  `
study.yaml:15:40: frames takes a file of type frames; run.log is a file of type log
15 |   more: { uses: train, with: { frames: $run.log, updates: 1 } }
   |                                        ^^^^^^^^`,
);

refuses(
  'with a time limit that is none',
  `${HEAD}  run:
    uses: exec
    with: { command: [lmp] }
    timeout: 5 fs
    outputs: { log: { file: log.lammps } }
`,
  `
study.yaml:14:14: timeout is "5 fs"; expected a time such as 30 min or 12 h (s, min, h, d)
14 |     timeout: 5 fs
   |              ^^^^`,
);

test.run();
