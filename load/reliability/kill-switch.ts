import { setTimeout as sleep } from 'node:timers/promises';
import { SeededRandom } from '../../src/core/seeded-random.ts';
import { decisionBodies } from '../bench/http/decision-bodies.ts';
import type { Fleet, Member } from './fleet.ts';
import type { Findings, Proof, ProofOptions } from './proof.ts';
import { spreadOf } from './spread.ts';
import { isActionable, type Seen, type TradingLoad } from './trading-load.ts';
import { underLoad } from './under-load.ts';

const FLEET_SIZE = 3;
const ACTIONABLE_MIN = 100;
const PARTITION_BEFORE_MS_MAX = 1_200;
/** How long the fleet is watched after `effectiveBy` at least. It is until every service was seen then. */
const WATCH_MS = 300;
/** From the call to `effectiveBy`: a view's life, and what the call itself may take. */
const EFFECTIVE_MS_MAX = 1_000;
const WORKING_DEADLINE_MS = 60_000;

/** A person halts while services trade and the network breaks. */
export const killSwitch: Proof = {
  name: 'kill-switch',
  claim:
    'halts under load, with a service cut off from a store: after effectiveBy no answer of any service that adds exposure, and none that is valid past it',
  trials: 200,
  run: proveKillSwitch,
};

const cuts = ['none', 'none', 'redis', 'database', 'both'] as const;
type Cut = (typeof cuts)[number];

interface Trial {
  readonly cut: Cut;
  /** From the call that Redis confirmed to its answer, and to `effectiveBy`, in milliseconds. */
  readonly confirmedMs: number;
  readonly effectiveMs: number;
  /** From that call to the last moment at which an answer of before may have been acted upon. */
  readonly lastValidMs: number;
  readonly answersAfter: number;
  /** From `effectiveBy` until every service had answered what it decided after it. */
  readonly seenAllMs: number;
  readonly broken: readonly string[];
}

async function proveKillSwitch({ trials, seed, progress }: ProofOptions): Promise<Findings> {
  const random = new SeededRandom(seed);
  const done: Trial[] = [];
  const bodies = decisionBodies('features', Date.now());
  await underLoad({ size: FLEET_SIZE, clientsPerMember: 3, bodies, progress }, async (fleet, load) => {
    for (let trial = 1; trial <= trials; trial += 1) {
      done.push(await runTrial(fleet, load, random));
      progress(`trial ${trial} of ${trials}: ${JSON.stringify(done.at(-1))}`);
    }
  });
  return {
    facts: [
      `${done.filter(({ cut }) => cut !== 'none').length} of ${trials} halts with a service cut off from a store`,
      `from the call to its confirmation ${spreadOf(done.map(({ confirmedMs }) => confirmedMs))} ms, to effectiveBy ${spreadOf(done.map(({ effectiveMs }) => effectiveMs))} ms`,
      `from the call to the end of the last answer that could be acted upon ${spreadOf(done.map(({ lastValidMs }) => lastValidMs))} ms`,
      `answers decided after effectiveBy ${spreadOf(done.map(({ answersAfter }) => answersAfter))} a trial, one of every service within ${spreadOf(done.map(({ seenAllMs }) => seenAllMs))} ms`,
    ],
    broken: done.flatMap((trial, index) => trial.broken.map((text) => `trial ${index + 1}: ${text}`)),
  };
}

async function runTrial(fleet: Fleet, load: TradingLoad, random: SeededRandom): Promise<Trial> {
  const from = load.seen.length;
  await load.until(ACTIONABLE_MIN, isActionable, WORKING_DEADLINE_MS);
  const cut = drawFrom(cuts, random);
  const victim = drawFrom(fleet.members, random);
  cutOff(victim, cut);
  if (cut !== 'none') await sleep(random.uniform() * PARTITION_BEFORE_MS_MAX);
  const halted = await haltUntilConfirmed(fleet, random);
  await sleep(Math.max(0, halted.effectiveByMs + WATCH_MS - Date.now()));
  const seenAllMs = await everyMemberDecides(fleet, load, from, halted.effectiveByMs);
  const answers = load.seen.slice(from);
  const how = random.uniform() < 0.5 ? 'late' : 'lost';
  victim.toRedis.heal(how);
  victim.toDatabase.heal(how);
  await resume(fleet);
  await everyMemberActs(fleet, load);
  return { cut, seenAllMs, ...judge(answers, halted) };
}

const isDecidedFrom =
  (fromMs: number) =>
  ({ reply }: Seen): boolean =>
    reply.kind === 'ok' && Date.parse(reply.value.at) >= fromMs;

/** How long after `sinceMs` it was until an answer of each had come that was decided then; rejects where one never comes. */
async function everyMemberDecides(
  { members }: Fleet,
  load: TradingLoad,
  fromIndex: number,
  sinceMs: number,
): Promise<number> {
  const isSince = isDecidedFrom(sinceMs);
  const firsts = members.map(async ({ index }) => {
    const decides = (seen: Seen): boolean => seen.member === index && isSince(seen);
    const isSeen = load.seen.slice(fromIndex).some(decides);
    if (!isSeen) await load.until(1, decides, WORKING_DEADLINE_MS);
    const first = load.seen.slice(fromIndex).find(decides);
    return first ? first.receivedAtMs - sinceMs : Infinity;
  });
  return Math.max(...(await Promise.all(firsts)));
}

const drawFrom = <T>(list: readonly T[], random: SeededRandom): T =>
  list[Math.floor(random.uniform() * list.length)] as T;

function cutOff({ toRedis, toDatabase }: Member, cut: Cut): void {
  if (cut === 'redis' || cut === 'both') toRedis.blackHole();
  if (cut === 'database' || cut === 'both') toDatabase.blackHole();
}

interface Halted {
  readonly calledAtMs: number;
  readonly answeredAtMs: number;
  readonly effectiveByMs: number;
}

/** As a person would: of another service when one cannot confirm it by Redis. */
async function haltUntilConfirmed(fleet: Fleet, random: SeededRandom): Promise<Halted> {
  const first = Math.floor(random.uniform() * FLEET_SIZE);
  for (let attempt = 0; attempt < 3 * FLEET_SIZE; attempt += 1) {
    const member = fleet.members[(first + attempt) % FLEET_SIZE] as Member;
    const calledAtMs = Date.now();
    const reply = await member.client('operate').halt({ reason: 'a trial of the kill switch' });
    if (reply.kind !== 'ok' || reply.value.stores.redis !== 'CONFIRMED') continue;
    const effectiveByMs = Date.parse(reply.value.effectiveBy);
    return { calledAtMs, answeredAtMs: Date.now(), effectiveByMs };
  }
  throw new Error('no service could halt');
}

function judge(
  answers: readonly Seen[],
  { calledAtMs, answeredAtMs, effectiveByMs }: Halted,
): Omit<Trial, 'cut' | 'seenAllMs'> {
  const acting = answers.filter(isActionable).flatMap(({ member, reply }) => {
    if (reply.kind !== 'ok') return [];
    const { at, validUntil, effect, id } = reply.value;
    return [{ member, id, effect, atMs: Date.parse(at), validUntilMs: Date.parse(validUntil ?? '') }];
  });
  const late = acting.filter(
    ({ atMs, validUntilMs }) => !(atMs < effectiveByMs && validUntilMs <= effectiveByMs),
  );
  const decidedAfter = answers.filter(isDecidedFrom(effectiveByMs));
  const confirmedMs = answeredAtMs - calledAtMs;
  const effectiveMs = effectiveByMs - calledAtMs;
  return {
    confirmedMs,
    effectiveMs,
    lastValidMs: Math.max(...acting.map(({ validUntilMs }) => validUntilMs)) - calledAtMs,
    answersAfter: decidedAfter.length,
    broken: [
      ...late.map(
        ({ member, id, effect, atMs, validUntilMs }) =>
          `service ${member} answered ${id} (${effect}) ${atMs - effectiveByMs} ms from effectiveBy, valid ${validUntilMs - effectiveByMs} ms past it`,
      ),
      ...(effectiveMs > EFFECTIVE_MS_MAX + confirmedMs ? [`effective only after ${effectiveMs} ms`] : []),
      ...(acting.length < ACTIONABLE_MIN ? [`only ${acting.length} actionable answers before`] : []),
    ],
  };
}

/** Until every store answers again, a resume is refused; so it is asked for until it is done. */
async function resume({ members: [member] }: Fleet): Promise<void> {
  if (!member) throw new Error('the fleet has no member');
  for (const endMs = Date.now() + WORKING_DEADLINE_MS; Date.now() < endMs; ) {
    const control = await member.client('observe').control();
    if (control.kind !== 'ok' || control.value.epoch === null) continue;
    if (control.value.tradingState === 'ACTIVE') return;
    const nonce = crypto.randomUUID();
    const reason = 'the trial of the kill switch is over';
    await member.client('approve').resume({ epoch: control.value.epoch, nonce, reason });
  }
  throw new Error('trading was not resumed');
}

async function everyMemberActs({ members }: Fleet, load: TradingLoad): Promise<void> {
  const acts = (index: number) => (seen: Seen) => seen.member === index && isActionable(seen);
  await Promise.all(members.map(({ index }) => load.until(1, acts(index), WORKING_DEADLINE_MS)));
}
