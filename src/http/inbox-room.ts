import { hasShare } from '../core/has-share.ts';

/** Room for the frames of all streams of an isolate that wait for their turn, or have it: its memory is everybody's. */
export interface InboxRoom {
  /** Takes room for a frame of `chars` UTF-16 units; false, and none, where the key has no such share of what is left. */
  take(keyId: string, chars: number): boolean;
  give(keyId: string, chars: number): void;
}

/** @param charsMax UTF-16 units of all of them, each of up to two bytes */
export function createInboxRoom(charsMax: number): InboxRoom {
  const takenByKey = new Map<string, number>();
  let taken = 0;

  function change(keyId: string, chars: number): void {
    taken += chars;
    const ofKey = (takenByKey.get(keyId) ?? 0) + chars;
    if (ofKey > 0) takenByKey.set(keyId, ofKey);
    else takenByKey.delete(keyId);
  }

  return {
    take(keyId, chars) {
      const ofKey = (takenByKey.get(keyId) ?? 0) + chars;
      if (!hasShare(ofKey, charsMax - taken - chars)) return false;
      change(keyId, chars);
      return true;
    },
    give: (keyId, chars) => change(keyId, -chars),
  };
}
