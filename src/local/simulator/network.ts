import type { Draw } from './draw.ts';
import type { EventQueue } from './event-queue.ts';
import { type CallFault, type Climate, callFaults, type FaultCounts } from './faults.ts';

export type Store = 'redis' | 'libsql';

/** What arrives at a store, and what comes back. */
interface Call {
  readonly store: Store;
  readonly body: string;
}

export interface Reply {
  readonly status: number;
  readonly text: string;
  /** What a text of JSON says, where that is at hand. */
  readonly json?: unknown;
}

export interface Network {
  /** One call. What comes back reaches the caller unless `isOver` says that nobody waits any more. */
  send(link: Link, call: Call, isOver: () => boolean): Promise<Reply>;
  /** Ends every fault, from now on. */
  heal(): void;
  /** Virtual instant at which the last of the requests that are on their way arrives. */
  arrivedByMs(): number;
}

/** The way of one caller to both stores. */
export interface Link {
  /** Until when nothing gets through to the store. */
  readonly cutUntilMs: Record<Store, number>;
  /** Until when the store's port is closed. */
  readonly refusedUntilMs: Record<Store, number>;
  /** When a call to the store last fared otherwise than it should. */
  readonly troubledAtMs: Record<Store, number>;
}

interface NetworkOptions {
  readonly time: EventQueue;
  readonly draw: Draw;
  readonly climate: Climate;
  readonly counts: FaultCounts;
  readonly answer: (call: Call) => Reply;
}

export const createLink = (): Link => ({
  cutUntilMs: { redis: 0, libsql: 0 },
  refusedUntilMs: { redis: 0, libsql: 0 },
  troubledAtMs: { redis: Number.NEGATIVE_INFINITY, libsql: Number.NEGATIVE_INFINITY },
});

const oneWayMsMax = 4;
const delayMsMax = 2_500;

/** Between isolates and stores: every call has a way there and a way back of its own length, so replies overtake. */
export function createNetwork({ time, draw, climate, counts, answer }: NetworkOptions): Network {
  let isFair = false;
  let arrivedByMs = 0;

  /** At most one fault a call. */
  function drawFault(): CallFault | undefined {
    if (isFair) return undefined;
    const fault = callFaults.find((kind) => draw.chance(climate.calls[kind]));
    if (fault) counts[fault] += 1;
    return fault;
  }

  const reset = () => new TypeError('fetch failed');

  return {
    heal() {
      isFair = true;
    },
    arrivedByMs: () => arrivedByMs,
    send(link, call, isOver) {
      const { store } = call;
      const nowMs = time.monotonicMs();
      const fault = drawFault();
      const isCut = nowMs < link.cutUntilMs[store];
      const isRefused = nowMs < link.refusedUntilMs[store];
      if (fault !== undefined || isCut || isRefused) link.troubledAtMs[store] = nowMs;
      const thereMs = draw.between(0.2, oneWayMsMax) + (fault === 'delay' ? draw.between(0, delayMsMax) : 0);
      const backMs = draw.between(0.2, oneWayMsMax);
      arrivedByMs = Math.max(arrivedByMs, nowMs + thereMs);
      return new Promise((resolve, reject) => {
        const back = (end: () => void) => time.after(backMs, end, isOver);
        if (isRefused) return time.after(thereMs, () => reject(reset()), isOver);
        if (isCut || fault === 'request lost') return;
        if (fault === 'request doubled') {
          const again = thereMs + draw.between(0, delayMsMax);
          time.after(
            again,
            () => void answer(call),
            () => isFair,
          );
        }
        time.after(thereMs, () => {
          // What nobody waits for any more would be a fault after the last.
          if (isFair && isOver()) return;
          if (fault === 'store busy') return back(() => resolve(busy(call)));
          if (fault === 'server error') return back(() => resolve(serverError(draw)));
          const reply = answer(call);
          if (time.monotonicMs() < link.cutUntilMs[store]) {
            // The partition began while it was on its way.
            link.troubledAtMs[store] = time.monotonicMs();
            return;
          }
          if (fault === 'reply lost') return;
          if (fault === 'connection reset') return back(() => reject(reset()));
          back(() => resolve(fault === 'malformed reply' ? malformed(reply, draw) : reply));
        });
      });
    },
  };
}

/** What a store says that cannot do it now, and has not done it. */
function busy({ store, body }: Call): Reply {
  if (store === 'redis') {
    return { status: 400, text: '{"error":"LOADING Redis is loading the dataset in memory"}' };
  }
  const { requests }: { readonly requests: readonly { readonly type: string }[] } = JSON.parse(body);
  const error = { type: 'error', error: { message: 'database is locked', code: 'SQLITE_BUSY' } };
  const results = requests.map(({ type }) => (type === 'close' ? { type: 'ok', response: { type } } : error));
  return { status: 200, text: JSON.stringify({ baton: null, base_url: null, results }) };
}

/** What stands before a store answers in its place. */
const serverError = (draw: Draw): Reply =>
  draw.pick([
    { status: 502, text: '<html><body>502 Bad Gateway</body></html>' },
    { status: 503, text: '' },
    { status: 500, text: '{"error":"internal"}' },
    { status: 429, text: '{"error":"ERR max daily request limit exceeded"}' },
    { status: 401, text: '{"error":"WRONGPASS invalid or missing auth token"}' },
  ]);

/** A reply that is cut short, of another kind, or has lost a part; never one that says something else and fits. */
const malformed = (reply: Reply, draw: Draw): Reply => ({
  status: 200,
  text: draw.pick([
    '',
    '{}',
    '[]',
    'null',
    '{"result":null}',
    '{"result":["status","OK"]}',
    '{"results":[]}',
    '{"baton":null,"base_url":null,"results":[{"type":"ok"}]}',
    reply.text.slice(0, draw.integer(0, Math.max(0, reply.text.length - 1))),
  ]),
});
