import { createHash, createHmac } from 'node:crypto';
import { canonicalJson } from '../../../src/core/canonical-json.ts';
import { hmacSha256Hex, sha256Hex } from '../../../src/core/digest.ts';
import { contractBars } from '../../../src/features/contract-bars.ts';
import { dailyV1 } from '../../../src/features/daily-v1.ts';
import { featureVector } from '../../../src/features/vector.ts';
import type { MicroCase } from './micro-case.ts';

const secret = 'a receipt secret of 32 characters';

/** What seals a record and signs its receipt. */
export const hashCases: readonly MicroCase[] = [
  {
    name: 'sha256 of 1 KB',
    baseline: 'sha256 of 1 KB by node:crypto',
    prepare: () => onKilobyte((text) => sha256Hex(text)),
  },
  {
    name: 'sha256 of 1 KB by node:crypto',
    baseline: null,
    prepare: () => onKilobyte((text) => createHash('sha256').update(text).digest('hex')),
  },
  {
    name: 'receipt',
    baseline: 'receipt by node:crypto',
    prepare: () => onHash((hash) => hmacSha256Hex(secret, hash)),
  },
  {
    name: 'receipt by node:crypto',
    baseline: null,
    prepare: () => onHash((hash) => createHmac('sha256', secret).update(hash).digest('hex')),
  },
  {
    name: 'canonical JSON of a record',
    baseline: 'JSON.stringify of a record',
    prepare: () => onRecord(canonicalJson),
  },
  {
    name: 'JSON.stringify of a record',
    baseline: null,
    prepare: () => onRecord((record) => JSON.stringify(record)),
  },
];

/** Texts differ in their first characters, so that no result can be kept. */
function onKilobyte(operation: (text: string) => string): (index: number) => number {
  const texts = Array.from({ length: 64 }, (_, index) => String(index).padEnd(1024, 'abcdefghijklmnop'));
  return (index) => operation(texts[index & 63] as string).length;
}

function onHash(operation: (hash: string) => string): (index: number) => number {
  const hashes = Array.from({ length: 64 }, (_, index) => sha256Hex(String(index)));
  return (index) => operation(hashes[index & 63] as string).length;
}

function onRecord(operation: (record: object) => string): (index: number) => number {
  const records = Array.from({ length: 64 }, (_, index) => recordOf(index));
  return (index) => operation(records[index & 63] as object).length;
}

/** A record's content as the pipeline seals it: the question, the input by name and the answer. */
function recordOf(index: number): object {
  const { values } = featureVector(dailyV1, contractBars(dailyV1.windowBars + index));
  return {
    id: '0193c2f1-6e3a-7d40-9f6b-3c1d8e2a5b70',
    at: 1_764_000_000_000 + index,
    symbol: 'SPX',
    interval: '1d',
    action: index % 2 === 0 ? 'BUY' : 'SELL',
    effect: 'open',
    size: 0.42,
    confidence: 0.5 + index / 1000,
    reasons: [],
    model: { name: 'spx-1d', version: '8f2c1d90ab34', arm: 'production', engine: 'ort' },
    data: { source: 'bars', ageMs: 48_600_000 },
    hashes: { bundle: sha256Hex('bundle'), configuration: sha256Hex('configuration') },
    features: Object.fromEntries(dailyV1.indicators.map(({ name }, at) => [name, values[at]])),
  };
}
