import { setTimeout as sleep } from 'node:timers/promises';
import { SeededRandom } from '../../src/core/seeded-random.ts';
import { decisionBodies } from '../bench/http/decision-bodies.ts';
import type { Member } from './fleet.ts';
import type { Findings, Proof, ProofOptions } from './proof.ts';
import { quantileOf, spreadOf } from './spread.ts';
import { isActionable, isHeldForControl, type Seen, type TradingLoad } from './trading-load.ts';
import { underLoad } from './under-load.ts';

/** A view's life, in milliseconds: what is leased when the hole opens is still good for so long. */
const LEASE_MS = 1_000;
/** The first time-out of a warm isolate: three deadlines of control, which the requests then under way wait for. */
const FIRST_TIMEOUT_MS = 750;
const NORMAL_MS = 1_500;
const OUTAGE_MS = 4_000;
/** How much slower than normal an answer may be once the first time-out has passed. */
const SLOWER_MS_MAX = 50;
/** No answer at all may take longer than the wait for a permission and a slow machine's hand on top. */
const ANSWER_MS_MAX = 1_500;
const RECOVERY_MS_MAX = 2 * LEASE_MS;

/** Redis swallows everything and answers nothing, as a broken network does; then it is back. */
export const blackHole: Proof = {
  name: 'black-hole',
  claim:
    'Redis black-holed: HOLD with its reason within the deadline, no slower than normal after the first time-out, back within two leases',
  trials: 20,
  run: proveBlackHole,
};

interface Trial {
  readonly normalP99Ms: number;
  readonly heldP99Ms: number;
  readonly slowestMs: number;
  readonly recoveryMs: number;
  readonly broken: readonly string[];
}

async function proveBlackHole({ trials, seed, progress }: ProofOptions): Promise<Findings> {
  const random = new SeededRandom(seed);
  const done: Trial[] = [];
  const bodies = decisionBodies('features', Date.now());
  await underLoad({ size: 1, clientsPerMember: 4, bodies, progress }, async ({ members: [member] }, load) => {
    if (!member) throw new Error('the fleet has no member');
    await load.until(200, isActionable, 30_000);
    for (let trial = 1; trial <= trials; trial += 1) {
      done.push(await runTrial(member, load, random));
      progress(`trial ${trial} of ${trials}: ${JSON.stringify(done.at(-1))}`);
    }
  });
  return {
    facts: [
      `p99 normal ${spreadOf(done.map((trial) => trial.normalP99Ms))} ms, held ${spreadOf(done.map((trial) => trial.heldP99Ms))} ms`,
      `slowest answer of an outage ${spreadOf(done.map((trial) => trial.slowestMs))} ms`,
      `from healing to the first actionable answer ${spreadOf(done.map((trial) => trial.recoveryMs))} ms`,
    ],
    broken: done.flatMap((trial, index) => trial.broken.map((text) => `trial ${index + 1}: ${text}`)),
  };
}

async function runTrial(member: Member, load: TradingLoad, random: SeededRandom): Promise<Trial> {
  const normal = await during(load, NORMAL_MS);
  member.toRedis.blackHole();
  const openedAtMs = Date.now();
  const outage = await during(load, OUTAGE_MS);
  const healedAtMs = Date.now();
  member.toRedis.heal(random.uniform() < 0.5 ? 'late' : 'lost');
  await load.until(1, isActionable, 20_000);
  const recoveryMs = Date.now() - healedAtMs;
  await load.until(100, isActionable, 20_000);
  const held = outage.filter(
    ({ sentAtMs }) => sentAtMs >= openedAtMs + LEASE_MS + FIRST_TIMEOUT_MS && sentAtMs < healedAtMs,
  );
  const normalP99Ms = quantileOf(normal.map(tookMs), 0.99);
  const heldP99Ms = quantileOf(held.map(tookMs), 0.99);
  const slowestMs = Math.max(...outage.map(tookMs));
  return {
    normalP99Ms,
    heldP99Ms,
    slowestMs,
    recoveryMs,
    broken: [
      ...(held.length < 100 ? [`only ${held.length} answers in the outage`] : []),
      ...held.filter((seen) => !isHeldForControl(seen)).map(({ reply }) => JSON.stringify(reply)),
      ...(heldP99Ms > normalP99Ms + SLOWER_MS_MAX ? [`p99 ${heldP99Ms} ms after ${normalP99Ms} ms`] : []),
      ...(slowestMs > ANSWER_MS_MAX ? [`an answer took ${slowestMs} ms`] : []),
      ...(recoveryMs > RECOVERY_MS_MAX ? [`back after ${recoveryMs} ms`] : []),
    ],
  };
}

/** What is asked from now on for so long. */
async function during(load: TradingLoad, forMs: number): Promise<readonly Seen[]> {
  const from = load.seen.length;
  await sleep(forMs);
  return load.seen.slice(from);
}

const tookMs = ({ sentAtMs, receivedAtMs }: Seen): number => receivedAtMs - sentAtMs;
