/** As much of an engine as runs one `exec` task: `node exec-engine.ts VALUES FOLDER`. */
import { join } from 'node:path';
import { localExecutor } from '../../engine/run/workers.ts';

const [values = '', folder = ''] = process.argv.slice(2);
const registry = new URL('../../steps/index.ts', import.meta.url).href;
const attempt = localExecutor(registry).start(
  {
    step: 'exec',
    values: JSON.parse(values),
    folder,
    checkpoint: join(folder, 'checkpoint'),
    threads: 1,
    gpu: null,
  },
  (news) => {
    if (news.kind === 'printed') console.log(news.line);
  },
);
await attempt.ended;
