import type { Control } from '../control/control.ts';
import type { OutboxAmount } from '../control/outbox.ts';
import type { ControlView } from '../control/view.ts';
import type { Clock, Timers } from '../core/clock.ts';
import type { Result } from '../core/result.ts';
import type { RequestScope } from '../runtime.ts';

/** What the stores said when they were last asked. */
interface Probe {
  readonly endedAtMs: number;
  readonly view: ControlView | undefined;
  readonly database: Result<unknown, string>;
  readonly outbox: Result<OutboxAmount, string>;
}

interface ProbeOptions {
  readonly control: Pick<Control, 'ensure'>;
  /** Reads one row. Must end by its own deadline, below `proberMsMax`. */
  readonly probeDatabase: () => Promise<Result<unknown, string>>;
  /** Asks Redis, within its own deadline. */
  readonly outboxAmount: () => Promise<Result<OutboxAmount, string>>;
  readonly clock: Clock;
  readonly timers: Timers;
}

/** For how long a probe's outcome is given out again, in milliseconds: what anybody may ask is asked once in it. */
const probeLifeMs = 1_000;
/** A request that has probed for longer was cut off, and another one takes over; above the database's longest deadline. */
const proberMsMax = 10_000;
const pollMs = 10;

/**
 * Asks both stores, once a second at most however many ask: one request probes, those that come meanwhile wait
 * for what it finds. They look for it on timers of their own, since on Workers no promise crosses requests.
 */
export function createReadinessProbe(options: ProbeOptions): (scope: RequestScope) => Promise<Probe> {
  const { control, probeDatabase, outboxAmount, clock, timers } = options;
  let last: Probe | undefined;
  let proberEndsAtMs = 0;

  async function probe(scope: RequestScope): Promise<Probe> {
    proberEndsAtMs = clock.monotonicMs() + proberMsMax;
    try {
      const [view, database, outbox] = await Promise.all([
        control.ensure(scope),
        probeDatabase(),
        outboxAmount(),
      ]);
      last = { endedAtMs: clock.monotonicMs(), view, database, outbox };
      return last;
    } finally {
      proberEndsAtMs = 0;
    }
  }

  /** Also when the client that asked hangs up, for those who wait for what it finds. */
  function probeToTheEnd(scope: RequestScope): Promise<Probe> {
    const probing = probe(scope);
    scope.waitUntil(
      probing.then(
        () => undefined,
        () => undefined,
      ),
    );
    return probing;
  }

  return async (scope) => {
    for (;;) {
      const nowMs = clock.monotonicMs();
      if (last && nowMs - last.endedAtMs < probeLifeMs) return last;
      if (nowMs >= proberEndsAtMs) return probeToTheEnd(scope);
      await timers.sleep(pollMs);
    }
  };
}
