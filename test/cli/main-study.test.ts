/**
 * The study that the repository is about, in its `smoke` profile: real frames, every step. The same
 * bytes on one thread and on two, undisturbed and killed; and nothing reruns but what changed.
 */
import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parse, stringify } from 'yaml';
import { type Running, type Trial, trial } from './rig.ts';

const WORKFLOWS = fileURLToPath(new URL('../../workflows', import.meta.url));
const STUDY = 'fe-cr-c.yaml';

/** The study with its data in a folder of its own. */
function copy(): Trial {
  const at = trial();
  cpSync(WORKFLOWS, at.folder, { recursive: true });
  return at;
}

const on = (command: string, ...more: string[]): string[] => [
  command,
  STUDY,
  '--profile',
  'smoke',
  '--cache',
  'cache',
  ...more,
];

interface TaskOutputs {
  readonly task: string;
  readonly outcome: string;
}

/** Keys, values, digests and outcomes of all tasks. */
async function outputsOf(at: Trial): Promise<TaskOutputs[]> {
  const { stdout, stderr } = await at.curie(on('outputs', '--json'));
  assert.is(stderr, '');
  return JSON.parse(stdout.replaceAll(at.folder, ''));
}

/** Tasks of a plan that would run, or that depend on one. */
async function toRun(at: Trial, ...options: string[]): Promise<string[]> {
  const { stdout, stderr } = await at.curie(on('plan', '--json', ...options));
  assert.is(stderr, '');
  const plan: { tasks: { task: string; action: string }[] } = JSON.parse(stdout);
  return plan.tasks.filter(({ action }) => action !== 'restore').map(({ task }) => task);
}

/** Until a task is halfway. */
const halfway = (running: Running, task: string): Promise<void> =>
  running.until(new RegExp(`"task":"${task}","fraction":0\\.[5-9]`));

function killWorkersOf({ process: engine }: Running): void {
  const children = readdirSync('/proc').filter((entry) => {
    try {
      return new RegExp(`^PPid:\t${engine.pid}$`, 'm').test(
        readFileSync(`/proc/${entry}/status`, 'utf8'),
      );
    } catch {
      return false;
    }
  });
  for (const child of children) process.kill(Number(child), 'SIGKILL');
}

const study = suite('the main study');

let undisturbed: Trial;
study.before(() => {
  undisturbed = copy();
});
study.after(() => undisturbed.close());

study('runs to a table and a report', async () => {
  const { code, stdout, stderr } = await undisturbed.curie(on('run', '--jobs', '1'));
  assert.is(stderr, '');
  assert.is(code, 0);
  assert.match(stdout, /^density, liquid Fe, 2000 K +\d\.\d+ ± \d\.\d+ g\/cm³ /m);
  assert.match(stdout, /^report: results\/fe-cr-c\/report\.html$/m);
  const outcomes = (await outputsOf(undisturbed)).map(({ outcome }) => outcome);
  assert.is(outcomes.length, 22);
  assert.ok(outcomes.every((outcome) => outcome === 'done' || outcome === 'inconclusive'));
});

study(
  'gives the same bytes on two threads, its engine and workers killed again and again',
  async () => {
    const at = copy();
    try {
      let events = '';
      const first = at.start(on('run', '--jobs', '2', '--json'));
      await halfway(first, 'pretrain');
      first.process.kill('SIGKILL');
      events += (await first.ended).stdout;

      const second = at.start(on('run', '--jobs', '2', '--json'));
      await halfway(second, 'density/DP-NM/Fe90C10');
      killWorkersOf(second);
      await second.until(/"task-failed","task":"density\/DP-NM\/Fe90C10"/);
      await halfway(second, 'melting/DP-NM');
      second.process.kill('SIGKILL');
      events += (await second.ended).stdout;

      const third = await at.curie(on('run', '--jobs', '2', '--json'));
      events += third.stdout;
      assert.is(third.code, 0);
      for (const task of ['pretrain', 'density/DP-NM/Fe90C10', 'melting/DP-NM'])
        assert.match(events, new RegExp(`"task-started","task":"${task}"[^\n]*"resumed":true`));
      assert.equal(await outputsOf(at), await outputsOf(undisturbed));
    } finally {
      at.close();
    }
  },
);

study('reruns what depends on a change, and nothing else', async () => {
  assert.equal(await toRun(undisturbed), []);
  assert.equal(await toRun(undisturbed, '--set', 'viscosity_length=1.1 ps'), [
    'viscosity/DP-NM',
    'viscosity/DP-M',
    'table',
  ]);
  const all = (await outputsOf(undisturbed)).map(({ task }) => task);
  assert.equal(
    await toRun(undisturbed, '--set', 'updates=3001'),
    all.filter((task) => !['nonmagnetic', 'polarised', 'volumes'].includes(task)),
  );
});

study('reruns nothing when it is written another way', async () => {
  const written = undisturbed.read(STUDY);
  const reordered = (node: unknown): unknown =>
    node !== null && typeof node === 'object' && !Array.isArray(node)
      ? Object.fromEntries(
          Object.entries(node)
            .reverse()
            .map(([key, value]) => [key, reordered(value)]),
        )
      : node;
  const { curie, ...rest } = parse(written);
  const ways = {
    reformatted: stringify(parse(written), { collectionStyle: 'flow', lineWidth: 60 }),
    reordered: stringify({ curie, ...(Object(reordered(rest)) as object) }),
    commented: written
      .replaceAll('\n', '   # indeed\n')
      .replace('curie: v1', '# a study\ncurie: v1'),
    relabelled: written.replaceAll('DP-NM', 'without').replaceAll('Fe90C10:', 'alloy:'),
  };
  for (const [how, text] of Object.entries(ways)) {
    assert.is.not(text, written);
    undisturbed.write(STUDY, text);
    assert.equal(await toRun(undisturbed), [], how);
  }
  undisturbed.write(STUDY, written);
});

study.run();
