/**
 * Records steps in revisions.json:
 *
 *     node test/steps/revisions.ts STEP...               whose revision has risen, or that are new
 *     node test/steps/revisions.ts --equivalent STEP...  whose code gives the same bytes as before
 */
import { parseArgs } from 'node:util';
import { advice, changeOf, present, readRecords, writeRecords } from './revision-record.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { equivalent: { type: 'boolean', default: false } },
});
const [before, now] = [readRecords(), present()];
const records = { ...before };
for (const step of positionals) {
  const is = now[step];
  if (is === undefined) throw new Error(`there is no step ${step}`);
  const change = changeOf(before[step], is);
  if (change === 'to-record' || (change === 'code' && values.equivalent)) {
    records[step] = is;
    console.log(`${step}, revision ${is.revision}: recorded`);
  } else {
    console.log(advice(step, before[step], is) ?? `${step}: nothing has changed`);
    if (change !== 'none') process.exitCode = 1;
  }
}
writeRecords(Object.fromEntries(Object.entries(records).filter(([step]) => step in now)));
