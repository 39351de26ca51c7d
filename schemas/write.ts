/** Writes the JSON Schema of studies, for editors: `node schemas/write.ts`. */
import { writeFileSync } from 'node:fs';
import { studySchema } from '../engine/study/schema.ts';
import { steps } from '../steps/index.ts';

writeFileSync(
  new URL('study.schema.json', import.meta.url),
  `${JSON.stringify(studySchema(steps), null, 2)}\n`,
);
