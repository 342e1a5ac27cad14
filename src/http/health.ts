import type { DecisionLog, LogStatus } from '../audit/decision-log.ts';
import type { OutboxDrain } from '../audit/outbox-drain.ts';
import type { Sealer, SealerStatus } from '../audit/sealer.ts';
import type { Breakers } from '../control/breakers/breakers.ts';
import type { Control } from '../control/control.ts';
import type { OutboxAmount } from '../control/outbox.ts';
import type { Overload } from '../control/overload/overload.ts';
import type { Clock, Timers } from '../core/clock.ts';
import type { Result } from '../core/result.ts';
import type { Catalog } from '../models/catalog.ts';
import type { Registry } from '../models/registry.ts';
import type { Handler } from './context.ts';
import { createReadinessProbe } from './readiness-probe.ts';

interface ReadinessOptions {
  readonly runtime: string;
  /** Whether addresses that ask far too often are held back before they are known. */
  readonly isShielded: boolean;
  readonly registry: Pick<Registry, 'current'>;
  readonly control: Pick<Control, 'current' | 'ensure' | 'status'>;
  readonly breakers: Pick<Breakers, 'status'>;
  readonly overload: Pick<Overload, 'load' | 'refusedRequests'>;
  readonly log: Pick<DecisionLog, 'isFull' | 'status'>;
  readonly outbox: Pick<OutboxDrain, 'status'>;
  /** Asks Redis what the outbox holds, within a deadline of its own. */
  readonly outboxAmount: () => Promise<Result<OutboxAmount, string>>;
  /** Null where this deployment does not seal. */
  readonly sealer: Pick<Sealer, 'status'> | null;
  /** Reads one row, within a deadline of its own. */
  readonly probeDatabase: () => Promise<Result<unknown, string>>;
  readonly isDraining: () => boolean;
  /** Is told why a part is not well, which the answer does not say. */
  readonly report: (failure: unknown) => void;
  readonly clock: Clock;
  readonly timers: Timers;
}

/** Health is of this moment, and nobody's to keep. */
const uncached = { 'cache-control': 'no-store' };

/** `GET /healthz`: the process answers. Says nothing about what it depends on. */
export const healthz: Handler = (context) => context.json({ status: 'ok' }, 200, uncached);

/**
 * `GET /readyz`: each part by name, with a plain word for its state; 200 when decisions can be made now, else 503.
 * It syncs the control state itself when no live view is there, so a quiet isolate does not read as broken. Anybody
 * may ask, so the stores are asked once a second at most, and what they failed with goes to the operator alone.
 */
export function createReadyzRoute(options: ReadinessOptions): Handler {
  const { registry, control, breakers, overload, log, outbox, sealer, isDraining } = options;
  const probe = createReadinessProbe(options);
  const reportFailure = createFailureReporter(options.report);
  return async (context) => {
    const probed = await probe(context.env.scope);
    const view = control.current() ?? probed.view;
    const logStatus = log.status();
    reportFailure('control', control.status().lastFailure);
    reportFailure('database', probed.database.ok ? null : probed.database.error);
    reportFailure('log', logStatus.lastFailure);
    reportFailure('outbox', outbox.status().lastFailure ?? asideText(probed.outbox));
    reportFailure('seals', sealer?.status().lastFailure ?? null);
    const parts = {
      service: { ready: !isDraining(), state: isDraining() ? 'draining' : 'serving' },
      control: {
        ready: view !== undefined,
        state: view === undefined ? 'unavailable' : 'live',
        epoch: view?.epoch ?? null,
        tradingState: view?.tradingState ?? null,
        operatorHeartbeat: control.status().operatorHeartbeat,
      },
      database: { ready: probed.database.ok, state: probed.database.ok ? 'answering' : 'unavailable' },
      breakers: breakersPart(breakers.status()),
      // Ready whatever it is: taken out of service, it would leave what it still answers to the others.
      load: { ready: true, state: overload.load(), refusedRequests: overload.refusedRequests() },
      log: logPart(!log.isFull(), logStatus),
      outbox: outboxPart(outbox.status().lastFailure, probed.outbox),
      seals: sealsPart(sealer?.status() ?? null),
      shield: { ready: true, state: options.isShielded ? 'shielding' : 'none' },
      models: modelsPart(registry.current()),
    };
    const ready = Object.values(parts).every((part) => part.ready);
    return context.json({ ready, runtime: options.runtime, parts }, ready ? 200 : 503, uncached);
  };
}

/** Ready as long as a model is served: one that could not be loaded is named, and its last good one serves. */
const modelsPart = ({ models, rungs, registryEpoch, faults }: Catalog) => ({
  ready: models.length > 0,
  registryEpoch,
  served: models.map(({ bundle, runnable }) => ({
    name: bundle.manifest.name,
    version: bundle.version,
    purpose: bundle.manifest.purpose,
    symbols: bundle.manifest.symbols,
    interval: bundle.manifest.interval,
    engine: runnable.engine,
    engineReason: runnable.engineReason,
    // What stands in for it while it fails; where there is nothing, its answer then is HOLD.
    rungs: rungs
      .filter((standIn) => standIn.bundle.manifest.name === bundle.manifest.name)
      .map((standIn) => ({ rung: standIn.bundle.manifest.rung, version: standIn.bundle.version })),
  })),
  faults: Array.from(faults, ([model, { code }]) => ({ model, code })),
});

/** No breaker makes a service unready: it is as open elsewhere, and without requests nothing would probe and close it. */
const breakersPart = (breakers: ReturnType<Breakers['status']>) => ({
  ready: true,
  states: Object.fromEntries(breakers.map(({ name, state }) => [name, state])),
});

function logPart(hasRoom: boolean, status: LogStatus) {
  const failing = status.lastFailure === null ? 'writing' : 'failing';
  return {
    ready: hasRoom,
    state: hasRoom ? failing : 'full',
    pendingRecords: status.pendingRecords,
    pendingBytes: status.pendingBytes,
    refusedRecords: status.refusedRecords,
    behindMs: Math.round(status.behindMs),
  };
}

/** Decisions do not wait for the outbox. What was set aside is told until a person has cleared it. */
function outboxPart(lastFailure: string | null, amount: Result<OutboxAmount, string>) {
  const { waiting, setAside } = amount.ok ? amount.value : { waiting: null, setAside: null };
  const held = setAside === null || setAside === 0 ? 'writing' : 'degraded';
  return { ready: true, state: lastFailure === null && amount.ok ? held : 'failing', waiting, setAside };
}

const asideText = (amount: Result<OutboxAmount, string>): string | null => {
  if (!amount.ok) return amount.error;
  const { setAside } = amount.value;
  return setAside === 0 ? null : `${setAside} records are set aside: npm run audit -- aside`;
};

/** Decisions do not wait for seals: a log that is not sealed is for somebody to look at. */
function sealsPart(status: SealerStatus | null) {
  if (status === null) return { ready: true, state: 'not-sealing', seq: null };
  return { ready: true, state: status.lastFailure === null ? 'sealing' : 'failing', seq: status.seq };
}

/** Reports a part's failure when it is another than before; other numbers in the same text are no other failure. */
function createFailureReporter(report: (failure: unknown) => void) {
  const known = new Map<string, string | undefined>();
  return (part: string, failure: string | null): void => {
    const kind = failure?.replaceAll(/\d+/g, '#');
    if (failure !== null && known.get(part) !== kind) report(`${part}: ${failure}`);
    known.set(part, kind);
  };
}
