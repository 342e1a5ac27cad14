import { createControl } from '../../../src/control/control.ts';
import { freshState } from '../../../src/control/control-state.ts';
import { createLedger } from '../../../src/control/ledger.ts';
import { createOverload } from '../../../src/control/overload/overload.ts';
import { overloadSettings } from '../../../src/control/overload/overload-settings.ts';
import { ok } from '../../../src/core/result.ts';
import { createRedis } from '../../../src/store/redis.ts';
import type { MicroCase } from './micro-case.ts';

const ask = { keyId: 'key', ratePerSecond: 1_000_000, burst: 1_000_000_000 };
const reply = {
  ...{ status: 'OK', nowUs: '1', epoch: '1', state: 'ACTIVE', registry: '0', seededAt: '1' },
  ...{ operator: 'off', heartbeatAt: '0' },
  ...{ stateEpoch: '1', targets: '', words: '', cursor: '5', more: '0', revoked: '' },
};
/** Time stands still, so that one view and one grant last for all. */
const clock = { nowMs: () => 0, monotonicMs: () => 0 };

/** What stands before every decision: the view, the revocation, a token. No call leaves. */
export const controlCases: readonly MicroCase[] = [
  {
    name: 'permit',
    baseline: 'token of a grant',
    prepare() {
      const control = warmControl();
      const scope = { waitUntil: () => undefined, clientAddress: '192.0.2.1' };
      return async () => ((await control.permit(ask, scope)).kind === 'granted' ? 1 : Number.NaN);
    },
  },
  {
    name: 'a place under the load',
    baseline: null,
    prepare() {
      const overload = createOverload({
        settings: overloadSettings,
        clock: { monotonicMs: () => performance.now() },
        report: () => undefined,
      });
      overload.beginTurns();
      const wanted = { who: 'k', decisions: 1, store: null };
      return (index) => {
        if (index % 128 === 0) overload.endTurn(0);
        const entered = overload.enter('k');
        if (!entered) return Number.NaN;
        overload.admit(wanted)?.();
        overload.leave(entered);
        return overload.load() === 'normal' ? 1 : Number.NaN;
      };
    },
  },
  {
    name: 'token of a grant',
    baseline: null,
    prepare() {
      const ledger = createLedger({ grantLifeMs: 1_000, keysMax: 16 });
      ledger.meet(ask, 0);
      const grant = { ...ask, wanted: 1e9, granted: 1e9, waitMs: 0 };
      ledger.apply('request', [grant], 1_000, 0);
      return () => (ledger.take('key', 0) ? 1 : Number.NaN);
    },
  },
];

function warmControl() {
  const timers = {
    sleep: (durationMs: number, signal?: AbortSignal) =>
      new Promise<void>((resolve) => {
        if (durationMs < 10) resolve();
        else signal?.addEventListener('abort', () => resolve());
      }),
  };
  const fetchReply = async (_input: unknown, init?: RequestInit): Promise<Response> => {
    const command: unknown = JSON.parse(String(init?.body));
    const wanted = Array.isArray(command) ? String(command.flat(2).at(-1)) : '0';
    return Response.json({ result: Object.entries({ ...reply, grants: `${wanted} ${wanted} 0` }).flat() });
  };

  return createControl({
    redis: createRedis({ url: 'http://redis', token: 'token', fetch: fetchReply, timers, deadlineMs: 100 }),
    breakers: {
      ask: () => ({ revision: 0, askedAtMs: 0, reports: [] }),
      learn: () => undefined,
      isUrgent: () => false,
    },
    readDurableControl: async () => ok({ ...freshState, epoch: 1, stateEpoch: 1, tradingState: 'ACTIVE' }),
    clock,
    timers,
    ids: { next: () => crypto.randomUUID() },
    viewLifeMs: 1_000,
    heartbeatMsMax: 0,
    deadlineMsMax: 250,
  });
}
