/** The data of the embedded Redis: typed values by key, with lazy expiry against a clock that the caller reads. */
import type { ByteString } from './redis-backend.ts';

export interface StreamId {
  readonly ms: number;
  readonly seq: number;
}

export interface StreamEntry {
  readonly id: StreamId;
  readonly fields: readonly ByteString[];
}

/** An entry delivered to a consumer and not yet acknowledged. */
export interface PendingEntry {
  readonly id: StreamId;
  readonly consumer: ByteString;
  readonly deliveredAtMs: number;
  readonly deliveryCount: number;
}

export interface ConsumerGroup {
  lastDelivered: StreamId;
  /** By the entry's formatted id. */
  readonly pending: Map<ByteString, PendingEntry>;
  readonly consumers: Set<ByteString>;
}

export type StoredValue =
  | { readonly type: 'string'; readonly bytes: ByteString }
  | { readonly type: 'hash'; readonly fields: Map<ByteString, ByteString> }
  | { readonly type: 'set'; readonly members: Set<ByteString> }
  | { readonly type: 'zset'; readonly scores: Map<ByteString, number> }
  | { readonly type: 'list'; readonly items: ByteString[] }
  | {
      readonly type: 'stream';
      entries: StreamEntry[];
      lastId: StreamId;
      readonly groups: Map<ByteString, ConsumerGroup>;
    };

export type ValueType = StoredValue['type'];
export type ValueOf<T extends ValueType> = Extract<StoredValue, { readonly type: T }>;

interface Slot {
  readonly value: StoredValue;
  readonly expiresAtMs: number | null;
}

/** A failure that Redis answers as an error reply; the first word is its code. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}

export class Keyspace {
  #slots = new Map<ByteString, Slot>();
  #nowMs = 0;

  /** Freezes time for one command or script, as Redis does. */
  setNow(nowMs: number): void {
    this.#nowMs = nowMs;
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  get(key: ByteString): StoredValue | undefined {
    return this.#live(key)?.value;
  }

  /** The value of that type, or undefined when the key is free. Throws WRONGTYPE for any other type. */
  getAs<T extends ValueType>(key: ByteString, type: T): ValueOf<T> | undefined {
    const value = this.get(key);
    if (value === undefined) return undefined;
    if (value.type !== type)
      throw new CommandError('WRONGTYPE Operation against a key holding the wrong kind of value');
    return value as ValueOf<T>;
  }

  /** `getAs`, with `fresh` put there first when the key is free. */
  getOrPut<T extends ValueType>(key: ByteString, type: T, fresh: () => ValueOf<T>): ValueOf<T> {
    const present = this.getAs(key, type);
    if (present !== undefined) return present;
    const value = fresh();
    this.#slots.set(key, { value, expiresAtMs: null });
    return value;
  }

  put(key: ByteString, value: StoredValue, expiresAtMs: number | null = null): void {
    this.#slots.set(key, { value, expiresAtMs });
  }

  /** A string's new bytes, its time to live kept. */
  putBytes(key: ByteString, bytes: ByteString): void {
    this.put(key, { type: 'string', bytes }, this.expiresAtMs(key));
  }

  delete(key: ByteString): boolean {
    return this.#live(key) !== undefined && this.#slots.delete(key);
  }

  /** Redis has no empty aggregates: call after anything was taken out of one (streams excepted). */
  deleteIfEmpty(key: ByteString, size: number): void {
    if (size === 0) this.#slots.delete(key);
  }

  /** Epoch milliseconds; null when the key is free or lasts. */
  expiresAtMs(key: ByteString): number | null {
    return this.#live(key)?.expiresAtMs ?? null;
  }

  /** False when the key is free. A time already over deletes the key. */
  setExpiry(key: ByteString, expiresAtMs: number | null): boolean {
    const slot = this.#live(key);
    if (slot === undefined) return false;
    this.#slots.set(key, { value: slot.value, expiresAtMs });
    return true;
  }

  keys(): ByteString[] {
    return [...this.#slots.keys()].filter((key) => this.#live(key) !== undefined);
  }

  clear(): void {
    this.#slots.clear();
  }

  /** Everything as JSON; `restore` reads it back. */
  snapshot(): string {
    const entries = this.keys().map((key) => [key, this.#slots.get(key)]);
    return JSON.stringify(entries, (_name, value: unknown) => {
      if (value instanceof Map) return { $map: [...value] };
      if (value instanceof Set) return { $set: [...value] };
      return value;
    });
  }

  restore(snapshot: string): void {
    const entries: [ByteString, Slot][] = JSON.parse(snapshot, (_name, value: unknown) => {
      if (typeof value !== 'object' || value === null) return value;
      if ('$map' in value) return new Map(value.$map as [unknown, unknown][]);
      if ('$set' in value) return new Set(value.$set as unknown[]);
      return value;
    });
    this.#slots = new Map(entries);
  }

  #live(key: ByteString): Slot | undefined {
    const slot = this.#slots.get(key);
    if (slot === undefined || slot.expiresAtMs === null || slot.expiresAtMs > this.#nowMs) return slot;
    this.#slots.delete(key);
    return undefined;
  }
}
