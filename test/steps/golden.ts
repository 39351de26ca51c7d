/** A tiny run of every step type, and the digests of what it gives: golden.yaml. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { digestOf, openCache } from '../../cache/index.ts';
import { actionFromJson } from '../../engine/plan/action.ts';
import { knowledgeOf } from '../../engine/plan/knowledge.ts';
import { plan } from '../../engine/plan/plan.ts';
import { loadStudy } from '../../engine/study/load.ts';
import { steps } from '../../steps/index.ts';
import { MAIN } from '../cli/rig.ts';

export interface Golden {
  /** Digest of what the step was given. */
  readonly inputs: string;
  /** Digests of its outputs and figures. */
  readonly gives: { readonly [output: string]: string };
}

/** By step type. Takes a few seconds; the same on every machine. */
export function goldenRun(): ReadonlyMap<string, Golden> {
  const file = fileURLToPath(new URL('golden.yaml', import.meta.url));
  const folder = mkdtempSync(join(tmpdir(), 'curie-golden-'));
  try {
    const cacheFolder = join(folder, 'cache');
    execFileSync(process.execPath, [MAIN, 'run', file, '--cache', cacheFolder], { cwd: folder });
    const loaded = loadStudy(file, { registry: steps });
    if ('diagnostics' in loaded) throw new Error('golden.yaml is no study');
    const { study } = loaded;
    const cache = openCache(cacheFolder, { readOnly: true });
    const { decisions } = plan(study, knowledgeOf(study, cache));
    const golden = decisions.map((decision, k) => {
      const { name, interface: step } = study.tasks[k]!;
      if (decision.kind !== 'restore') throw new Error(`${name} has no result`);
      const { outputs, figures, action } = decision.record;
      const gives = Object.entries(outputs).map(
        ([output, { digest }]) => [output, digest] as const,
      );
      return [
        step.type,
        {
          inputs: digestOf({ ...actionFromJson(action)?.inputs }),
          gives: {
            ...Object.fromEntries(gives),
            ...(figures !== undefined && { figures: figures.digest }),
          },
        },
      ] as const;
    });
    cache.close();
    return new Map(golden);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
