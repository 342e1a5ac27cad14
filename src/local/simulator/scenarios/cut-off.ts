import type { Isolate } from '../isolate.ts';
import type { Store } from '../network.ts';
import type { Stage } from './stage.ts';

/** Keeps isolates from a store until the end: either nothing comes back, or its port is closed. */
export function cutOff({ draw, counts, endsAtMs }: Stage, isolates: readonly Isolate[], store: Store): void {
  const isRefused = draw.chance(0.5);
  counts[isRefused ? 'connection refused' : 'partition'] += 1;
  for (const { platform } of isolates) {
    const { refusedUntilMs, cutUntilMs } = platform.link;
    (isRefused ? refusedUntilMs : cutUntilMs)[store] = endsAtMs;
  }
}
