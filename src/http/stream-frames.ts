import { z } from '@hono/zod-openapi';
import type { Answer } from '../decision/answer.ts';
import { decisionsAtOnceMax } from '../decision/question.ts';
import type { Setting } from '../risk/check.ts';
import type { TradingState } from '../risk/trading-state.ts';
import { barSchema, decisionRequestSchema } from './decision-schemas.ts';
import type { ProblemBody } from './problem.ts';

/** Ticks of a frame, at most. */
export const ticksMax = decisionsAtOnceMax;
/** Frames of decisions that may be under way to a client that has not acknowledged them. */
export const unacknowledgedMax = 16;

const { symbol, model, interval, strategy, bars, position, asOf, explain } = decisionRequestSchema.shape;

/** A closed bar of a symbol whose window is open, and what a request for a decision may say beside it. */
const tickSchema = z.strictObject({ symbol, ...barSchema.shape, position, asOf, explain }).openapi('Tick');

const windowFrame = z
  .strictObject({
    type: z.literal('window'),
    symbol,
    model,
    interval,
    strategy,
    bars: bars.unwrap(),
    token: z.string().max(64).optional().openapi({
      description: 'Of a stream that ended with 1012: the bars must be those that it held then.',
    }),
  })
  .openapi('WindowFrame', { description: "Opens a symbol's window of bars, or replaces it." });

const count = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

export const ticksFrame = z.strictObject({
  type: z.literal('ticks'),
  seq: count.openapi({ description: 'Larger with every frame; the answer carries it.' }),
  ack: count.openapi({ description: 'The highest `seq` whose decisions were read; 0 before the first.' }),
  /** Read one by one: each is refused by itself. */
  ticks: z.array(z.unknown()).min(1).max(ticksMax),
});

/** What a client sends. */
export const clientFrameSchema = z.discriminatedUnion('type', [windowFrame, ticksFrame]);

/** The same for readers of the contract, with what a tick is. */
export const clientFrameDocuments = {
  WindowFrame: windowFrame,
  TicksFrame: ticksFrame.extend({ ticks: z.array(tickSchema).min(1).max(ticksMax) }).openapi('TicksFrame', {
    description: 'Closed bars of symbols whose windows are open, each answered with a decision.',
  }),
};

export type WindowFrame = z.infer<typeof windowFrame>;
export type TicksFrame = z.infer<typeof ticksFrame>;
export type Tick = z.infer<typeof tickSchema>;

/** What the service sends. */
export type ServiceFrame =
  /** First of all. */
  | { readonly type: 'hello'; readonly ticksMax: number; readonly unacknowledgedMax: number }
  /** At first, and whenever it changed; null: it cannot be read now, and every decision is HOLD. */
  | {
      readonly type: 'control';
      readonly epoch: number | null;
      readonly tradingState: TradingState | null;
      /** What is held back beside the whole, of the stream's account, strategies, models and symbols. */
      readonly targets: readonly Setting[];
    }
  | { readonly type: 'window'; readonly symbol: string; readonly lastBar: string }
  | {
      readonly type: 'decisions';
      readonly seq: number;
      /** As the frame's ticks. */
      readonly items: readonly (Answer | ProblemBody)[];
    }
  /** A frame that changed nothing. `seq` and `symbol` where it had one. */
  | {
      readonly type: 'refused';
      readonly seq: number | null;
      readonly symbol: string | null;
      readonly problem: ProblemBody;
      readonly retryAfterMs: number | null;
    }
  | { readonly type: 'heartbeat'; readonly at: string }
  /** Last of all, before the close frame; with 1012 a token for each symbol's window. */
  | {
      readonly type: 'closing';
      readonly problem: ProblemBody | null;
      readonly tokens: Readonly<Record<string, string>>;
    };
