/**
 * The scenarios of the engines' reference, section 6, by its numbers and names:
 *
 *   1-12   wireit          wireit.test.ts
 *   13-15  à la carte, Shake   build-systems.test.ts
 *   16-17  CWL             cwl.test.ts
 *   18-20, 22  Snakemake, Nextflow, bazel-remote, HyperQueue   others.test.ts
 *
 * Two belong elsewhere: 21 (attacks by archives) to remotes, because nothing here is ever
 * unpacked, and 23 (a fake Slurm) to the Slurm executor. Where other tests hold a scenario in
 * depth, the one here is its short form through a real run, and names them.
 */
import { localExecutor } from '../../engine/run/workers.ts';
import { type Project, project, type Ran, type RunChoices, registry } from '../run/rig.ts';

export { type Project, project, type Ran } from '../run/rig.ts';

const workers = localExecutor(registry);

/** Runs a study in workers that stay warm from run to run. */
export function run(at: Project, steps: string, choices: RunChoices = {}): Promise<Ran> {
  const executor = { start: workers.start, close: () => {} };
  return at.run(`curie: v1\nstudy: toy\nsteps:\n${steps}`, { executor, ...choices });
}

export function endWorkers(): void {
  workers.close();
}

/** A project with `in.txt`. */
export function withInput(text = 'one\ntwo\n'): Project {
  const at = project();
  at.write('in.txt', text);
  return at;
}

/** What tasks failed of. */
export function failures(ran: Ran): string[] {
  return ran.of('task-failed').map(({ task, message }) => `${task}: ${message}`);
}
