import type { EmbeddedRedis } from '../embedded-redis.ts';
import type { ControlHistory } from './control-history.ts';
import type { Draw } from './draw.ts';
import type { EventQueue } from './event-queue.ts';
import type { Climate, FaultCounts, Incident } from './faults.ts';
import type { Isolate } from './isolate.ts';
import { sleepMsMin } from './platform.ts';

export interface IncidentOptions {
  readonly time: EventQueue;
  readonly draw: Draw;
  readonly climate: Climate;
  readonly counts: FaultCounts;
  readonly redis: EmbeddedRedis;
  readonly history: ControlHistory;
  /** Virtual instant after which nothing befalls anybody any more. */
  readonly endsAtMs: number;
  readonly living: () => readonly Isolate[];
  readonly replace: (isolate: Isolate) => void;
}

/** Lets befall isolates and stores what the climate has, until it ends. */
export function scheduleIncidents(options: IncidentOptions): void {
  const { time, draw, climate, endsAtMs } = options;
  const kind = draw.pick(climate.incidents);
  const inMs = draw.gapMs((climate.incidentsPerRun * 1_000) / endsAtMs);
  if (kind === undefined || time.monotonicMs() + inMs >= endsAtMs) return;
  time.after(inMs, () => {
    strike(kind, options);
    scheduleIncidents(options);
  });
}

const outageShare = 0.3;

function strike(kind: Incident, options: IncidentOptions): void {
  const { time, draw, counts, redis, history, endsAtMs, living, replace } = options;
  const isolate = draw.pick(living());
  if (!isolate) return;
  counts[kind] += 1;
  const nowMs = time.monotonicMs();
  const store = draw.pick(['redis', 'libsql'] as const);
  const untilMs = (lastsMsMax: number) => Math.min(endsAtMs, nowMs + draw.between(5, lastsMsMax));
  // A store that is away is away for all.
  const struck = draw.chance(outageShare) ? living() : [isolate];
  const endMs = untilMs(0.9 * endsAtMs);
  switch (kind) {
    case 'partition':
      for (const { platform } of struck) platform.link.cutUntilMs[store] = endMs;
      return;
    case 'connection refused':
      for (const { platform } of struck) platform.link.refusedUntilMs[store] = endMs;
      return;
    case 'isolate killed':
      replace(isolate);
      return;
    case 'isolate stalled':
      isolate.platform.stall(untilMs(1_500));
      return;
    case 'clock stepped':
      isolate.platform.setClock(draw.integer(-60_000, 60_000));
      return;
    case 'machine sleeps':
      isolate.platform.fallAsleep(Math.max(nowMs + sleepMsMin, untilMs(2_500)));
      return;
    case 'redis wiped':
      redis.run(['FLUSHALL']);
      history.redisLost(nowMs);
      return;
    case 'redis rolled back':
      rollBack(redis.snapshot(), untilMs(1_500) - nowMs, options);
      return;
    case 'scripts forgotten':
      redis.run(['SCRIPT', 'FLUSH']);
  }
}

/** A replica that was behind takes over: what Redis took since `replica` was copied is lost. */
function rollBack(replica: string, inMs: number, { time, redis, history }: IncidentOptions): void {
  time.after(inMs, () => {
    redis.restore(replica);
    history.redisLost(time.monotonicMs());
  });
}
