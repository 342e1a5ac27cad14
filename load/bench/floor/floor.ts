import { type ItemParts, sealItems } from '../../../src/audit/batch-record.ts';
import { sharedPart } from '../../../src/audit/parted-record.ts';
import { hashBy, hmacSha256Hex, type NativeDigests, sha256Hex } from '../../../src/core/digest.ts';
import { float32Text } from '../../../src/core/float32-text.ts';
import { isoTime } from '../../../src/core/iso-time.ts';
import type { Respond } from '../../../src/runtime.ts';

interface FloorOptions {
  readonly sha256Module: WebAssembly.Module;
  readonly nativeDigests: NativeDigests;
  readonly respond: Respond;
}

interface Item {
  readonly symbol: string;
  readonly features: Readonly<Record<string, number>>;
}

type Body = Item | { readonly items: readonly Item[] };

/** Of the records that go to the log in one statement. */
const statementChars = 160_000;
const secret = 'a'.repeat(43);
const hash = 'b'.repeat(64);
const encoder = new TextEncoder();

/**
 * What no decision of this contract can leave out, written straight, with this service's own parts: the key's hash, the body
 * parsed and its features as floats, the texts of an answer and of its record, the record's hash, receipt, link and bytes,
 * and seven headers. Nothing is checked, permitted, decided or sent. So it bounds from below what a decision costs a runtime;
 * between it and echo lies what answers with a proof cost, and between it and the service what the service adds. Of a batch,
 * what items share is written and hashed once, and each has a hash and a receipt of its own.
 */
export function createFloor({ sha256Module, nativeDigests, respond }: FloorOptions) {
  hashBy(sha256Module, nativeDigests);
  const log = createLog();
  let count = 0;
  return async (request: Request): Promise<Response> => {
    const keyHash = sha256Hex(request.headers.get('authorization') ?? '');
    const body: Body = JSON.parse(await request.text());
    count += 1;
    const text = 'items' in body ? answerMany(body.items, count, log) : answerOne(body, count, log);
    return respond(200, headersOf(count, keyHash), text);
  };
}

function answerOne(item: Item, count: number, log: Log): string {
  const answer = answerText(item, count);
  const record = recordText(answer, valuesOf(item), count);
  const { recordHash, receipt } = log.add(record, answer);
  return `${answer},"recordHash":"${recordHash}","receipt":"${receipt}"}`;
}

function answerMany(items: readonly Item[], count: number, log: Log): string {
  const at = isoTime(Date.now());
  const shared = `"at":"${at}","durability":"pending","interval":"1d","load":"normal","mode":"FULL","model":{"name":"active"},"symbol":"DEMO"`;
  const part = sharedPart(recordText(`{${shared}`, new Float32Array(0), count), 'local', `{${shared}}`);
  const made = items.map((item, index): ItemParts => {
    const ownAnswer =
      `{"action":"BUY","actionable":true,"asOf":null,"confidence":${count / 1e7},"data":{"ageMs":null,"source":"features"}` +
      `,"effect":"open","holdKind":null,"id":"${count}.${index}","reasons":[],"risk":0.25,"size":0.5,"validUntil":"${at}"}`;
    const input = `{"asOfMs":null,"bars":null,"features":"${float32Text(valuesOf(item))}","position":null}`;
    return { shared: part, ownAnswer, own: `{"answer":${ownAnswer},"input":${input}}` };
  });
  const seals = sealItems(secret, made);
  const own = made.map((parts) => parts.own).join(',');
  const hashes = seals.map(({ recordHash }) => recordHash).join('","');
  log.add(`{"itemHashes":["${hashes}"],"shared":[${part.text}]}`, '', `[${own}]`);
  const answers = made.map(
    ({ ownAnswer }, index) =>
      `${ownAnswer.slice(0, -1)},${shared},"recordHash":"${seals[index]?.recordHash}","receipt":"${seals[index]?.receipt}"}`,
  );
  return `{"items":[${answers.join(',')}]}`;
}

const valuesOf = ({ features }: Item): Float32Array => Float32Array.from(Object.values(features));

function answerText({ symbol }: Item, count: number): string {
  const at = isoTime(Date.now());
  return (
    `{"action":"BUY","actionable":true,"asOf":null,"at":"${at}","confidence":${count / 1e7}` +
    `,"data":{"ageMs":null,"source":"features"},"durability":"pending","effect":"open","holdKind":null,"id":"${count}"` +
    `,"interval":"1d","load":"normal","mode":"FULL","model":{"arm":"production","engine":"kernel","name":"active"` +
    `,"version":"2026.11.1"},"reasons":[],"risk":0.25,"size":0.5,"symbol":"${symbol}","validUntil":"${at}"`
  );
}

const recordText = (answer: string, values: Float32Array, count: number): string =>
  `{"account":"local","action":"BUY","answer":${answer}},"breaker":{"generation":0,"state":"closed"}` +
  `,"buildHash":"${hash}","bundleHash":"${hash}","configHash":"${hash}"` +
  `,"control":{"epoch":1,"registryEpoch":0,"tradingState":"ACTIVE"},"decidedAtMs":${count},"experiment":null,"id":"${count}"` +
  `,"input":{"asOfMs":null,"bars":null,"clientDecisionId":null,"explain":false,"features":"${float32Text(values)}"` +
  `,"kind":"features","position":null,"strategy":null},"keyId":"local-decide","seq":${count},"symbol":"DEMO","writer":"${hash}"}`;

const headersOf = (count: number, traceId: string): Record<string, string> => ({
  'ratelimit-policy': '"decide";q=1000000;w=1',
  ratelimit: `"decide";r=${count % 1_000_000};t=0`,
  'content-type': 'application/json',
  'cache-control': 'no-store',
  traceparent: `00-${traceId.slice(0, 32)}-${traceId.slice(48)}-00`,
  'server-timing': `total;dur=0.${count % 1_000}`,
  'x-content-type-options': 'nosniff',
});

type Log = ReturnType<typeof createLog>;

/** Seals and links records, and makes of many the bytes of one statement. */
function createLog() {
  let texts: string[] = [];
  let head = hash;
  let waiting = 0;
  let sizeBytes = 0;
  return {
    /** What the receipt covers beside the record's hash is `opening`; `items` is kept beside the record of a batch. */
    add(record: string, opening: string, items = '') {
      const recordHash = sha256Hex(record);
      const receipt = hmacSha256Hex(secret, recordHash + opening);
      head = sha256Hex(
        `{"prev":"${head}","receipt":"${receipt}","recordHash":"${recordHash}","writer":"${hash}"}`,
      );
      texts.push(`["${head}","${recordHash}","${receipt}"]`, record, items);
      waiting += record.length + items.length;
      if (waiting >= statementChars) {
        sizeBytes += encoder.encode(texts.join('')).length;
        texts = [];
        waiting = 0;
      }
      return { recordHash, receipt };
    },
    sizeBytes: () => sizeBytes,
  };
}
