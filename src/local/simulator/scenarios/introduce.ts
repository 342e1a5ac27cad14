import type { Isolate } from '../isolate.ts';
import type { Stage } from './stage.ts';

/** Has isolates asked and looked at, once each, so that they know a client's key and the operator's: later they need no store for that. */
export function introduce(
  { time, draw, operator, clients, send }: Stage,
  isolates: readonly Isolate[],
): void {
  for (const isolate of isolates) void send(clients.acting('plain'), isolate);
  time.after(draw.between(250, 400), () => {
    for (const isolate of isolates) void operator.look(isolate);
  });
}
