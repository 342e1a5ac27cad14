import type { Draw } from './draw.ts';
import { type EventQueue, virtualEpochMs } from './event-queue.ts';
import type { Reply } from './network.ts';

export const marketUrl = 'https://market.sim';

/** How a source fails: with an error, without any answer, with what is none, at its port. */
export const marketFaults = ['error', 'silence', 'nonsense', 'refusal'] as const;
export type MarketFault = (typeof marketFaults)[number];

/** Whom isolates ask for bars: its bars always say BUY, while it answers. */
export interface MarketSource {
  /** What an isolate is told; nobody is any more once `isOver` says so. */
  ask(isOver: () => boolean): Promise<Reply>;
  fail(fault: MarketFault | undefined): void;
  /** When bars left it, and when it failed somebody. */
  readonly answeredAtMs: readonly number[];
  readonly failedAtMs: readonly number[];
}

const dayMs = 86_400_000;
const oneWayMsMax = 30;
/** The last day that is over, as of the start. */
const lastBarMs = Math.floor(virtualEpochMs / dayMs) * dayMs - dayMs;
/** Of at least three, which the features need, and no more than are asked for. */
const barsCount = 6;

/** Of the last bar, over 100 of all before: both returns of the model's features are its logarithm. */
const body = JSON.stringify({
  bars: {
    DEMO: Array.from({ length: barsCount }, (_, age) => ({
      ...{ t: new Date(lastBarMs - age * dayMs).toISOString(), o: 100, h: 200, l: 50, v: 1 },
      c: age === 0 ? 150 : 100,
    })),
  },
});

export function createMarketSource(time: EventQueue, draw: Draw): MarketSource {
  const answeredAtMs: number[] = [];
  const failedAtMs: number[] = [];
  let fault: MarketFault | undefined;

  function reply(): Reply | undefined {
    (fault === undefined ? answeredAtMs : failedAtMs).push(time.monotonicMs());
    switch (fault) {
      case undefined:
        return { status: 200, text: body };
      case 'error':
        return { status: 503, text: '{"message":"internal server error occurred"}' };
      case 'nonsense':
        return { status: 200, text: '{"bars":{"DEMO":[{"t":"yesterday"}]}}' };
      case 'silence':
      case 'refusal':
        return undefined;
    }
  }

  return {
    answeredAtMs,
    failedAtMs,
    fail(given) {
      fault = given;
    },
    ask: (isOver) =>
      new Promise((resolve, reject) => {
        time.after(draw.between(1, oneWayMsMax), () => {
          const told = reply();
          const isSilent = fault === 'silence';
          const end = () => (told ? resolve(told) : reject(new TypeError('fetch failed')));
          if (!isSilent) time.after(draw.between(1, oneWayMsMax), end, isOver);
        });
      }),
  };
}
