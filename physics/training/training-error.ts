/** What a user can mend about a training: frames or a model that do not fit it. */
export class TrainingError extends Error {
  override readonly name = 'TrainingError';
}
