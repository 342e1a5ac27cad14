import type { DecisionLog } from '../audit/decision-log.ts';
import type { Control } from '../control/control.ts';
import type { Catalog } from '../models/catalog.ts';
import type { Handler } from './context.ts';

interface ReadinessOptions {
  readonly runtime: string;
  readonly catalog: Catalog;
  readonly control: Control;
  readonly log: DecisionLog;
  /** Reads one row; false when the database does not answer. */
  readonly databaseAnswers: () => Promise<boolean>;
  readonly isDraining: () => boolean;
}

/** `GET /healthz`: the process answers. Says nothing about what it depends on. */
export const healthz: Handler = (context) => context.json({ status: 'ok' });

/**
 * `GET /readyz`: each part by name; 200 when decisions can be made now, else 503. It syncs the control state
 * itself when no live view is there, so a quiet isolate does not read as broken.
 */
export function createReadyzRoute(options: ReadinessOptions): Handler {
  const { catalog, control, log, databaseAnswers, isDraining } = options;
  return async (context) => {
    const [view, databaseOk] = await Promise.all([control.ensure(context.env.scope), databaseAnswers()]);
    const logStatus = log.status();
    const parts = {
      service: { ready: !isDraining() },
      control: {
        ready: view !== undefined,
        epoch: view?.epoch ?? null,
        tradingState: view?.tradingState ?? null,
        lastFailure: control.status().lastFailure,
      },
      database: { ready: databaseOk },
      log: {
        ready: log.hasRoom(),
        pendingRecords: logStatus.pendingRecords,
        pendingBytes: logStatus.pendingBytes,
        behindMs: Math.round(logStatus.behindMs),
        lastFailure: logStatus.lastFailure,
      },
      models: {
        ready: catalog.models.length > 0,
        served: catalog.models.map(({ bundle, runnable }) => ({
          name: bundle.manifest.name,
          version: bundle.version,
          purpose: bundle.manifest.purpose,
          symbols: bundle.manifest.symbols,
          interval: bundle.manifest.interval,
          engine: runnable.engine,
        })),
      },
    };
    const ready = Object.values(parts).every((part) => part.ready);
    return context.json({ ready, runtime: options.runtime, parts }, ready ? 200 : 503);
  };
}
