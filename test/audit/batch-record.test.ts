import { describe, expect, it } from 'vitest';
import { hasItsItems, type ItemParts, itemOf, sealBatch, sealItems } from '../../src/audit/batch-record.ts';
import {
  type DecisionRecord,
  isIntact,
  openingOf,
  type RecordColumns,
  receiptOf,
  sealRecord,
} from '../../src/audit/decision-record.ts';
import { partedHashOf, sharedPart } from '../../src/audit/parted-record.ts';
import { provesItself, takeApart } from '../../src/audit/restored-answer.ts';
import { canonicalJson } from '../../src/core/canonical-json.ts';
import { wholeItemsRow } from './whole-items-row.ts';

const secret = 'r'.repeat(32);
const columns: RecordColumns = {
  id: 'row',
  writer: 'w',
  seq: 1,
  account: 'a"漢',
  keyId: 'k',
  symbol: '*',
  action: 'HOLD',
  decidedAtMs: 1,
};
const ownAnswer = (index: number) => ({
  action: 'HOLD',
  id: `row.${index}`,
  size: 0.1 + 0.2,
  reasons: ['漢"\\\n'],
});
const sharedAnswer = (symbol: string) => ({ at: 'then', symbol });
const answer = (index: number, symbol: string) => ({ ...sharedAnswer(symbol), ...ownAnswer(index) });
const { account, decidedAtMs, keyId, seq, writer } = columns;

/** The whole record of an item, as it would be kept alone. */
const whole = (index: number, symbol: string) => ({
  ...{ account, decidedAtMs, keyId, seq, symbol, writer, action: 'HOLD' as const, id: `row.${index}` },
  answer: answer(index, symbol),
  input: { features: 'AAAA', kind: 'features', position: null },
});

interface Row extends DecisionRecord {
  readonly items: string;
}
interface Form {
  readonly row: Row;
  readonly expected: readonly (object | undefined)[];
}

function inWholes(): Form {
  const items = [0, 2].map((index) =>
    sealRecord(secret, { ...columns, id: `row.${index}` }, whole(index, 'S')),
  );
  const [first, third] = items as [DecisionRecord, DecisionRecord];
  const expected = [first, undefined, third].map(
    (item) =>
      item && {
        ...{ id: item.id, record: item.record, recordHash: item.recordHash, receipt: item.receipt },
        isParted: false,
      },
  );
  return { row: wholeItemsRow(secret, columns, [first, null, third]) as Row, expected };
}

function inParts(): Form {
  const sharedOf = (symbol: string) =>
    sharedPart(
      canonicalJson({
        ...{ account, decidedAtMs, keyId, seq, symbol, writer },
        answer: sharedAnswer(symbol),
        input: { kind: 'features' },
      }),
      account,
      canonicalJson(sharedAnswer(symbol)),
    );
  const [s, other] = [sharedOf('S'), sharedOf('T')];
  const parts = [[0, s] as const, [2, s] as const, [3, other] as const].map(
    ([index, shared]): ItemParts => ({
      shared,
      ownAnswer: canonicalJson(ownAnswer(index)),
      own: canonicalJson({ answer: ownAnswer(index), input: { features: 'AAAA', position: null } }),
    }),
  );
  const seals = sealItems(secret, parts);
  const [first, third, fourth] = parts.map((part, at) => ({ ...part, ...seals[at] })) as [
    ItemParts & (typeof seals)[number],
    ItemParts & (typeof seals)[number],
    ItemParts & (typeof seals)[number],
  ];
  const row = sealBatch(secret, columns, [first, null, third, fourth]) as Row;
  const expected = [
    { index: 0, symbol: 'S', seal: first },
    undefined,
    { index: 2, symbol: 'S', seal: third },
    { index: 3, symbol: 'T', seal: fourth },
  ].map((item) => {
    if (!item) return undefined;
    const { recordHash, receipt } = item.seal;
    const record = canonicalJson(whole(item.index, item.symbol));
    return { id: `row.${item.index}`, record, recordHash, receipt, isParted: true };
  });
  return { row, expected };
}

describe.each([
  ['whole records', inWholes],
  ['records in two parts', inParts],
])("a batch's row of %s", (_, form) => {
  const { row, expected } = form();
  const list: readonly unknown[] = JSON.parse(row.items);
  const [first, , third] = list;
  const swapped = canonicalJson([third, null, first, ...list.slice(3)]);

  it('is whole, and its record is canonical JSON', () => {
    expect(isIntact(secret, row)).toBe(true);
    expect(canonicalJson(JSON.parse(row.record))).toBe(row.record);
    expect(canonicalJson(JSON.parse(row.items))).toBe(row.items);
  });

  it('gives each item as it was sealed, and none where it was refused', () => {
    for (const [index, item] of expected.entries()) expect(itemOf(secret, row, index)).toEqual(item);
    expect(itemOf(secret, row, expected.length)).toBeUndefined();
  });

  it.each([
    ['an item was edited', { items: row.items.replace('漢', '人') }],
    ['items changed places', { items: swapped }],
    ['the items are gone', { items: null }],
    ['the items are cut off', { items: row.items.slice(0, -9) }],
    ['the items are none', { items: '[1,null,1,1]' }],
    [
      'the hashes were edited',
      { record: row.record.replace(JSON.parse(row.record).itemHashes[0], '0'.repeat(64)) },
    ],
    ['something else in its record was', { record: row.record.replace('"seq":1', '"seq":2') }],
    ['the receipt is of another service', { receipt: '0'.repeat(64) }],
  ])('is damaged where %s', (_reason, change) => {
    expect(itemOf(secret, { ...row, ...change }, 0)).toBe('damaged');
  });

  it('has its items, and no others, none of them edited, moved or gone', () => {
    expect(hasItsItems(row)).toBe(true);
    for (const items of [row.items.replace('漢', '人'), swapped, '[]', '[null]', '[1,null,1,1]', 'x', null]) {
      expect(hasItsItems({ record: row.record, items }), `${items}`).toBe(false);
    }
  });
});

describe('an item in two parts', () => {
  const { row, expected } = inParts();

  it('has the hash that its whole record gives, and no other record does', () => {
    for (const item of expected) {
      if (!item) continue;
      const { record, recordHash } = item as { record: string; recordHash: string };
      expect(partedHashOf(record)).toBe(recordHash);
      const stated = JSON.parse(record);
      for (const name of Object.keys(stated)) {
        if (name === 'id' || name === 'action') continue; // They stand in the answer.
        expect(partedHashOf(canonicalJson({ ...stated, [name]: 'x' })), name).not.toBe(recordHash);
      }
      for (const name of Object.keys(stated.answer)) {
        const edited = { ...stated, answer: { ...stated.answer, [name]: 'x' } };
        expect(partedHashOf(canonicalJson(edited)), name).not.toBe(recordHash);
      }
    }
    expect(partedHashOf('[]')).toBeUndefined();
  });

  it('is damaged where its row says that it shares with others, or what they share was edited', () => {
    for (const [from, to] of [
      ['"sharedOf":[0', '"sharedOf":[1'],
      ['"at":"then"', '"at":"never"'],
      ['"sharedOf":[0', '"sharedOf":[7'],
    ] as const) {
      const record = row.record.replace(from, to);
      expect(record).not.toBe(row.record);
      expect(hasItsItems({ record, items: row.items })).toBe(false);
      expect(itemOf(secret, { ...row, record }, 0)).toBe('damaged');
      // Even where whoever edited it could seal it again.
      const forged = { ...row, ...sealRecord(secret, columns, JSON.parse(record)), items: row.items };
      expect(itemOf(secret, forged, 0)).toBe('damaged');
    }
  });

  it('proves its answer by its receipt alone, for its own account, and nothing that differs', () => {
    for (const [index, item] of expected.entries()) {
      if (!item) continue;
      const { recordHash, receipt } = item as { recordHash: string; receipt: string };
      const told = { ...answer(index, index === 3 ? 'T' : 'S'), recordHash, receipt };
      const proves = (change: object, whose = account) =>
        provesItself(secret, whose, takeApart({ ...told, ...change }));
      expect(proves({})).toBe(true);
      expect(proves({}, 'b')).toBe(false);
      for (const name of Object.keys(told)) expect(proves({ [name]: 'x' }), name).toBe(false);
      expect(proves({ added: 1 })).toBe(false);
    }
  });

  it('has no receipt of a whole answer, nor that one its', () => {
    const [item] = expected as readonly [{ recordHash: string; receipt: string }];
    const text = canonicalJson(answer(0, 'S'));
    expect(receiptOf(secret, item.recordHash, openingOf(account, 'HOLD', text))).not.toBe(item.receipt);
  });
});

describe('a row that holds one decision and no batch', () => {
  const alone = sealRecord(secret, columns, whole(0, 'S'));

  it('has no items', () => {
    expect(itemOf(secret, { ...alone, items: null }, 0)).toBeUndefined();
    expect(hasItsItems({ record: alone.record, items: null })).toBe(true);
    expect(hasItsItems({ record: alone.record, items: '[]' })).toBe(false);
  });
});
