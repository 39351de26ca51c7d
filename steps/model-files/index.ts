/** What `curie model` does with files, for the command line to word. */
export { checkModelTables } from './compress.ts';
export { exportModel, importModel, type MadeFile } from './convert.ts';
export { describeModel, type ModelDescription } from './describe.ts';
export { type Errors, type EvaluatedFrame, type Evaluation, evaluateModel } from './evaluate.ts';
export type { NamedBytes } from './open.ts';
