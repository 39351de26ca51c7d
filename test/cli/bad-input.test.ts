/** Everything that can be wrong with a study, as the command line says it: exact messages. */
import { chmodSync, existsSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { expectRefusal, frames, type Trial, trial } from './rig.ts';

const bad = suite('bad input');

let at: Trial;
bad.before(() => {
  at = trial();
  at.write('frames.extxyz', frames(1));
});
bad.after(() => at.close());

/** A study that is right; each test below makes one mistake in it. */
const STUDY = `curie: v1
study: toy
params: { hot: 2000 K, length: 25 ps }
steps:
  data:
    uses: dft-import
    with: { files: frames.extxyz, spin: none }
  model:
    uses: train
    with: { train: $data.train, validation: $data.validation, updates: 100 }
  density:
    uses: npt
    with:
      potential: $model.model
      composition: Fe
      temperature: $params.hot
      phase: liquid
      length: $params.length
`;

async function refuses(text: string, message: string, args: readonly string[] = []): Promise<void> {
  at.write('study.yaml', text);
  expectRefusal(
    at,
    await at.curie(['validate', 'study.yaml', ...args]),
    `${message.trim()}\n\nstudy.yaml: one problem; nothing was run\n`,
  );
}

bad('text that is no YAML', () =>
  refuses(
    STUDY.replace('spin: none }', 'spin: none'),
    `
study.yaml:8:3: this is not YAML: flow map in block collection must be sufficiently indented and end with a }
8 |   model:
  |   ^`,
  ),
);

bad('what never ends', async () => {
  const { code, stderr } = await at.curie(['validate', '/dev/zero']);
  assert.match(
    stderr,
    /^\/dev\/zero:1:1: the file has 5\.0 MB; a study has at most 5 MB: keep data/,
  );
  assert.is(code, 2);
});

bad('a program that is not there, whatever is asked', async () => {
  at.write(
    'say.yaml',
    `curie: v1
study: toy
steps:
  say:
    uses: exec
    with: { command: [shout, hello], stdout: said }
    outputs: { said: { file: said, type: lines } }
`,
  );
  for (const command of ['run', 'plan', 'outputs'])
    expectRefusal(
      at,
      await at.curie([command, 'say.yaml']),
      `say.yaml:6:23: there is no program shout in /usr/local/bin:/usr/bin:/bin; install it, name it under tools of the site file, or give its path, which starts from the folder of this file
6 |     with: { command: [shout, hello], stdout: said }
  |                       ^^^^^
`,
    );
});

bad('a misspelt input, of which nothing else is said', () =>
  refuses(
    STUDY.replace('files:', 'fils:'),
    `
study.yaml:7:13: dft-import has no input fils; did you mean files?
7 |     with: { fils: frames.extxyz, spin: none }
  |             ^^^^`,
  ),
);

bad('an unknown key', () =>
  refuses(
    STUDY.replace('spin: none }', 'spin: none }\n    afer: model'),
    `
study.yaml:8:5: unknown key afer in step data; did you mean after?
8 |     afer: model
  |     ^^^^`,
  ),
);

bad('an unknown input', () =>
  refuses(
    STUDY.replace('phase: liquid', 'phase: liquid\n      atom: 128'),
    `
study.yaml:18:7: npt has no input atom; did you mean atoms?
18 |       atom: 128
   |       ^^^^`,
  ),
);

bad('an unknown step type', () =>
  refuses(
    STUDY.replace('uses: npt', 'uses: ntp'),
    `
study.yaml:12:11: there is no step type ntp; did you mean npt?
12 |     uses: ntp
   |           ^^^`,
  ),
);

bad('an unknown parameter', () =>
  refuses(
    STUDY.replace('$params.hot', '$params.hots'),
    `
study.yaml:16:20: there is no parameter hots; did you mean hot?
16 |       temperature: $params.hots
   |                    ^^^^^^^^^^^^`,
  ),
);

bad('an unknown step in a reference', () =>
  refuses(
    STUDY.replace('$data.train', '$dta.train'),
    `
study.yaml:10:20: there is no step dta; did you mean data?
10 |     with: { train: $dta.train, validation: $data.validation, updates: 100 }
   |                    ^^^^^^^^^^`,
  ),
);

bad('an unknown output in a reference', () =>
  refuses(
    STUDY.replace('$data.train', '$data.trian'),
    `
study.yaml:10:20: data has no output trian; did you mean train?
10 |     with: { train: $data.trian, validation: $data.validation, updates: 100 }
   |                    ^^^^^^^^^^^`,
  ),
);

bad('a wrong dimension', () =>
  refuses(
    STUDY.replace('$params.hot', '10 GPa'),
    `
study.yaml:16:20: temperature is given as a pressure; expected a temperature, such as 2000 K
16 |       temperature: 10 GPa
   |                    ^^^^^^`,
  ),
);

bad('a missing unit', () =>
  refuses(
    STUDY.replace('$params.length', '25'),
    `
study.yaml:18:15: length has no unit; expected a time, such as 1 fs
18 |       length: 25
   |               ^^`,
  ),
);

bad('a cycle, named in order, each edge with its line', () =>
  refuses(
    `${STUDY}  melt:
    uses: npt
    with: { potential: $tuned.model, composition: Fe, temperature: 2000 K, phase: liquid, length: 1 ps }
  picked:
    uses: exec
    with: { command: [cp, '{files.in}', out], files: { in: $melt.trajectory } }
    outputs: { frames: { file: out, type: frames } }
  tuned:
    uses: train
    with: { train: $picked.frames, validation: $data.validation, updates: 100 }
`,
    `
study.yaml:21:24: steps need each other in a cycle: melt -> tuned -> picked -> melt
21 |     with: { potential: $tuned.model, composition: Fe, temperature: 2000 K, phase: liquid, length: 1 ps }
   |                        ^^^^^^^^^^^^
  study.yaml:21:24: melt needs tuned
  21 |     with: { potential: $tuned.model, composition: Fe, temperature: 2000 K, phase: liquid, length: 1 ps }
     |                        ^^^^^^^^^^^^
  study.yaml:28:20: tuned needs picked
  28 |     with: { train: $picked.frames, validation: $data.validation, updates: 100 }
     |                    ^^^^^^^^^^^^^^
  study.yaml:24:60: picked needs melt
  24 |     with: { command: [cp, '{files.in}', out], files: { in: $melt.trajectory } }
     |                                                            ^^^^^^^^^^^^^^^^`,
  ),
);

bad('a missing data file', () =>
  refuses(
    STUDY.replace('frames.extxyz', 'frame.extxyz'),
    `
study.yaml:7:20: files: there is no file frame.extxyz; did you mean frames.extxyz?
7 |     with: { files: frame.extxyz, spin: none }
  |                    ^^^^^^^^^^^^`,
  ),
);

bad('a setting that is no value of its parameter', () =>
  refuses(
    STUDY,
    `
--set hot=25 ps: temperature is given as a time; expected a temperature, such as 2000 K
  study.yaml:16:20: used here as temperature of density
  16 |       temperature: $params.hot
     |                    ^^^^^^^^^^^`,
    ['--set', 'hot=25 ps'],
  ),
);

bad('a data file that may not be read', async () => {
  at.write('secret.extxyz', '');
  chmodSync(at.path('secret.extxyz'), 0o000);
  at.write('study.yaml', STUDY.replace('frames.extxyz', 'secret.extxyz'));
  expectRefusal(
    at,
    await at.curie(['validate', 'study.yaml'], { asNobody: true }),
    `study.yaml:7:20: files: secret.extxyz cannot be read; check its permissions
7 |     with: { files: secret.extxyz, spin: none }
  |                    ^^^^^^^^^^^^^

study.yaml: one problem; nothing was run
`,
  );
});

bad('a study that may not be read', async () => {
  at.write('secret.yaml', STUDY);
  chmodSync(at.path('secret.yaml'), 0o000);
  expectRefusal(
    at,
    await at.curie(['run', 'secret.yaml'], { asNobody: true }),
    `secret.yaml:1:1: it cannot be read (EACCES)

secret.yaml: one problem; nothing was run
`,
  );
});

bad('a GPU where there is none', async () => {
  at.write('study.yaml', `${STUDY}    resources: { gpu: 1 }\n`);
  expectRefusal(
    at,
    await at.curie(['run', 'study.yaml'], { env: { CUDA_VISIBLE_DEVICES: '' } }),
    `study.yaml:11:3: density asks for a GPU, and this machine has none that may be used: run it where there is one, or leave out resources.gpu
11 |   density:
   |   ^^^^^^^
`,
  );
});

bad('many mistakes are reported at once, by every command, and nothing runs', async () => {
  at.write(
    'study.yaml',
    STUDY.replace('spin: none', 'spin: non')
      .replace('$params.hot', '2000')
      .replace('uses: train', 'uses: trian'),
  );
  const expected = `study.yaml:7:41: spin is "non"; did you mean none?
7 |     with: { files: frames.extxyz, spin: non }
  |                                         ^^^

study.yaml:9:11: there is no step type trian; did you mean train?
9 |     uses: trian
  |           ^^^^^

study.yaml:16:20: temperature has no unit; expected a temperature, such as 2000 K
16 |       temperature: 2000
   |                    ^^^^

study.yaml: 3 problems; nothing was run
`;
  for (const args of [
    ['validate'],
    ['run'],
    ['plan', '--json'],
    ['outputs'],
    ['status'],
    ['report'],
  ])
    expectRefusal(at, await at.curie([args[0]!, 'study.yaml', ...args.slice(1)]), expected);
  assert.not.ok(existsSync(at.path('.curie')));
});

bad('to look at a study loads no code of its steps', async () => {
  at.write('study.yaml', STUDY);
  at.write(
    'hook.mjs',
    `import { appendFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
registerHooks({
  load(url, context, next) {
    appendFileSync(${JSON.stringify(at.path('loaded'))}, url + '\\n');
    return next(url, context);
  },
});
`,
  );
  for (const command of ['validate', 'plan', 'status', 'outputs'])
    assert.is(
      (
        await at.curie([command, 'study.yaml'], {
          env: { NODE_OPTIONS: `--import=${at.path('hook.mjs')}` },
        })
      ).code,
      0,
    );
  const loaded = at.read('loaded').split('\n');
  assert.ok(loaded.some((url) => url.endsWith('/engine/cli/validate.ts')));
  assert.ok(loaded.some((url) => url.endsWith('/steps/npt/interface.ts')));
  assert.equal(
    loaded.filter((url) => /\/physics\/|\/steps\/.*\/run\.ts$/.test(url)),
    [],
  );
});

bad.run();
