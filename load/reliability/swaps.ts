import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { ed25519PublicKey } from '../../src/core/ed25519.ts';
import { pinnedKeys } from '../../src/local/pinned-keys.ts';
import { type Release, releaseBundle } from '../../src/models/release.ts';
import { servedFeatures } from '../../src/models/served-features.ts';
import { constantGraph } from '../../src/onnx/constant-graph.ts';
import { encodeModel } from '../../src/onnx/model-proto.ts';
import { activeManifest, activeModel } from '../active-manifest.ts';
import { decisionBodies } from '../bench/http/decision-bodies.ts';
import { type Fleet, type Member, startFleet } from './fleet.ts';
import type { Findings, Proof, ProofOptions } from './proof.ts';
import { spreadOf } from './spread.ts';
import {
  isActionable,
  isHeldForControl,
  type Seen,
  startTradingLoad,
  type TradingLoad,
} from './trading-load.ts';

const FLEET_SIZE = 3;
/** Each says something that no other says, and the risk head holds none of them back. */
const DIRECTION_LOGITS = [0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4];
const RISK_LOGIT = -5;
const CONFIDENCE_ERROR_MAX = 1e-6;
const ATTEMPTS_MAX = 10;
const FOLLOWED_MS_MAX = 5_000;
const WORKING_DEADLINE_MS = 60_000;
/** A thousand models of a swap are some hundred MiB. Code that is compiled late and lists that fill are a few. */
const GROWTH_MIB_MAX = 4;
/** Of all swaps; memory counts behind the first such part, in which code is compiled and caches fill. */
const WARM_SHARE = 0.2;
/** A busy machine makes a sync late now and then, whoever swaps what; it is a HOLD, and no failed request. */
const HELD_SHARE_MAX = 0.001;

/** One model replaced by another through the registry, again and again, while three services answer from it. */
export const swaps: Proof = {
  name: 'swaps',
  claim:
    'a model swapped again and again under load: no failed request, each answer of one whole model, memory flat',
  trials: 1_000,
  run: proveSwaps,
};

interface Trial {
  readonly followedMs: number;
  readonly residentMib: readonly number[];
}

async function proveSwaps({ trials, progress }: ProofOptions): Promise<Findings> {
  const signingKey = randomBytes(32).toString('hex');
  const releases = DIRECTION_LOGITS.map((logit) => ({ logit, release: constantRelease(logit, signingKey) }));
  const fleet = await startFleet({
    size: FLEET_SIZE,
    progress,
    environment: { BUNDLE_PUBLIC_KEYS: [...pinnedKeys(), ed25519PublicKey(signingKey)].join(',') },
  });
  const confidences = new Map(releases.map(({ logit, release }) => [release.bundle.version, sigmoid(logit)]));
  const done: Trial[] = [];
  try {
    for (const { release } of releases) await upload(fleet, release);
    await promote(fleet, releases.at(-1)?.release, 0);
    const load = startTradingLoad({
      members: fleet.members,
      bodies: decisionBodies('features', Date.now()),
      clientsPerMember: 2,
      pauseMs: 20,
    });
    try {
      await load.until(100, isActionable, WORKING_DEADLINE_MS);
      await untilFollowed(fleet, load, releases.at(-1)?.release.bundle.version, WORKING_DEADLINE_MS);
      const firstIndex = load.seen.length;
      let warmMib: readonly number[] = [];
      for (let trial = 1; trial <= trials; trial += 1) {
        done.push(await swap(fleet, load, releases[trial % releases.length]?.release, trial));
        if (trial === Math.ceil(trials * WARM_SHARE)) warmMib = await collectedMibOf(fleet);
        if (trial % 50 === 0) progress(`swap ${trial} of ${trials}: ${JSON.stringify(done.at(-1))}`);
      }
      await load.stop();
      const growthsMib = (await collectedMibOf(fleet)).map((mib, member) => mib - (warmMib[member] ?? 0));
      return judge(load.seen.slice(firstIndex), confidences, done, growthsMib);
    } finally {
      await load.stop();
    }
  } finally {
    await fleet.stop();
  }
}

const sigmoid = (logit: number): number => 1 / (1 + Math.exp(-logit));

/** The shipped bundle's manifest over a graph that says the same of every row. */
function constantRelease(logit: number, signingKey: string): Release {
  const manifest = activeManifest();
  const { format: _format, model: _model, features: _features, ...said } = manifest;
  const featureSet = servedFeatures(manifest);
  if (!featureSet.ok) throw new Error(featureSet.error);
  const width = featureSet.value.indicators.length;
  const model = encodeModel(constantGraph(width, [logit, RISK_LOGIT]));
  const release = releaseBundle({ ...said, model, featureSet: featureSet.value }, signingKey);
  if (!release.ok) throw new Error(release.error);
  return release.value;
}

async function upload(fleet: Fleet, { bundle, files }: Release): Promise<void> {
  const { manifest, signature } = files;
  const model = Buffer.from(files.model).toString('base64');
  const reply = await memberOf(fleet, 0)
    .client('operate')
    .uploadModel({ manifest, signature, model, reason: 'a proof' });
  if (reply.kind !== 'ok' || reply.value.hash !== bundle.hash) throw new Error(JSON.stringify(reply));
}

/** By the service whose turn it is; as a person does, again where it says to come back later. */
async function promote(fleet: Fleet, release: Release | undefined, turn: number): Promise<void> {
  const client = memberOf(fleet, turn % FLEET_SIZE).client('approve');
  const ask = { bundleHash: release?.bundle.hash ?? '', reason: 'a proof' };
  for (let attempt = 1; ; attempt += 1) {
    const reply = await client.setAlias(activeModel, 'production', ask);
    if (reply.kind === 'ok') return;
    const waitMs = reply.kind === 'problem' ? reply.retryAfterMs : null;
    if (waitMs === null || attempt === ATTEMPTS_MAX)
      throw new Error(`swap ${turn}: ${JSON.stringify(reply)}`);
    await sleep(waitMs);
  }
}

function memberOf(fleet: Fleet, index: number): Member {
  const member = fleet.members[index];
  if (!member) throw new Error(`there is no service ${index}`);
  return member;
}

async function swap(
  fleet: Fleet,
  load: TradingLoad,
  release: Release | undefined,
  turn: number,
): Promise<Trial> {
  await promote(fleet, release, turn);
  const promotedAtMs = performance.now();
  await untilFollowed(fleet, load, release?.bundle.version, FOLLOWED_MS_MAX);
  return {
    followedMs: performance.now() - promotedAtMs,
    residentMib: fleet.members.map(({ pid }) => residentMibOf(pid)),
  };
}

async function untilFollowed(
  { members }: Fleet,
  load: TradingLoad,
  version: string | undefined,
  deadlineMs: number,
): Promise<void> {
  await Promise.all(
    members.map(({ index }) =>
      load.until(1, (seen) => seen.member === index && versionOf(seen) === version, deadlineMs),
    ),
  );
}

const versionOf = ({ reply }: Seen): string | undefined =>
  reply.kind === 'ok' ? reply.value.model.version : undefined;

const collectedMibOf = ({ members }: Fleet): Promise<readonly number[]> =>
  Promise.all(members.map((member) => member.collectedHeapMib()));

/** Resident memory of a process, by Linux' own account. */
function residentMibOf(pid: number): number {
  const [, kib] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kib) / 1_024;
}

function judge(
  seen: readonly Seen[],
  confidences: ReadonlyMap<string, number>,
  done: readonly Trial[],
  growthsMib: readonly number[],
): Findings {
  const held = seen.filter(isHeldForControl);
  const wrong = seen.filter((one) => !isHeldForControl(one) && !isOfOneModel(one, confidences));
  return {
    facts: [
      `${seen.length} answers from ${new Set(seen.map(versionOf)).size} models`,
      `followed by all after ${spreadOf(done.map(({ followedMs }) => followedMs))} ms`,
      `${held.length} answers were HOLD because Redis was late`,
      `memory after a collection grew by ${growthsMib.map((mib) => mib.toFixed(2)).join(', ')} MiB in the last four fifths of the swaps, of each service; resident ${spreadOf(done.flatMap(({ residentMib }) => residentMib))} MiB`,
    ],
    broken: [
      ...(held.length > seen.length * HELD_SHARE_MAX ? [`${held.length} of ${seen.length} were HOLD`] : []),
      ...wrong.map(({ reply }) => JSON.stringify(reply)),
      ...growthsMib
        .filter((mib) => mib > GROWTH_MIB_MAX)
        .map((mib) => `memory grew by ${mib.toFixed(1)} MiB of ${GROWTH_MIB_MAX}`),
    ],
  };
}

/** Answered, in full mode, and with the confidence of the very model that the answer names. */
function isOfOneModel({ reply }: Seen, confidences: ReadonlyMap<string, number>): boolean {
  if (reply.kind !== 'ok' || reply.value.mode !== 'FULL') return false;
  const expected = confidences.get(reply.value.model.version);
  const { confidence } = reply.value;
  return (
    expected !== undefined && confidence !== null && Math.abs(confidence - expected) <= CONFIDENCE_ERROR_MAX
  );
}
