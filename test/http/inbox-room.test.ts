import { describe, expect, it } from 'vitest';
import { createInboxRoom } from '../../src/http/inbox-room.ts';

const charsMax = 8_000;

describe('the room of all inboxes', () => {
  it('holds no more than it is given, whoever asks', () => {
    const room = createInboxRoom(charsMax);
    let taken = 0;
    for (let key = 0; key < 64; key++)
      for (let frame = 0; frame < 32; frame++) if (room.take(`key-${key}`, 500)) taken += 500;
    expect(taken).toBeGreaterThan(0.9 * charsMax);
    expect(taken).toBeLessThanOrEqual(charsMax);
  });

  it('leaves others a quarter where one key takes all that it may', () => {
    const room = createInboxRoom(charsMax);
    let frames = 0;
    while (room.take('greedy', 100)) frames += 1;
    expect(frames * 100).toBeLessThan(0.75 * charsMax);
    expect(room.take('modest', 1_000)).toBe(true);
  });

  it('takes again what was given back', () => {
    const room = createInboxRoom(charsMax);
    for (let round = 0; round < 10; round++) {
      expect([room.take('a', 3_000), room.take('a', 3_000)]).toEqual([true, false]);
      room.give('a', 3_000);
    }
  });
});
