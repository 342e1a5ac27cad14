import { setTimeout as sleep } from 'node:timers/promises';
import { SeededRandom } from '../../src/core/seeded-random.ts';
import { decisionBodies } from '../bench/http/decision-bodies.ts';
import { type Fleet, startFleet } from './fleet.ts';
import type { Findings, Proof, ProofOptions } from './proof.ts';
import { spreadOf } from './spread.ts';
import { isHeldForControl, type Seen, startTradingLoad } from './trading-load.ts';

const FLEET_SIZE = 3;
const LIMIT = { ratePerSecond: 30, burst: 15 };
const TRIAL_MS = 10_000;
const PARTITION_MS = 2_000;
/** A fleet that shares a limit loses some of it to grants that expire unspent; more than this is a waste. */
const USED_SHARE_MIN = 0.8;

/** One key asks all services for more than twice its rate, while one of them is cut off and comes back. */
export const overload: Proof = {
  name: 'overload',
  claim:
    'twice the rate of a key asked of three services: admitted is at most burst + rate · time, and no less than it should be',
  trials: 5,
  run: proveOverload,
};

interface Trial {
  readonly offered: number;
  readonly admitted: number;
  readonly allowed: number;
  readonly broken: readonly string[];
}

async function proveOverload({ trials, seed, progress }: ProofOptions): Promise<Findings> {
  const random = new SeededRandom(seed);
  const fleet = await startFleet({ size: FLEET_SIZE, progress });
  const done: Trial[] = [];
  try {
    for (let trial = 1; trial <= trials; trial += 1) {
      const isPartitioned = trial % 2 === 0;
      done.push(await runTrial(fleet, `limited-${trial}`, isPartitioned ? random : undefined));
      progress(`trial ${trial} of ${trials}: ${JSON.stringify(done.at(-1))}`);
    }
  } finally {
    await fleet.stop();
  }
  const percent = ({ admitted, allowed }: Trial): number => (100 * admitted) / allowed;
  return {
    facts: [
      `offered ${spreadOf(done.map(({ offered }) => offered))}, admitted ${spreadOf(done.map(({ admitted }) => admitted))}`,
      `admitted of what the limit allows ${spreadOf(done.map(percent))} %`,
    ],
    broken: done.flatMap((trial, index) => trial.broken.map((text) => `trial ${index + 1}: ${text}`)),
  };
}

/** `partition` draws the service that loses Redis for a while; undefined for none. */
async function runTrial(fleet: Fleet, keyId: string, partition: SeededRandom | undefined): Promise<Trial> {
  const authorization = await fleet.addKey({ id: keyId, ...LIMIT });
  const load = startTradingLoad({
    members: fleet.members,
    authorization,
    bodies: decisionBodies('features', Date.now()),
    clientsPerMember: 6,
    pauseMs: 20,
  });
  const startedAtMs = Date.now();
  await sleep((TRIAL_MS - PARTITION_MS) / 2);
  const cutOff = partition && fleet.members[Math.floor(partition.uniform() * FLEET_SIZE)];
  cutOff?.toRedis.blackHole();
  await sleep(PARTITION_MS);
  cutOff?.toRedis.heal('late');
  await sleep((TRIAL_MS - PARTITION_MS) / 2);
  await load.stop();
  const elapsedMs = Date.now() - startedAtMs;
  const offered = load.seen.length;
  const admitted = load.seen.filter(isAdmitted).length;
  const allowed = LIMIT.burst + (LIMIT.ratePerSecond * elapsedMs) / 1_000;
  const isEnough = offered >= 2 * allowed;
  const share = admitted / allowed;
  return {
    offered,
    admitted,
    allowed: Math.round(allowed),
    broken: [
      ...(admitted > allowed ? [`${admitted} admitted, ${allowed.toFixed(1)} allowed`] : []),
      ...(isEnough ? [] : [`only ${offered} calls were made of the ${2 * allowed} of an overload`]),
      ...(partition === undefined && share < USED_SHARE_MIN
        ? [`only ${admitted} admitted of ${allowed}`]
        : []),
      ...load.seen.filter(isNeither).map(({ reply }) => JSON.stringify(reply)),
    ],
  };
}

/** Decided for a token; a HOLD for want of a permission took none. */
const isAdmitted = (seen: Seen): boolean => seen.reply.kind === 'ok' && !isHeldForControl(seen);

const isNeither = ({ reply }: Seen): boolean =>
  reply.kind !== 'ok' && !(reply.kind === 'problem' && reply.problem.code === 'RATE_LIMITED');
