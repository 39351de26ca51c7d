/** Names that a study gives, and the words that mean something already. */

/** The version of the study language that this curie reads. */
export const LANGUAGE = 'v1';

/** Parameters, sets, axes and steps: names that stand bare in expressions. */
export const NAME = '^[a-z][a-z0-9_]*$';

/** Studies name a folder of results. */
export const STUDY_NAME = '^[A-Za-z0-9][A-Za-z0-9_.-]*$';

/** First words of references and words of expressions: no step can be called so. */
export const RESERVED: readonly string[] = [
  'params',
  'sets',
  'matrix',
  'inputs',
  'outputs',
  'and',
  'or',
  'not',
  'if',
  'true',
  'false',
];

/** The step type that runs any program; its outputs are declared in the study. */
export const EXEC = 'exec';
