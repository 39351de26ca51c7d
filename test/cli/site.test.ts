/** The site file: what it says, what counts before it, and what is said of mistakes in it. */
import { existsSync, mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { expectRefusal, type Trial, trial } from './rig.ts';

const site = suite('the site file');

const FILE = '.config/curie/site.yaml';

let at: Trial;
site.before.each(() => {
  at = trial();
  for (const folder of ['.config/curie', 'opt/bin', 'other'])
    mkdirSync(at.path(folder), { recursive: true });
  at.write('opt/bin/tool', '#!/bin/sh\necho site\n', 0o755);
  at.write('other/tool', '#!/bin/sh\necho other\n', 0o755);
});
site.after.each(() => at.close());

const study = (more = '', command = '[tool]') => `curie: v1
study: toy
steps:
  say:
    uses: exec
    with: { command: ${command}, stdout: out${more} }
    outputs: { out: { file: out, type: text } }
`;

/** What the program of the study said. */
async function said(text: string, env: { readonly [name: string]: string } = {}): Promise<string> {
  at.write('study.yaml', text);
  const ran = await at.curie(['run', 'study.yaml'], { env });
  assert.is(ran.code, 0, ran.stdout + ran.stderr);
  return JSON.parse((await at.curie(['outputs', 'study.yaml', '--json'], { env })).stdout)[0]
    .outputs.out;
}

site('what is in force is told, with who says so', async () => {
  at.write(
    FILE,
    'cache: ~/kept\ncores: 3\nmemory: 2 GB\ngpus: [0, GPU-b]\ntools: { tool: ../../opt/bin/tool }\n',
  );
  const all = at.steady((await at.curie(['site'])).stdout);
  assert.fixture(
    all.replaceAll(/ +(?=HERE\/\.config\/curie\/site\.yaml:)/g, '  '),
    `site file HERE/.config/curie/site.yaml
  cache       HERE/kept  HERE/.config/curie/site.yaml:1:8
  cores       3  HERE/.config/curie/site.yaml:2:8
  memory      2.0 GB  HERE/.config/curie/site.yaml:3:9
  gpus        0,GPU-b  HERE/.config/curie/site.yaml:4:7
  tools.tool  HERE/opt/bin/tool  HERE/.config/curie/site.yaml:5:16
`,
  );
  const { stdout } = await at.curie(['site'], {
    env: { CURIE_CACHE: 'mine', CUDA_VISIBLE_DEVICES: '' },
  });
  assert.match(at.steady(stdout), /cache +HERE\/mine +CURIE_CACHE\n/);
  assert.match(stdout, /gpus +none +CUDA_VISIBLE_DEVICES\n/);
});

site('without one it is said where it would be, and what the machine has counts', async () => {
  const { stdout } = await at.curie(['site']);
  const lines = at.steady(stdout).split('\n');
  assert.is(lines[0], 'no site file; it would be HERE/.config/curie/site.yaml');
  assert.match(lines[1]!, /^ {2}cache +HERE\/\.curie +the folder of the project$/);
  assert.match(lines[2]!, new RegExp(`^ {2}cores +${availableParallelism()} +this machine$`));
  assert.match(lines[3]!, /^ {2}memory +\d+\.\d GB +this machine$/);
  const other = await at.curie(['site'], { env: { XDG_CONFIG_HOME: at.path('settings') } });
  assert.match(at.steady(other.stdout), /it would be HERE\/settings\/curie\/site\.yaml\n/);
});

site('CURIE_SITE names another one, which has to be there', async () => {
  at.write(FILE, 'cores: 3\n');
  at.write('mine.yaml', 'cores: 5\n');
  const { stdout } = await at.curie(['site'], { env: { CURIE_SITE: 'mine.yaml' } });
  assert.match(stdout, /cores +5 +mine\.yaml:1:8\n/);
  expectRefusal(
    at,
    await at.curie(['site'], { env: { CURIE_SITE: 'none.yaml' } }),
    'CURIE_SITE: there is no file none.yaml\n',
  );
});

site(
  'the cache is where it says, unless the command line or the environment say otherwise',
  async () => {
    at.write(FILE, 'cache: ../../kept\ntools: { tool: ../../opt/bin/tool }\n');
    at.write('study.yaml', study());
    await at.curie(['run', 'study.yaml']);
    assert.ok(existsSync(at.path('kept/layout.json')));
    assert.not(existsSync(at.path('.curie')));
    assert.match(at.steady((await at.curie(['cache', 'stats'])).stdout), /^HERE\/kept\n/);
    await at.curie(['run', 'study.yaml'], { env: { CURIE_CACHE: 'env' } });
    assert.ok(existsSync(at.path('env/layout.json')));
    await at.curie(['run', 'study.yaml', '--cache', 'line'], { env: { CURIE_CACHE: 'env2' } });
    assert.ok(existsSync(at.path('line/layout.json')));
    assert.not(existsSync(at.path('env2')));
  },
);

site(
  'a tool is found by its bare name, before the fixed PATH and after one of the step',
  async () => {
    at.write(FILE, `tools: { tool: ${at.path('opt/bin/tool')}, sh: ${at.path('opt/bin/tool')} }\n`);
    assert.is(await said(study()), 'site');
    assert.is(await said(study('', '[sh]')), 'site');
    assert.is(await said(study(`, env: { PATH: ${at.path('other')} }`)), 'other');
    assert.is(await said(study(', env: { PATH: /nowhere }')), 'site');
    assert.is(await said(study(', pass: [PATH]'), { PATH: `${at.path('other')}:/bin` }), 'other');
    assert.is(await said(study('', '[other/tool]')), 'other');
    assert.is(await said(study(', tools: [tool]', "[env, sh, -c, 'tool']")), 'site');
  },
);

site('the place of a tool is in no key, its content is', async () => {
  at.write(FILE, 'tools: { tool: ../../opt/bin/tool }\n');
  await said(study());
  at.write('opt/tool-7', at.read('opt/bin/tool'), 0o755);
  at.write(FILE, 'cores: 1\ntools: { tool: ../../opt/tool-7 }\n');
  const plan = async () => (await at.curie(['plan', 'study.yaml'])).stdout;
  assert.match(await plan(), /^say {2}restore\n/);
  at.write(FILE, 'tools: { tool: ../../other/tool }\n');
  assert.match(await plan(), /^say {2}run +tool tool: /);
});

site('a tool that is not there is missed where the site file names it', async () => {
  at.write(FILE, 'tools: { tool: /nowhere/tool }\n');
  at.write('study.yaml', study());
  expectRefusal(
    at,
    await at.curie(['run', 'study.yaml']),
    `HERE/.config/curie/site.yaml:1:16: there is no program /nowhere/tool
1 | tools: { tool: /nowhere/tool }
  |                ^^^^^^^^^^^^^
  study.yaml:6:23: tool is wanted here
  6 |     with: { command: [tool], stdout: out }
    |                       ^^^^
`,
  );
});

site('cores and devices are those that it says', async () => {
  at.write('opt/bin/nvidia-smi', '#!/bin/sh\necho GPU-aaaa\necho GPU-bbbb\n', 0o755);
  at.write(FILE, 'gpus: [1]\ncores: 1\ntools: { tool: ../../opt/bin/tool }\n');
  const wanting = `${study('', "[sh, -c, 'echo $CUDA_VISIBLE_DEVICES']")}    resources: { gpu: 1 }\n`;
  const env = { PATH: `${at.path('opt/bin')}:${process.env.PATH}` };
  assert.is(await said(wanting, env), 'GPU-bbbb');
  at.write(FILE, 'gpus: [7]\n');
  expectRefusal(
    at,
    await at.curie(['run', 'study.yaml'], { env }),
    'HERE/.config/curie/site.yaml:1:7: there is no device 7; devices that may be used: 0 (GPU-aaaa), 1 (GPU-bbbb)\n',
  );
});

site('all that is wrong with it is told at once, by every command', async () => {
  at.write(
    FILE,
    `cashe: /scratch
cores: many
memory: 64
gpus: some
tools: { /bin/tool: x, lmp: [1] }
`,
  );
  const { stderr, code } = await at.curie(['cache', 'stats']);
  assert.is(code, 2);
  const heads = at
    .steady(stderr)
    .split('\n')
    .filter((line) => line.startsWith('HERE'));
  assert.equal(heads, [
    'HERE/.config/curie/site.yaml:1:1: unknown key cashe in the site file; did you mean cache?',
    'HERE/.config/curie/site.yaml:2:8: cores is "many"; expected a number of cores, such as 8',
    'HERE/.config/curie/site.yaml:3:9: memory of the site file is the number 64; expected an amount such as 4 GB or 500 MB',
    'HERE/.config/curie/site.yaml:4:7: gpus is "some"; expected all, none, or a list of numbers and UUIDs such as [0, 1]',
    'HERE/.config/curie/site.yaml:5:10: "/bin/tool" cannot be a name here; expected the name of a program, without a path',
    'HERE/.config/curie/site.yaml:5:29: tools.lmp is a list; expected a path, such as /opt/lammps/bin/lmp',
  ]);
});

site.run();
