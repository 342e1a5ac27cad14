import type { EngineFailure } from '../../../inference/engine.ts';
import type { EmbeddedRedis } from '../../embedded-redis.ts';
import type { Asked, Clients } from '../clients.ts';
import type { Draw } from '../draw.ts';
import type { EventQueue } from '../event-queue.ts';
import type { ReceivedReply } from '../exchange.ts';
import type { FaultCounts } from '../faults.ts';
import type { Isolate } from '../isolate.ts';
import type { MarketSource } from '../market-source.ts';
import type { Operator } from '../operator.ts';
import type { BundleName } from '../small-model.ts';
import type { StreamClient } from '../stream-client.ts';

/** How long the parts of a run last, in virtual milliseconds, and how often what nobody directs happens in the faulty one. */
export interface Pace {
  readonly faultyMs: number;
  readonly perSecond: number;
  readonly changesPerSecond: number;
}

/** What a scenario directs. Whom and when it leaves to the draw. */
export interface Stage {
  readonly time: EventQueue;
  readonly draw: Draw;
  readonly counts: FaultCounts;
  readonly operator: Operator;
  readonly clients: Clients;
  readonly redis: EmbeddedRedis;
  readonly market: MarketSource;
  /** Those of the start. */
  readonly isolates: readonly Isolate[];
  readonly living: () => readonly Isolate[];
  /** Virtual instant at which everything heals. */
  readonly endsAtMs: number;
  /** Never settles where nobody answers, or the client is gone by then. */
  send(asked: Asked, isolate: Isolate, goneInMs?: number): Promise<ReceivedReply>;
  /** The stream of a client, on an isolate. */
  readonly openStream: (isolate: Isolate) => StreamClient;
  /** Whether the run has come to rest. */
  readonly isOver: () => boolean;
  /** A replica takes over that has only what Redis held at that snapshot. */
  readonly rollBackRedis: (snapshot: string) => void;
  /** Another one comes in its place. */
  readonly kill: (isolate: Isolate) => void;
  /** Puts another bundle in force, or the same again. */
  readonly replaceModel: () => void;
  /** Puts this one in force. */
  readonly promote: (name: BundleName) => Promise<void>;
  /** What every run of the model in production comes to from now on; undefined for its scores. */
  readonly failModel: (failure: EngineFailure | undefined) => void;
}

/** A run that is aimed at one way in which things go wrong, where chance alone would seldom come. */
export interface Scenario {
  readonly faultyMs: number;
  /** Whether operators have to be heard every second. */
  readonly isUnderHeartbeat?: true;
  /** Whether isolates run where a machine may sleep, which Workers' do not; left to the draw where it is not said. */
  readonly isOnMachines?: true;
  /** Whether there are bundles beside the one that is shipped; left to the draw where it is not said. */
  readonly replacesModels?: true;
  play(stage: Stage): void;
}
