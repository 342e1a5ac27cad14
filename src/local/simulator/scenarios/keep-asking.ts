import type { Isolate } from '../isolate.ts';
import type { Stage } from './stage.ts';

/** Has isolates asked for actions, one of them every `gapMsMax` at the latest, until the end. */
export function keepAsking(stage: Stage, isolatesNow: () => readonly Isolate[], gapMsMax: number): void {
  const { time, draw, clients, endsAtMs, send } = stage;
  time.after(
    draw.between(gapMsMax / 2, gapMsMax),
    () => {
      const isolate = draw.pick(isolatesNow());
      if (isolate) void send(clients.acting('plain'), isolate);
      keepAsking(stage, isolatesNow, gapMsMax);
    },
    () => time.monotonicMs() >= endsAtMs,
  );
}
