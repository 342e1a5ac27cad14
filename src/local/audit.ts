/** `npm run audit -- verify|export|anchor|retain|aside`: the log and its proof, past the service. */
import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createAuditTrail } from '../audit/audit-trail.ts';
import { createChain } from '../audit/chain.ts';
import { createDatabaseLog, type LogSource, logTables } from '../audit/log-rows.ts';
import { openStatement, type Seal, sealHash } from '../audit/seal.ts';
import { type Anchor, fromTheBeginning, type Verification, verifyLog } from '../audit/verify-log.ts';
import { createWriter } from '../audit/writer.ts';
import { createSetAside } from '../control/set-aside.ts';
import type { Timers } from '../core/clock.ts';
import { createIdSource } from '../core/ids.ts';
import { messageOf } from '../core/message-of.ts';
import { parseJson } from '../core/parse-json.ts';
import { openDatabase } from '../store/database.ts';
import { createRedis } from '../store/redis.ts';
import { asideCommand } from './audit/aside-command.ts';
import { createExportedLog } from './audit/exported-log.ts';
import { retainCommand } from './audit/retain-command.ts';
import { createSegmentedLog } from './audit/segmented-log.ts';
import { ROOT } from './build-worker.ts';
import { type Stores, storesHere } from './ops/stores-here.ts';
import { readServiceFile, type ServiceFile } from './service-file.ts';

const USAGE = `usage: npm run audit -- verify [FILE|URL] [--keys HEX,HEX] [--anchors FILE] [--segments FILE,FILE]
       npm run audit -- export [URL] > FILE
       npm run audit -- anchor [URL] >> FILE
       npm run audit -- retain --before DATE --segment FILE --reason TEXT
       npm run audit -- aside [list]
       npm run audit -- aside retry|drop ID…|all --reason TEXT
  verify    compares the log with its seals and names what is not as it was written; exit 1 where something is not
  export    every row as a line of JSON, for verify FILE
  anchor    the latest seal as a line, to be kept elsewhere: verify --anchors FILE tells a log that was cut or restored
  retain    moves decisions that were sealed before DATE out of the database into FILE; their seals stay, and a signed entry says
            so. verify without FILE takes that for good, verify --segments FILE proves them as well. Takes the stores as
            aside does, and SEAL_SIGNING_KEY
  aside     records of the outbox that no isolate could write: shown, tried again, or dropped for good. Takes the stores of
            the service that npm start runs here, or UPSTASH_REDIS_REST_URL, UPSTASH_REDIS_REST_TOKEN,
            TURSO_DATABASE_URL, TURSO_AUTH_TOKEN and RECEIPT_SECRET
  FILE      what export wrote
  URL       a libSQL database, with TURSO_AUTH_TOKEN; by default that of the service that npm start runs here
  --keys    public keys of whoever may seal, by default SEAL_PUBLIC_KEYS, or else the key of the service here`;
const READ_DEADLINE_MS = 30_000;

process.exitCode = await main(process.argv.slice(2)).catch((failure: unknown) => {
  console.error(messageOf(failure));
  return 2;
});

async function main(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      keys: { type: 'string' },
      anchors: { type: 'string' },
      segments: { type: 'string' },
      before: { type: 'string' },
      segment: { type: 'string' },
      reason: { type: 'string' },
    },
  });
  const [verb, place, ...rest] = positionals;
  switch (verb) {
    case 'verify':
      return verify(
        withSegments(sourceOf(place), values.segments),
        keysOf(values.keys, place),
        values.anchors,
      );
    case 'export':
      return exportLog(sourceOf(place));
    case 'anchor':
      return printAnchor(sourceOf(place));
    case 'retain':
      return retain(values);
    case 'aside':
      return aside(place, rest, values.reason);
    default:
      console.error(USAGE);
      return 2;
  }
}

async function aside(
  how: string | undefined = 'list',
  ids: readonly string[],
  reason: string | undefined,
): Promise<number> {
  if (how !== 'list' && how !== 'retry' && how !== 'drop') throw new Error(USAGE);
  const lines = await asideCommand(asideOptions(), { how, ids, reason });
  console.log(lines.length === 0 ? 'nothing is set aside' : lines.join('\n'));
  return 0;
}

async function retain({
  before,
  segment,
  reason,
}: {
  readonly before?: string | undefined;
  readonly segment?: string | undefined;
  readonly reason?: string | undefined;
}): Promise<number> {
  const beforeMs = Date.parse(before ?? '');
  if (!(beforeMs < Date.now()) || segment === undefined || reason === undefined)
    throw new Error(`retain needs --before, a day that is past, --segment and --reason\n${USAGE}`);
  const stores = storesHere();
  if (stores.sealSigningKey === null) throw new Error('retain needs SEAL_SIGNING_KEY');
  const past = pastTheService(stores);
  const lines = await retainCommand(
    { ...past, signingKey: stores.sealSigningKey },
    { beforeMs, segmentPath: segment, reason },
  );
  console.log(lines.join('\n'));
  return 0;
}

function withSegments(source: LogSource, paths: string | undefined): LogSource {
  return paths === undefined ? source : createSegmentedLog(paths.split(','), source);
}

/** What changes the log past the service. */
function pastTheService({ database: at, receiptSecret }: Stores) {
  const clock = { nowMs: () => Date.now(), monotonicMs: () => performance.now() };
  const random = { bytes: (length: number) => crypto.getRandomValues(new Uint8Array(length)) };
  const ids = createIdSource({ clock, random });
  const database = openDatabase({ ...at, fetch, deadlineMs: READ_DEADLINE_MS });
  const own = { writer: createWriter(ids), chain: createChain(), ids, clock, receiptSecret };
  const trail = createAuditTrail({ client: database.client, ...own });
  return { database, trail, clock, by: userInfo().username };
}

function asideOptions(): Parameters<typeof asideCommand>[0] {
  const stores = storesHere();
  const timers: Timers = {
    sleep: (durationMs, signal) => sleep(durationMs, undefined, { signal }).catch(() => undefined),
  };
  const redis = createRedis({ ...stores.redis, fetch, timers, deadlineMs: READ_DEADLINE_MS });
  return { ...pastTheService(stores), aside: createSetAside(redis) };
}

function sourceOf(place: string | undefined): LogSource {
  if (place === undefined) {
    const { libsql } = serviceHere().standins;
    return databaseAt(libsql.url, libsql.token);
  }
  if (!URL.canParse(place)) return createExportedLog(place);
  const token = process.env['TURSO_AUTH_TOKEN'];
  if (!token) throw new Error('a database needs TURSO_AUTH_TOKEN');
  return databaseAt(place, token);
}

function serviceHere(): ServiceFile {
  const service = readServiceFile(join(ROOT, '.local', 'service.json'));
  if (!service) throw new Error(`no service runs here; name a FILE or a URL\n${USAGE}`);
  return service;
}

function databaseAt(url: string, authToken: string): LogSource {
  return createDatabaseLog(openDatabase({ url, authToken, fetch, deadlineMs: READ_DEADLINE_MS }));
}

function keysOf(given: string | undefined, place: string | undefined): readonly string[] {
  const text = given ?? process.env['SEAL_PUBLIC_KEYS'];
  if (text === undefined && place === undefined) return serviceHere().sealPublicKeys;
  const keys = (text ?? '').split(',').map((key) => key.trim());
  if (!keys.every((key) => /^[0-9a-f]{64}$/.test(key)))
    throw new Error('name the keys that may seal, 64 hex digits each: --keys or SEAL_PUBLIC_KEYS');
  return keys;
}

async function verify(
  source: LogSource,
  publicKeys: readonly string[],
  anchorsPath: string | undefined,
): Promise<number> {
  const verification = await verifyLog(source, {
    publicKeys,
    anchors: anchorsPath === undefined ? [] : readAnchors(publicKeys, anchorsPath),
    hasReceipt: null,
    from: fromTheBeginning,
    sealsMax: Number.POSITIVE_INFINITY,
    unsealedMax: Number.POSITIVE_INFINITY,
  });
  report(verification);
  // A log without a seal proves nothing, and an empty file least of all.
  return verification.findingCount === 0 && verification.sealedUpTo.seq > 0 ? 0 : 1;
}

function report(verification: Verification): void {
  const { findings, findingCount, sealedUpTo, sealedAtMs, unsealed, retainedTo, holes } = verification;
  for (const { kind, table, ordinal, id, detail } of findings) {
    console.log(`${kind}: ${table} ${ordinal}${id === null ? '' : ` (${id})`}: ${detail}`);
  }
  if (findingCount > findings.length) console.log(`… and ${findingCount - findings.length} more`);
  for (const { writer, fromChainSeq, toChainSeq } of holes) {
    console.log(`never written: links ${fromChainSeq} to ${toChainSeq} of writer ${writer}`);
  }
  const { seq, decisionsTo, entriesTo } = sealedUpTo;
  const until = sealedAtMs === null ? '' : ` at ${new Date(sealedAtMs).toISOString()}`;
  console.log(`sealed: ${decisionsTo} decisions and ${entriesTo} entries, by ${seq} seals${until}`);
  if (retainedTo > 0) console.log(`retained elsewhere: decisions 1 to ${retainedTo}, by their seals`);
  console.log(`not sealed yet: ${unsealed.decisions} decisions and ${unsealed.entries} entries`);
  if (findingCount > 0) console.log(`NOT INTACT: ${findingCount} found`);
  else console.log(seq > 0 ? 'intact' : 'NOT PROVEN: nothing is sealed');
}

/** Seals that were kept outside, a line each. One that is not signed is no anchor, and says so. */
function readAnchors(publicKeys: readonly string[], path: string): readonly Anchor[] {
  const lines = readFileSync(path, 'utf8').split('\n').filter(Boolean);
  return lines.map((line, index) => {
    const kept = parseJson(line) as Pick<Seal, 'statement' | 'signature' | 'publicKeyId'> | undefined;
    const opened = kept && openStatement(publicKeys, kept);
    if (!kept || !opened?.ok) throw new Error(`${path} line ${index + 1} is no seal by a known key`);
    return { seq: opened.value.seq, hash: sealHash(kept) };
  });
}

async function exportLog(source: LogSource): Promise<number> {
  for await (const seal of source.seals(0)) console.log(JSON.stringify({ table: 'seals', ...seal }));
  for (const table of logTables) {
    for await (const row of source.rows(table, Number.MIN_SAFE_INTEGER)) console.log(JSON.stringify(row));
  }
  return 0;
}

async function printAnchor(source: LogSource): Promise<number> {
  let latest: Seal | undefined;
  for await (const seal of source.seals(0)) latest = seal;
  if (!latest) throw new Error('nothing is sealed yet');
  const { statement, signature, publicKeyId } = latest;
  console.log(JSON.stringify({ statement, signature, publicKeyId }));
  return 0;
}
