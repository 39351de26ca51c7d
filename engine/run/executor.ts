/** Where attempts at tasks run. The scheduler knows no more of processes than this. */
import type { Assignment, Ending, News } from './protocol.ts';

export interface Executor {
  /** Starts an attempt. `ended` never rejects. */
  start(assignment: Assignment, tell: (news: News) => void): Attempt;
  /** Ends all that still runs, at once. */
  close(): void;
}

export interface Attempt {
  readonly ended: Promise<Ending>;
  /** Grants another number of cores. */
  setThreads(threads: number): void;
  /** Asks the step to save what it has and stop. */
  stop(): void;
}
