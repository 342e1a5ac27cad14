import type { Redis } from '@upstash/redis';
import { err, ok, type Result } from '../core/result.ts';
import { createRedisScript, type ReplyFields } from '../store/redis-script.ts';
import { claimSilenceScript, heartbeatScript, tellSilenceScript } from './lua/operator-heartbeat.ts';
import { redisKeys } from './redis-keys.ts';
import type { OperatorHeartbeat } from './view.ts';

/** A silence that somebody is to write down: the microsecond of Redis' clock after which it began, 0 for never heard. */
export interface Silence {
  readonly heartbeatAtUs: number;
}

/** The dead man's switch in Redis. Each call is one round trip and none throws; an error means that it may have taken effect. */
export interface OperatorHeartbeats {
  /** An operator is there; answers what was before. Resumes nothing that a person holds back. */
  beat(): Promise<Result<OperatorHeartbeat, string>>;
  /** A silence that nobody has told of yet, for half a minute this caller's to tell of; undefined where there is none. */
  claimSilence(): Promise<Result<Silence | undefined, string>>;
  tellSilence(silence: Silence): Promise<Result<void, string>>;
}

interface Options {
  readonly redis: Redis;
  /** The longest silence, in milliseconds; 0 switches it off. */
  readonly heartbeatMsMax: number;
}

const claimMs = 30_000;

export const isOperatorHeartbeat = (text: string | undefined): text is OperatorHeartbeat =>
  text === 'off' || text === 'heard' || text === 'silent';

export function createOperatorHeartbeats({ redis, heartbeatMsMax }: Options): OperatorHeartbeats {
  const heartbeat = createRedisScript(redis, heartbeatScript);
  const claim = createRedisScript(redis, claimSilenceScript);
  const tell = createRedisScript(redis, tellSilenceScript);
  const keys = [redisKeys.control];
  return {
    async beat() {
      const reply = await heartbeat.run(keys, [String(heartbeatMsMax)]);
      if (!reply.ok) return reply;
      const was = reply.value.get('was');
      return isOperatorHeartbeat(was) ? ok(was) : err('the heartbeat script gave a malformed reply');
    },
    async claimSilence() {
      const reply = await claim.run(keys, [String(heartbeatMsMax), String(claimMs)]);
      return reply.ok ? silenceIn(reply.value) : reply;
    },
    async tellSilence({ heartbeatAtUs }) {
      const reply = await tell.run(keys, [String(heartbeatAtUs)]);
      return reply.ok ? ok(undefined) : reply;
    },
  };
}

function silenceIn(fields: ReplyFields): Result<Silence | undefined, string> {
  const heartbeatAtUs = Number(fields.get('heartbeatAt') ?? Number.NaN);
  switch (fields.get('outcome')) {
    case 'none':
    case 'told':
    case 'held':
      return ok(undefined);
    case 'claimed':
      if (Number.isSafeInteger(heartbeatAtUs)) return ok({ heartbeatAtUs });
  }
  return err('the silence script gave a malformed reply');
}
