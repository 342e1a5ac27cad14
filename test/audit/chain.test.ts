import { describe, expect, it } from 'vitest';
import { createChain, type Linkable } from '../../src/audit/chain.ts';
import { canonicalJson } from '../../src/core/canonical-json.ts';
import { sha256Hex } from '../../src/core/digest.ts';

const linkable = (text: string): Linkable => ({
  writer: 'w',
  recordHash: sha256Hex(text),
  receipt: sha256Hex(`${text}!`),
});

/** Hash of a link: over the canonical JSON of its five facts. */
const linkHash = (link: Linkable): string => sha256Hex(canonicalJson(link));

describe('the chain of a writer', () => {
  it('numbers what it links from 1, and each names the hash of the one before', () => {
    const chain = createChain();
    const [first, second, third] = ['a', 'b', 'c'].map((text) => chain.link(linkable(text)));
    if (!first || !second || !third) throw new Error('no links');
    expect([first.chainSeq, second.chainSeq, third.chainSeq]).toEqual([1, 2, 3]);
    expect(first.prev).toBe('0'.repeat(64));
    expect(second.prev).toBe(linkHash(first));
    expect(third.prev).toBe(linkHash(second));
  });

  it('gives a record that is sent again the place it has', () => {
    const chain = createChain();
    const record = linkable('a');
    const sent = chain.link(record);
    chain.link(linkable('b'));
    expect(chain.link(record)).toEqual(sent);
  });
});
