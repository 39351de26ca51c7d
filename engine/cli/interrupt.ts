/** What an interrupt from the terminal means to a command that runs steps. */
import { EXIT } from './failure.ts';

/** The first interrupt asks the run to stop, the second ends this process; workers go with it. */
export function interruptible(onFirst: () => void): {
  readonly signal: AbortSignal;
  dispose(): void;
} {
  const controller = new AbortController();
  const hear = (): void => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    onFirst();
    controller.abort(new Error('the run was stopped'));
  };
  process.on('SIGINT', hear);
  process.on('SIGTERM', hear);
  return {
    signal: controller.signal,
    dispose() {
      process.off('SIGINT', hear);
      process.off('SIGTERM', hear);
    },
  };
}
