/** A step that does not keep to its interface: a defect of the step. */
export class OutputError extends Error {
  override readonly name = 'OutputError';
}
