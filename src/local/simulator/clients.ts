import type { Draw } from './draw.ts';
import { authorizationOf, revocableKey, roomyKey, type SimulatedKey, simulatedKeys } from './keys.ts';
import { fetchedVector, type Vector, vectors } from './small-model.ts';

type Position = 'unsaid' | 'flat' | 'long' | 'short';

/** One decision that is asked for, by itself or in a batch. */
export interface AskedItem {
  readonly vector: Vector;
  readonly position: Position;
  /** The client's own name for why it asks. */
  readonly strategy: string | undefined;
  /** Of a batch: it is no question at all, and is to be refused by itself. */
  readonly isMalformed: boolean;
}

/** One request as its client knows it. */
export interface Asked {
  readonly kind: 'decision' | 'batch' | 'stream' | 'malformed' | 'unauthenticated';
  readonly key: SimulatedKey;
  readonly body: string;
  readonly idempotencyKey: string | undefined;
  /** Whether the idempotency key was sent before. */
  readonly isRetry: boolean;
  readonly durability: 'pending' | 'ack' | 'outbox';
  /** One, or those of a batch. */
  readonly items: readonly [AskedItem, ...AskedItem[]];
  /** That it costs. */
  readonly tokens: number;
}

const positions: Readonly<Record<Position, string | undefined>> = {
  unsaid: undefined,
  flat: '0',
  long: '12.5',
  short: '-3',
};

/** What a request asks beside its action: `once` has an idempotency key, `plain` asks for nothing, `any` is drawn. */
type Form = 'any' | 'plain' | 'acked' | 'once';

const malformedBodies = ['', '{', '[]', '{"symbol":"DEMO","surprise":1}', '{"symbol":"GHOST"}'] as const;
const malformedItem = { symbol: 'GHOST' };
export const strategies = ['momentum', 'carry'] as const;
const batchShare = 0.06;

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
    if (retried) return this.#retry(retried);
    if (draw.chance(0.02)) return { ...this.#fresh(), kind: 'malformed', body: draw.pick(malformedBodies) };
    if (draw.chance(0.02)) return { ...this.#fresh(), kind: 'unauthenticated' };
    const key = draw.chance(0.5) ? roomyKey : draw.pick(simulatedKeys);
    return draw.chance(batchShare) ? this.batch(key) : this.#fresh(key);
  }

  /** A request that nothing but the state of things may keep from an action. */
  acting(form: Form = 'any'): Asked {
    for (;;) {
      const asked = this.#fresh(roomyKey, form);
      if (asked.items[0].vector.action !== 'HOLD') return asked;
    }
  }

  /** A request for an action that names an override. */
  overriding(overrideId: string, action: 'BUY' | 'SELL'): Asked {
    const vector = this.#draw.pick(vectors.filter((known) => known.action === action)) ?? vectors[0];
    const item = { ...this.#item(), vector, position: 'flat' as const };
    const durability = 'pending';
    const body = JSON.stringify({ ...questionOf(item), durability, overrideId });
    return this.#named({ kind: 'decision', key: roomyKey, body, durability, items: [item] }, false);
  }

  /** A request whose bars the service is to fetch. */
  withoutData(): Asked {
    const item = { ...this.#item(), vector: fetchedVector };
    const durability = 'pending';
    const body = JSON.stringify({ ...questionOf(item), durability });
    return this.#named({ kind: 'decision', key: roomyKey, body, durability, items: [item] }, false);
  }

  /** A request that asks for nothing beside its decision. */
  plain(key: SimulatedKey = revocableKey): Asked {
    return this.#fresh(key, 'plain');
  }

  /** The same once more. */
  again = (asked: Asked): Asked => ({ ...asked, isRetry: true });

  #retry(retried: Asked): Asked {
    const body = this.#draw.chance(0.1)
      ? retried.body.replace('{"symbol":"DEMO"', '{"explain":false,"symbol":"DEMO"')
      : retried.body;
    return this.again({ ...retried, body });
  }

  #durabilityOf(form: Form): Asked['durability'] {
    if (form === 'acked') return 'ack';
    return form === 'any' && this.#draw.chance(0.25) ? this.#draw.pick(this.#durabilities) : 'pending';
  }

  #isOnce(form: Form): boolean {
    return form === 'once' || (form === 'any' && this.#draw.chance(0.15));
  }

  #item(): AskedItem {
    const draw = this.#draw;
    return {
      vector: draw.pick(vectors),
      position: draw.pick(['unsaid', 'flat', 'long', 'short'] as const),
      strategy: draw.chance(0.4) ? draw.pick(strategies) : undefined,
      isMalformed: false,
    };
  }

  #fresh(key: SimulatedKey = revocableKey, form: Form = 'any'): Asked {
    const item = this.#item();
    const durability = this.#durabilityOf(form);
    const body = JSON.stringify({ ...questionOf(item), durability });
    const isOnce = this.#isOnce(form);
    return this.#named({ kind: 'decision', key, body, durability, items: [item] }, isOnce);
  }

  /** Of two to four items, of which any but the first may be no question. */
  batch(key: SimulatedKey = roomyKey, form: Form = 'any'): Asked {
    const draw = this.#draw;
    const others = Array.from({ length: draw.integer(1, 3) }, () => ({
      ...this.#item(),
      isMalformed: draw.chance(0.1),
    }));
    const items = [this.#item(), ...others] as const;
    const durability = this.#durabilityOf(form);
    const body = JSON.stringify({ items: items.map(questionOf), durability });
    const isOnce = this.#isOnce(form);
    return this.#named({ kind: 'batch', key, body, durability, items }, isOnce);
  }

  /** Some requests have an idempotency key, and may be sent again. */
  #named(facts: Omit<Asked, 'idempotencyKey' | 'isRetry' | 'tokens'>, isOnce: boolean): Asked {
    const tokens = facts.items.filter(({ isMalformed }) => !isMalformed).length;
    if (isOnce) this.#keysMade += 1;
    const idempotencyKey = isOnce ? `once-${this.#keysMade}` : undefined;
    const asked = { ...facts, idempotencyKey, isRetry: false, tokens };
    if (isOnce) this.#once.push(asked);
    return asked;
  }
}

const questionOf = ({ vector, position, strategy, isMalformed }: AskedItem): object =>
  isMalformed
    ? malformedItem
    : {
        symbol: 'DEMO',
        features: vector === fetchedVector ? undefined : vector.features,
        position: positions[position],
        strategy,
      };

export function requestOf({ kind, key, body, idempotencyKey }: Asked): Request {
  const authorization =
    kind === 'unauthenticated' ? `Bearer ${key.id}.not-the-secret-of-it` : authorizationOf(key);
  return new Request(`http://service.sim/v1/decisions${kind === 'batch' ? '/batch' : ''}`, {
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
