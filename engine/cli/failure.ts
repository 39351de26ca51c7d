/** What ends a command: a message for the user and an exit code. */

/** 0 done, inconclusive results included; the other codes are these. */
export const EXIT = { failed: 1, wrong: 2, interrupted: 130 } as const;

export class Failure extends Error {
  override readonly name = 'Failure';
  readonly code: number;

  constructor(message: string, code: number = EXIT.wrong) {
    super(message);
    this.code = code;
  }
}
