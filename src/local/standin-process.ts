/** How a stand-in lives as a process: it says when it is ready, and it ends in order when asked to. */
import { messageOf } from '../core/message-of.ts';

/**
 * Prints the one line that a launcher waits for on stdout, `{"ready":true,…}`, and calls `stop` once, on
 * SIGTERM or SIGINT. The process then exits with 0, or with 1 when `stop` fails.
 */
export function runUntilStopped(options: {
  readonly ready: Readonly<Record<string, unknown>>;
  readonly stop: () => Promise<void>;
}): void {
  let isStopping = false;
  const stopOnce = (): void => {
    if (isStopping) return;
    isStopping = true;
    options.stop().then(
      () => process.exit(0),
      (error: unknown) => exitWith(error),
    );
  };
  process.on('SIGTERM', stopOnce);
  process.on('SIGINT', stopOnce);
  console.log(JSON.stringify({ ready: true, ...options.ready }));
}

/** One line on stderr, no stack, exit code 1. */
export function exitWith(error: unknown): never {
  console.error(messageOf(error));
  process.exit(1);
}
