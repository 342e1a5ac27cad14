import type { WindowShape } from './call-window.ts';

/**
 * `decision` is around the models in production, `decision-candidate` around those that compete with them; those behind are
 * around what stands in for the former (decision/ladder.ts).
 */
export const breakerNames = [
  'decision',
  'decision-candidate',
  'decision-light',
  'decision-rules',
  'order',
  'market-data',
] as const;

export type BreakerName = (typeof breakerNames)[number];

export const isBreakerName = (text: string): text is BreakerName =>
  breakerNames.some((name) => name === text);

/** When a breaker opens, for how long, and what closes it. */
export interface BreakerSettings {
  readonly window: WindowShape;
  /** So many failed calls in the window open it, at least 1. */
  readonly failures: number;
  /** A call that took longer than this, in milliseconds, is slow. On deployed Workers only I/O takes time. */
  readonly slowMs: number;
  /** This share of slow calls opens it, in (0, 1], once the window has `minimumCalls`. */
  readonly slowShare: number;
  readonly minimumCalls: number;
  /** How long it stays open before the first probe, in milliseconds; each failed probe doubles it up to the maximum. */
  readonly openMs: number;
  readonly openMsMax: number;
  /** Probes that must go well before it closes; as many at most are under way across the fleet. */
  readonly probes: number;
  /** A prober that has not reported for so long is dead, in milliseconds, and another may probe. */
  readonly probeLeaseMs: number;
}

const decision: BreakerSettings = {
  window: { kind: 'time', spanMs: 30_000 },
  failures: 3,
  slowMs: 50,
  slowShare: 0.8,
  minimumCalls: 20,
  openMs: 30_000,
  openMsMax: 120_000,
  probes: 3,
  probeLeaseMs: 5_000,
};

/**
 * The seed's figures: the decision opens at the third failure for 30 s, the order at the second for two minutes. A
 * decision costs nothing to try again, so its failures are counted by time; orders are few, so by their number.
 */
export const breakerSettings: Readonly<Record<BreakerName, BreakerSettings>> = {
  decision,
  'decision-candidate': decision,
  'decision-light': decision,
  'decision-rules': decision,
  order: {
    window: { kind: 'count', calls: 10 },
    failures: 2,
    slowMs: 2_000,
    slowShare: 0.8,
    minimumCalls: 5,
    openMs: 120_000,
    openMsMax: 480_000,
    probes: 1,
    probeLeaseMs: 15_000,
  },
  'market-data': {
    window: { kind: 'time', spanMs: 30_000 },
    failures: 5,
    slowMs: 1_000,
    slowShare: 0.8,
    minimumCalls: 10,
    openMs: 15_000,
    openMsMax: 60_000,
    probes: 2,
    probeLeaseMs: 10_000,
  },
};
