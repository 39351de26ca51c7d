/** Folders that may not be written and disks that are full: one message, and nothing torn. */
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { expectOutput, expectRefusal, frames, MAIN, NOBODY, type Trial, trial } from './rig.ts';

const disk = suite('a disk');

let at: Trial;
disk.before.each(() => {
  at = trial();
  at.write('frames.extxyz', frames(12));
  at.write(
    'study.yaml',
    `curie: v1
study: toy
steps:
  data: { uses: dft-import, with: { files: frames.extxyz, spin: none } }
`,
  );
});
disk.after.each(() => at.close());

disk('a cache that may not be written is refused before anything runs', async () => {
  const refused =
    'HERE/.curie is not writable (EACCES) while opening the cache: give yourself write permission, or choose another folder with CURIE_CACHE\n';
  chmodSync(at.folder, 0o555);
  expectRefusal(at, await at.curie(['run', 'study.yaml'], { asNobody: true }), refused);
  chmodSync(at.folder, 0o755);
  await at.curie(['run', 'study.yaml']);
  chmodSync(at.path('.curie'), 0o555);
  expectRefusal(at, await at.curie(['run', 'study.yaml'], { asNobody: true }), refused);
  expectOutput(
    at,
    await at.curie(['plan', 'study.yaml'], { asNobody: true }),
    'data  restore\n1 task: 1 restored, 0 to run\n',
  );
  chmodSync(at.path('.curie'), 0o755);
});

disk(
  'results that may not be written are told once a task; what was computed is kept',
  async () => {
    mkdirSync(at.path('elsewhere'));
    if (NOBODY.uid !== undefined) chownSync(at.path('elsewhere'), NOBODY.uid, NOBODY.gid);
    chmodSync(at.folder, 0o555);
    const how = { asNobody: true, env: { CURIE_CACHE: at.path('elsewhere') } };
    const { stdout, stderr, code } = await at.curie(['run', 'study.yaml'], how);
    chmodSync(at.folder, 0o755);
    assert.is(
      at.steady(stdout),
      `TIME  data  started (first run)
TIME  data  warning: HERE/results/toy/data/frames.extxyz is not writable (EACCES) while writing a result: give yourself write permission, or run in a folder of your own
TIME  data  done in TIME

1 task in TIME: 1 done
`,
    );
    assert.is(
      at.steady(stderr),
      'HERE/results/toy is not writable (EACCES) while writing the report: give yourself write permission, or run in a folder of your own\n',
    );
    assert.is(code, 2);
    expectOutput(
      at,
      await at.curie(['plan', 'study.yaml'], { env: how.env }),
      'data  restore\n1 task: 1 restored, 0 to run\n',
    );
  },
);

disk('a cache that is said to be in a file is refused', async () => {
  expectRefusal(
    at,
    await at.curie(['run', 'study.yaml', '--cache', 'frames.extxyz/x']),
    'HERE/frames.extxyz/x is no folder, or is said to be in something that is none: choose another folder with CURIE_CACHE\n',
  );
});

/** How a name space of mounts is had: by root where it may mount, or by a user as root in it. */
const unshare = [['-m'], ['-rm']].find(
  (flags) => spawnSync('unshare', [...flags, 'mount', '-t', 'tmpfs', 'none', '/mnt']).status === 0,
);

/** Runs, looks and runs again, the first time on a disk of so many kB; what was printed. */
function onSmallDisk(kilobytes: number): Promise<string> {
  const script = `mount -t tmpfs -o size=${kilobytes}k none "$SMALL" && cd "$SMALL" || exit
curie() { "$NODE" "$MAIN" "$@"; echo "code $?"; }
curie run ../study.yaml
mount -o remount,size=10m "$SMALL"
curie cache verify
curie run ../study.yaml`;
  return new Promise((resolve, reject) => {
    const child = spawn('unshare', [...unshare!, 'sh', '-c', script], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH, NODE: process.execPath, MAIN, SMALL: at.path('small') },
    });
    let output = '';
    child.stdout.on('data', (text) => (output += text));
    child.stderr.on('data', (text) => (output += text));
    child.on('error', reject);
    child.on('close', () => resolve(at.steady(output)));
  });
}

const title = 'that is full, wherever it strikes, tears nothing; with more room the run goes on';
if (unshare === undefined)
  console.log(`SKIPPED a disk ${title}: no small disk can be mounted here`);
else
  disk(title, async () => {
    mkdirSync(at.path('small'));
    at.write('frames.extxyz', frames(120));
    let struckCommit = false;
    // From no room for a lease to nearly enough for all.
    for (const kilobytes of [8, 48, 96, 120]) {
      const output = await onSmallDisk(kilobytes);
      const when = `${kilobytes} kB:\n${output}`;
      const [first = '', code, verified, sound, second, done] = output.split(/^code (\d)\n/m);
      assert.match(first, /no space left on the disk of HERE\/small\S* \(ENOSPC\) while /, when);
      assert.not.match(output, /defect|^ +at /m, when);
      assert.match(verified ?? '', /^\d contents? and \d results? read: all sound\n$/, when);
      assert.match(second ?? '', /^1 task in TIME: 1 (done|restored)\nreport: results\/toy/m, when);
      assert.equal([code, sound, done], ['1', '0', '0'], when);
      if (/while (storing a result|saving a record)/.test(first)) struckCommit = true;
    }
    assert.ok(struckCommit);
  });

disk.run();
