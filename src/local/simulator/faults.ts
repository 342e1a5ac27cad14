import type { Draw } from './draw.ts';

/** What may go wrong on a call of an isolate to a store, decided call by call. */
export const callFaults = [
  'request lost',
  'reply lost',
  'request doubled',
  'delay',
  'connection reset',
  'server error',
  'malformed reply',
  'store busy',
] as const;

/** What may befall the whole, by itself. */
const incidents = [
  'partition',
  'connection refused',
  'isolate killed',
  'isolate stalled',
  'clock stepped',
  'machine sleeps',
  'redis wiped',
  'redis rolled back',
  'scripts forgotten',
] as const;

/** What clients and platforms do besides. */
const conditions = ['client gone', 'clock skewed', 'clock stands between I/O'] as const;

export type CallFault = (typeof callFaults)[number];
export type Incident = (typeof incidents)[number];
type Fault = CallFault | Incident | (typeof conditions)[number];

const faults: readonly Fault[] = [...callFaults, ...incidents, ...conditions];

/** How often each fault came. */
export type FaultCounts = Record<Fault, number>;

export const noFaults = (): FaultCounts =>
  Object.fromEntries(faults.map((fault) => [fault, 0])) as FaultCounts;

/**
 * Which faults a run has, and how often. Each run has a part of them, so that those that would drown others leave
 * them room (swarm testing: Groce et al., ISSTA 2012).
 */
export interface Climate {
  /** Probability a call. */
  readonly calls: Readonly<Record<CallFault, number>>;
  readonly incidents: readonly Incident[];
  readonly incidentsPerRun: number;
  /** Probability that a request's client goes away. */
  readonly clientGone: number;
  readonly skewMsMax: number;
  readonly standingClocks: boolean;
}

const fair: Climate = {
  calls: Object.fromEntries(callFaults.map((fault) => [fault, 0])) as Record<CallFault, number>,
  incidents: [],
  incidentsPerRun: 0,
  clientGone: 0,
  skewMsMax: 0,
  standingClocks: false,
};

const skewMs = 60_000;
const fairShare = 0.08;

const drawClocks = (draw: Draw): Pick<Climate, 'skewMsMax' | 'standingClocks'> => ({
  skewMsMax: draw.chance(0.6) ? skewMs : 0,
  standingClocks: draw.chance(0.5),
});

/** Nothing goes wrong by chance but the clocks. */
export const drawFairClimate = (draw: Draw): Climate => ({ ...fair, ...drawClocks(draw) });

export function drawClimate(draw: Draw): Climate {
  if (draw.chance(fairShare)) return fair;
  const severity = draw.pick([0.02, 0.05, 0.15]);
  return {
    calls: Object.fromEntries(callFaults.map((fault) => [fault, draw.chance(0.6) ? severity : 0])) as Record<
      CallFault,
      number
    >,
    incidents: incidents.filter(() => draw.chance(0.6)),
    incidentsPerRun: draw.pick([3, 8, 20]),
    clientGone: draw.chance(0.5) ? 0.05 : 0,
    ...drawClocks(draw),
  };
}
