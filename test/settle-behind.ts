import type { VirtualTime } from './virtual-time.ts';

/** Until the work behind the answers is done, however long it sleeps. */
export async function settleBehind(behind: readonly Promise<unknown>[], time: VirtualTime): Promise<void> {
  let isDone = false;
  void Promise.all(behind).then(() => {
    isDone = true;
  });
  while (!isDone) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    await time.advance(1_000);
  }
}
