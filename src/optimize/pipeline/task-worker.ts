import { parentPort } from 'node:worker_threads';
import { messageOf } from '../../core/message-of.ts';
import { perform, type Task } from './task.ts';

/** What a worker answers to a {@link Task}; one task at a time. */
export type WorkerReply =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly message: string };

parentPort?.on('message', (task: Task) => {
  parentPort?.postMessage(replyTo(task));
});

function replyTo(task: Task): WorkerReply {
  try {
    return { ok: true, value: perform(task) };
  } catch (failure) {
    const stack = failure instanceof Error ? failure.stack : undefined;
    return { ok: false, message: stack ?? messageOf(failure) };
  }
}
