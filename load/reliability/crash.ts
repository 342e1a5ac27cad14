import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Client, Decision } from '../../src/client/client.ts';
import { redisKeys } from '../../src/control/redis-keys.ts';
import { SeededRandom } from '../../src/core/seeded-random.ts';
import { decisions } from '../../src/store/schema.ts';
import { decisionBodies } from '../bench/http/decision-bodies.ts';
import type { Fleet } from './fleet.ts';
import type { Findings, Proof, ProofOptions } from './proof.ts';
import { quantileOf } from './spread.ts';
import { isActionable, type Seen } from './trading-load.ts';
import { underLoad } from './under-load.ts';

const FLEET_SIZE = 3;
const KILL_DELAY_MS_MAX = 300;
/** A record that nobody was told is safe waits for its batch; one older than this when its process dies is a defect. */
const PENDING_AGE_MS_MAX = 3_000;
const WORKING_DEADLINE_MS = 60_000;
const SETTLE_POLL_MS = 500;
/** More than a minute's tick, which drains what a killed service left. */
const OUTBOX_DEADLINE_MS = 130_000;
const ROWS_PAGE = 5_000;

/** SIGKILL of services and stores in turn, under load, each brought back at once. */
export const crash: Proof = {
  name: 'crash',
  claim:
    'random processes killed under load: no record that an answer called safe is lost, others only with the process that held them, and their clients bring them back',
  trials: 200,
  run: proveCrash,
};

interface Kill {
  readonly victim: number | 'redis' | 'database';
  readonly atMs: number;
}

interface Answered {
  readonly seen: Seen;
  readonly answer: SealedAnswer;
}

/** An answer that has a record. */
type SealedAnswer = Parameters<Client['restore']>[0];

async function proveCrash({ trials, seed, progress }: ProofOptions): Promise<Findings> {
  const random = new SeededRandom(seed);
  const kills: Kill[] = [];
  const bodies = decisionBodies('features', Date.now()).map((body, index) =>
    index % 2 === 0
      ? body
      : { ...body, durability: index % 4 === 1 ? ('ack' as const) : ('outbox' as const) },
  );
  return underLoad({ size: FLEET_SIZE, clientsPerMember: 2, bodies, progress }, async (fleet, load) => {
    await load.until(100, isActionable, WORKING_DEADLINE_MS);
    for (let trial = 1; trial <= trials; trial += 1) {
      const victim = drawVictim(random);
      await sleep(random.uniform() * KILL_DELAY_MS_MAX);
      kills.push({ victim, atMs: Date.now() });
      await killAndStart(fleet, victim);
      await Promise.all(
        fleet.members.map(({ index }) =>
          load.until(10, (seen) => seen.member === index && isActionable(seen), WORKING_DEADLINE_MS),
        ),
      );
      progress(`kill ${trial} of ${trials}: ${victim}`);
    }
    await load.stop();
    const answered = answeredIn(load.seen);
    const unanswered = load.seen.length - answered.length;
    const rows = await rowsWhenSettled(fleet, answered);
    const lost = answered.filter(({ answer }) => rows.get(answer.id) !== answer.recordHash);
    const unrestored = await unrestoredOf(fleet, lost);
    return judge({ answered, unanswered, kills, lost, unrestored, inRedis: await textsInRedis(fleet) });
  });
}

function drawVictim(random: SeededRandom): Kill['victim'] {
  const drawn = Math.floor(random.uniform() * (FLEET_SIZE + 2));
  if (drawn < FLEET_SIZE) return drawn;
  return drawn === FLEET_SIZE ? 'redis' : 'database';
}

async function killAndStart(fleet: Fleet, victim: Kill['victim']): Promise<void> {
  const process = typeof victim === 'number' ? fleet.members[victim] : fleet[victim];
  if (!process) throw new Error(`there is no process ${victim}`);
  await process.kill();
  await process.start();
}

const answeredIn = (seen: readonly Seen[]): readonly Answered[] =>
  seen.flatMap((one) => {
    if (one.reply.kind !== 'ok') return [];
    const { recordHash, receipt } = one.reply.value;
    if (recordHash === null || receipt === null) return [];
    return [{ seen: one, answer: { ...one.reply.value, recordHash, receipt } }];
  });

const isSafe = ({ answer }: Answered): boolean => answer.durability !== 'pending';

/** Hash by id of every decision, once every log is written and the minute's ticks have emptied the outbox. */
async function rowsWhenSettled(
  fleet: Fleet,
  answered: readonly Answered[],
): Promise<ReadonlyMap<string, string>> {
  for (const member of fleet.members) {
    while ((await member.pendingRecords()) > 0) await sleep(SETTLE_POLL_MS);
  }
  const safe = answered.filter(isSafe);
  for (const endMs = Date.now() + OUTBOX_DEADLINE_MS; ; await sleep(SETTLE_POLL_MS)) {
    const rows = await readRows(fleet);
    if (Date.now() >= endMs || safe.every(({ answer }) => rows.has(answer.id))) return rows;
  }
}

async function readRows(fleet: Fleet): Promise<ReadonlyMap<string, string>> {
  const { orm } = fleet.openDatabase();
  const rows = new Map<string, string>();
  for (let offset = 0; ; offset += ROWS_PAGE) {
    const page = await orm
      .select({ id: decisions.id, recordHash: decisions.recordHash })
      .from(decisions)
      .orderBy(decisions.id)
      .limit(ROWS_PAGE)
      .offset(offset);
    for (const { id, recordHash } of page) rows.set(id, recordHash);
    if (page.length < ROWS_PAGE) return rows;
  }
}

/** What still waits in the outbox, and what no isolate could write, by name of the place. */
async function textsInRedis(fleet: Fleet): Promise<ReadonlyMap<string, string>> {
  const redis = fleet.openRedis();
  const textOf = async (stream: string) => JSON.stringify(await redis.xrange(stream, '-', '+'));
  return new Map([
    ['waits in the outbox', await textOf(redisKeys.outbox)],
    ['is set aside', await textOf(redisKeys.outboxSetAside)],
  ]);
}

/** Brings lost answers back as their clients can; those that a reader does not find by their ids afterwards. */
async function unrestoredOf(fleet: Fleet, lost: readonly Answered[]): Promise<readonly Answered[]> {
  const [member] = fleet.members;
  if (!member) throw new Error('the fleet is empty');
  const [decider, observer] = [member.client('decide'), member.client('observe')];
  const unrestored: Answered[] = [];
  for (const one of lost) {
    if (!(await isRestored(one.answer, decider, observer))) unrestored.push(one);
  }
  return unrestored;
}

async function isRestored(answer: SealedAnswer, decider: Client, observer: Client): Promise<boolean> {
  await decider.restore(answer);
  const found = await observer.decision(answer.id);
  if (found.kind !== 'ok') return false;
  const { recordHash: _, receipt: __, ...answered } = answer;
  return isDeepStrictEqual(found.value.record['answer'], answered);
}

interface Evidence {
  readonly answered: readonly Answered[];
  readonly unanswered: number;
  readonly kills: readonly Kill[];
  /** Not in the log, or with another record, once all has settled. */
  readonly lost: readonly Answered[];
  /** Of those what could not be brought back. */
  readonly unrestored: readonly Answered[];
  readonly inRedis: ReadonlyMap<string, string>;
}

function judge({ answered, unanswered, kills, lost, unrestored, inRedis }: Evidence): Findings {
  const lostSafe = lost.filter(isSafe);
  const lostPending = lost.filter((one) => !isSafe(one));
  const ages = lostPending.map((one) => ageAtKillMs(one, kills));
  const tooOld = lostPending.filter((_, index) => !((ages[index] ?? Infinity) <= PENDING_AGE_MS_MAX));
  const counted = (durability: Decision['durability']): number =>
    answered.filter(({ answer }) => answer.durability === durability).length;
  const oldest =
    ages.length > 0
      ? `, the oldest ${Math.max(...ages)} ms old when its process was killed (median ${quantileOf(ages, 0.5).toFixed(0)})`
      : '';
  return {
    facts: [
      `${kills.length} kills (${kills.filter(({ victim }) => typeof victim === 'number').length} of services), ${answered.length} answers with a record, ${unanswered} calls without`,
      `${counted('acked')} acked and ${counted('outboxed')} outboxed, ${lostSafe.length} of them lost`,
      `${counted('pending')} pending, ${lostPending.length} of them lost${oldest}`,
      `${lost.length - unrestored.length} of ${lost.length} lost answers restored from what their clients have`,
    ],
    broken: [
      ...lostSafe.map((one) => lossOf(one, kills, inRedis)),
      ...tooOld.map(
        ({ answer, seen: { member } }) => `pending record ${answer.id} of service ${member} is lost`,
      ),
      ...unrestored.map(({ answer }) => `${answer.id} could not be restored`),
    ],
  };
}

function lossOf({ seen, answer }: Answered, kills: readonly Kill[], inRedis: Evidence['inRedis']): string {
  const place = [...inRedis].find(([, text]) => text.includes(answer.id))?.[0] ?? 'is nowhere';
  const next = kills.find(({ atMs }) => atMs >= seen.receivedAtMs);
  const fate = next ? `, ${next.victim} was killed ${next.atMs - seen.receivedAtMs} ms after it` : '';
  return `${answer.durability} record ${answer.id} of service ${seen.member} ${place}${fate}`;
}

/** Age of a lost record when its process was killed, in milliseconds; NaN when it was not killed after it. */
function ageAtKillMs({ seen, answer }: Answered, kills: readonly Kill[]): number {
  const decidedAtMs = Date.parse(answer.at);
  const kill = kills.find(({ victim, atMs }) => victim === seen.member && atMs >= decidedAtMs);
  return kill ? kill.atMs - decidedAtMs : Number.NaN;
}
