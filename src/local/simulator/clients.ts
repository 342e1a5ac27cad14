import type { Draw } from './draw.ts';
import { authorizationOf, revocableKey, roomyKey, type SimulatedKey, simulatedKeys } from './keys.ts';
import { type Vector, vectors } from './small-model.ts';

type Position = 'unsaid' | 'flat' | 'long' | 'short';

/** One request as its client knows it. */
export interface Asked {
  readonly kind: 'decision' | 'malformed' | 'unauthenticated';
  readonly key: SimulatedKey;
  readonly body: string;
  readonly idempotencyKey: string | undefined;
  /** Whether the idempotency key was sent before. */
  readonly isRetry: boolean;
  readonly durability: 'pending' | 'ack' | 'outbox';
  readonly vector: Vector;
  readonly position: Position;
}

const positions: Readonly<Record<Position, string | undefined>> = {
  unsaid: undefined,
  flat: '0',
  long: '12.5',
  short: '-3',
};

const malformedBodies = ['', '{', '[]', '{"symbol":"DEMO","surprise":1}', '{"symbol":"GHOST"}'] as const;

/** Clients: they ask at random, and some of them again what they asked before. */
export class Clients {
  readonly #draw: Draw;
  readonly #durabilities: readonly [Asked['durability'], ...Asked['durability'][]];
  readonly #once: Asked[] = [];
  #keysMade = 0;

  constructor(draw: Draw, hasOutbox: boolean) {
    this.#draw = draw;
    this.#durabilities = hasOutbox ? ['ack', 'outbox'] : ['ack'];
  }

  /** The next request, of anybody. */
  next(): Asked {
    const draw = this.#draw;
    const retried = draw.chance(0.15) ? draw.pick(this.#once) : undefined;
    if (retried) return this.#again(retried);
    if (draw.chance(0.02)) return { ...this.#fresh(), kind: 'malformed', body: draw.pick(malformedBodies) };
    if (draw.chance(0.02)) return { ...this.#fresh(), kind: 'unauthenticated' };
    return this.#fresh(draw.chance(0.5) ? roomyKey : draw.pick(simulatedKeys));
  }

  /** A request that nothing but the state of things may keep from an action. */
  acting(): Asked {
    for (;;) {
      const asked = this.#fresh(roomyKey);
      if (asked.vector.action !== 'HOLD') return asked;
    }
  }

  #again(retried: Asked): Asked {
    const body = this.#draw.chance(0.1)
      ? retried.body.replace('DEMO"', 'DEMO","strategy":"other"')
      : retried.body;
    return { ...retried, body, isRetry: true };
  }

  #fresh(key: SimulatedKey = revocableKey): Asked {
    const draw = this.#draw;
    const vector = draw.pick(vectors);
    const position = draw.pick(['unsaid', 'flat', 'long', 'short'] as const);
    const durability = draw.chance(0.25) ? draw.pick(this.#durabilities) : 'pending';
    const isOnce = draw.chance(0.15);
    if (isOnce) this.#keysMade += 1;
    const body = JSON.stringify({
      symbol: 'DEMO',
      features: vector.features,
      position: positions[position],
      durability,
    });
    const idempotencyKey = isOnce ? `once-${this.#keysMade}` : undefined;
    const asked: Asked = {
      kind: 'decision',
      key,
      body,
      idempotencyKey,
      isRetry: false,
      durability,
      vector,
      position,
    };
    if (isOnce) this.#once.push(asked);
    return asked;
  }
}

export function requestOf({ kind, key, body, idempotencyKey }: Asked): Request {
  const authorization =
    kind === 'unauthenticated' ? `Bearer ${key.id}.not-the-secret-of-it` : authorizationOf(key);
  return new Request('http://service.sim/v1/decisions', {
    method: 'POST',
    headers: {
      authorization,
      'content-type': 'application/json',
      'content-length': String(body.length),
      ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
    },
    body,
  });
}
