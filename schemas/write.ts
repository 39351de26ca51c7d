/** Writes the JSON Schemas of studies, protocols and steps, for editors: `node schemas/write.ts`. */
import { writeFileSync } from 'node:fs';
import { stepFileSchema } from '../engine/study/own-step-schema.ts';
import { type JsonSchema, protocolSchemaFor, studySchema } from '../engine/study/schema.ts';
import { steps } from '../steps/index.ts';

function write(name: string, schema: JsonSchema): void {
  writeFileSync(new URL(name, import.meta.url), `${JSON.stringify(schema, null, 2)}\n`);
}

write('study.schema.json', studySchema(steps));
write('protocol.schema.json', protocolSchemaFor(steps));
write('step.schema.json', stepFileSchema);
