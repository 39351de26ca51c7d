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
  'with names that are none of files in its folder',
  `${HEAD}  run:
    uses: exec
    with:
      command: [lmp]
      files: { ../in.melt: frames.extxyz, a: frames.extxyz, a/b: frames.extxyz }
      stdout: /var/out
    outputs: { log: { file: ./log.lammps } }
`,
  `
study.yaml:15:28: files: "../in.melt" names no file in the working folder; write a name such as in.melt or data/in.melt
15 |       files: { ../in.melt: frames.extxyz, a: frames.extxyz, a/b: frames.extxyz }
   |                            ^^^^^^^^^^^^^

study.yaml:15:66: a/b cannot be beside a, which is a file and no folder
15 |       files: { ../in.melt: frames.extxyz, a: frames.extxyz, a/b: frames.extxyz }
   |                                                                  ^^^^^^^^^^^^^

study.yaml:16:15: stdout: "/var/out" names no file in the working folder; write a name such as in.melt or data/in.melt
16 |       stdout: /var/out
   |               ^^^^^^^^

study.yaml:17:29: output log: "./log.lammps" names no file in the working folder; write a name such as in.melt or data/in.melt
17 |     outputs: { log: { file: ./log.lammps } }
   |                             ^^^^^^^^^^^^`,
);

refuses(
  'whose standard output would go into one of its files',
  `${HEAD}  run:
    uses: exec
    with: { command: [cat, in], files: { in: frames.extxyz }, stdout: in }
    outputs: { in: { file: in } }
`,
  `
study.yaml:13:71: stdout: in is one of files already; the standard output needs a file of its own
13 |     with: { command: [cat, in], files: { in: frames.extxyz }, stdout: in }
   |                                                                       ^^`,
);

refuses(
  'with placeholders that stand for nothing',
  `${HEAD}  run:
    uses: exec
    with:
      command: [cat, '{files.in.mlt}', '{values.T}', '{print}']
      files: { in.melt: frames.extxyz }
    outputs: { log: { file: log } }
`,
  `
study.yaml:14:22: {files.in.mlt}: there is no in.mlt in files; did you mean in.melt?
14 |       command: [cat, '{files.in.mlt}', '{values.T}', '{print}']
   |                      ^^^^^^^^^^^^^^^^

study.yaml:14:40: {values.T}: there is no T in values
14 |       command: [cat, '{files.in.mlt}', '{values.T}', '{print}']
   |                                        ^^^^^^^^^^^^`,
);

refuses(
  'with values of variables that are none',
  `${HEAD}  run:
    uses: exec
    with:
      command: [env]
      env: { B: [1], C: { secret: S, other: 1 }, D: 1.10, E: yes }
    outputs: { log: { file: log } }
`,
  `
study.yaml:15:17: env.B is a list; expected text, or { secret: NAME }
15 |       env: { B: [1], C: { secret: S, other: 1 }, D: 1.10, E: yes }
   |                 ^^^

study.yaml:15:25: env.C is a mapping; expected text, or { secret: NAME }
15 |       env: { B: [1], C: { secret: S, other: 1 }, D: 1.10, E: yes }
   |                         ^^^^^^^^^^^^^^^^^^^^^^^

study.yaml:15:53: env.D is read by YAML as the number 1.1; quote it: '1.10'
15 |       env: { B: [1], C: { secret: S, other: 1 }, D: 1.10, E: yes }
   |                                                     ^^^^

study.yaml:15:62: env.E is read as true or false by older YAML; quote it: 'yes'
15 |       env: { B: [1], C: { secret: S, other: 1 }, D: 1.10, E: yes }
   |                                                              ^^^`,
);

refuses(
  'with names of variables that are none, or set twice',
  `${HEAD}  run:
    uses: exec
    with: { command: [env], env: { 1A: x, F: x }, pass: [A B, F] }
    outputs: { log: { file: log } }
`,
  `
study.yaml:13:40: "1A" is no name of an environment variable; use letters, digits and _
13 |     with: { command: [env], env: { 1A: x, F: x }, pass: [A B, F] }
   |                                        ^

study.yaml:13:58: "A B" is no name of an environment variable; use letters, digits and _
13 |     with: { command: [env], env: { 1A: x, F: x }, pass: [A B, F] }
   |                                                          ^^^

study.yaml:13:63: F is set by env already; leave it out of one
13 |     with: { command: [env], env: { 1A: x, F: x }, pass: [A B, F] }
   |                                                               ^`,
);

refuses(
  'with programs that only the run would tell, or that have one name',
  `${HEAD}  run:
    uses: exec
    with:
      command: [$data.label, x]
      tools: [bin/lmp, other/lmp, bin/lmp]
      env: { PATH: $data.label }
    outputs: { log: { file: log } }
`,
  `
study.yaml:14:17: a program is known before the study runs: write its name or its path here
14 |       command: [$data.label, x]
   |                 ^^^^^^^^^^^

study.yaml:15:24: two different programs are called lmp; a step can start only one of them
15 |       tools: [bin/lmp, other/lmp, bin/lmp]
   |                        ^^^^^^^^^
  study.yaml:15:15: lmp is named here first
  15 |       tools: [bin/lmp, other/lmp, bin/lmp]
     |               ^^^^^^^

study.yaml:16:20: PATH is known before the study runs: write it out here
16 |       env: { PATH: $data.label }
   |                    ^^^^^^^^^^^`,
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
