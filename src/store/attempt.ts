import { messageOf } from '../core/message-of.ts';
import { err, ok, type Result } from '../core/result.ts';

/** What a store gave, or why nothing came of it: its client throws where it fails, and so do readers of a row that cannot be read. */
export async function attempt<T>(work: () => PromiseLike<T>): Promise<Result<T, string>> {
  try {
    return ok(await work());
  } catch (failure) {
    return err(messageOf(failure));
  }
}
