import { z } from 'zod';
import type { DecisionLog } from '../audit/decision-log.ts';
import type { DecisionRecord } from '../audit/decision-record.ts';
import type { Breaker } from '../control/breakers/breaker.ts';
import { freshState } from '../control/control-state.ts';
import type { ControlView } from '../control/view.ts';
import { float32sOf } from '../core/float32-text.ts';
import { parseJson } from '../core/parse-json.ts';
import { ok } from '../core/result.ts';
import type { ServedModel } from '../models/catalog.ts';
import type { ModelByHash } from '../models/model-by-hash.ts';
import { Stages } from '../telemetry/stages.ts';
import { barOfRow } from './bar-row.ts';
import { type Deviation, deviationsOf } from './deviations-of.ts';
import { liftOutcomes } from './named-override.ts';
import { createPipeline } from './pipeline.ts';
import type { Question } from './question.ts';
import { rungs } from './rung.ts';

export interface ReplayOptions {
  readonly modelByHash: ModelByHash;
  readonly receiptSecret: string;
  readonly configHash: string;
  readonly freshnessGraceMs: number;
}

export type Replayed =
  /** `record` is what the pipeline writes now; undefined, as its hash is null, where the model is not to be had. */
  | {
      readonly kind: 'replayed';
      readonly record: string | undefined;
      readonly recordHash: string | null;
      readonly deviations: Deviation[];
      /** Of the code that decided; null where the record does not say. The bytes may be the same under another one. */
      readonly buildHash: string | null;
    }
  /** The record is about another record, or was not written by this service's pipeline. */
  | { readonly kind: 'no-decision' }
  /** The model's store did not answer. */
  | { readonly kind: 'unavailable' };

const tradingState = z.enum(['ACTIVE', 'REDUCING', 'HALTED']);
const finite = z.number();
/** Of bits, checked by `float32Text` alone; see `FeatureForm`. */
const float32s = z.string().transform((text, context) => {
  const values = float32sOf(text);
  if (values) return values;
  context.addIssue('no floats in base64');
  return z.NEVER;
});
const barRowSchema = z.tuple([finite, finite, finite, finite, finite, finite]);

/** What a record says of how its decision was made. Names as `record-decision.ts` writes them. */
const capsuleSchema = z.object({
  account: z.string(),
  answer: z.object({
    at: z.iso.datetime(),
    durability: z.enum(['pending', 'outboxed', 'acked']),
    load: z.enum(['normal', 'busy', 'shedding']).default('normal'),
    mode: z.enum([...rungs, 'HOLD']),
    reasons: z.array(z.object({ code: z.string(), detail: z.string() })),
    data: z.object({
      ageMs: z.number().nullable(),
      source: z.enum(['bars', 'features', 'fetched', 'cached', 'none']),
    }),
    model: z.object({ arm: z.enum(['production', 'candidate']) }),
    override: z.object({ id: z.string(), outcome: z.enum(liftOutcomes) }).optional(),
    validUntil: z.iso.datetime().nullable(),
  }),
  breaker: z
    .object({ generation: z.number(), state: z.enum(['closed', 'probe', 'open', 'tripped']) })
    .nullish(),
  buildHash: z.string().nullable().optional(),
  bundleHash: z.string(),
  control: z
    .object({
      epoch: z.number(),
      registryEpoch: z.number(),
      targets: z.array(z.object({ epoch: z.number(), target: z.string(), tradingState })).default([]),
      tradingState,
    })
    .optional(),
  decidedAtMs: z.number(),
  experiment: z
    .object({
      epoch: z.number(),
      kind: z.enum(['ab', 'shadow', 'canary']),
      name: z.string(),
      sizeMax: z.number().nullable(),
    })
    .nullable(),
  id: z.string(),
  input: z.object({
    asOfMs: z.number().nullable(),
    bars: z.array(barRowSchema).nullable(),
    clientDecisionId: z.string().nullable(),
    explain: z.boolean(),
    features: z.union([float32s, z.array(z.number())]).nullable(),
    kind: z.enum(['bars', 'features', 'window', 'none']),
    position: z.union([z.literal(-1), z.literal(0), z.literal(1)]).nullable(),
    strategy: z.string().nullable(),
  }),
  keyId: z.string(),
  seq: z.number(),
  symbol: z.string(),
  writer: z.string(),
});

type Capsule = z.infer<typeof capsuleSchema>;

/**
 * Decides again from a record alone: the production pipeline, on the recorded question, model, permission and instant. Nothing
 * is written. The same bytes come out, or it is named what is not the same: a model that is gone, another configuration,
 * another engine, other numbers.
 */
export async function replayDecision(record: string, options: ReplayOptions): Promise<Replayed> {
  const recorded = parseJson(record);
  const capsule = capsuleSchema.safeParse(recorded);
  if (!capsule.success) return { kind: 'no-decision' };
  const borrowed = await options.modelByHash(capsule.data.bundleHash);
  if (!borrowed.ok) return { kind: 'unavailable' };
  const buildHash = capsule.data.buildHash ?? null;
  if (!borrowed.value) {
    const gone: Deviation = { path: 'bundleHash', recorded: capsule.data.bundleHash, replayed: null };
    return { kind: 'replayed', record: undefined, recordHash: null, deviations: [gone], buildHash };
  }
  try {
    const again = await decideAgain(capsule.data, borrowed.value.model, options);
    const deviations = deviationsOf(recorded, parseJson(again.record));
    return { kind: 'replayed', record: again.record, recordHash: again.recordHash, deviations, buildHash };
  } finally {
    borrowed.value.release();
  }
}

async function decideAgain(
  capsule: Capsule,
  model: ServedModel,
  { receiptSecret, configHash, freshnessGraceMs }: ReplayOptions,
): Promise<DecisionRecord> {
  const { id, writer, seq } = capsule;
  const records: DecisionRecord[] = [];
  const view = viewOf(capsule);
  const clock = { nowMs: () => Date.parse(capsule.answer.at), monotonicMs: () => 0 };
  const pipeline = createPipeline({
    arms: { choose: (question) => question, compare: () => undefined },
    ladder: { choose: (question) => question, breakerOf: () => breakerOf(capsule) },
    lift: async () => capsule.answer.override?.outcome ?? 'unused',
    // What was fetched, or was not, is in the record.
    supplyBars: async (question) => question,
    load: () => capsule.answer.load,
    control: { current: () => view, ensure: async () => view, isRevoked: () => false },
    log: keepingLog(records),
    clock,
    timers: { sleep: async () => undefined },
    ids: { next: () => id },
    writer: { nextPlace: () => ({ writer, seq }) },
    receiptSecret,
    configHash,
    freshnessGraceMs,
    buildHash: capsule.buildHash,
    featureForm: Array.isArray(capsule.input.features) ? 'decimals' : 'bits',
  });
  const granted = wasPermitted(capsule) ? (view ?? expired) : undefined;
  const scope = { waitUntil: () => undefined, clientAddress: '' };
  await pipeline.decide(questionOf(capsule, model), granted, scope, new Stages(clock, 'replay'));
  const [first] = records;
  if (!first) throw new Error('the pipeline wrote no record');
  return first;
}

/** As the decision found it, whatever it is by now. */
function breakerOf({ breaker }: Capsule): Breaker {
  const { generation, state } = breaker ?? { generation: 0, state: 'closed' };
  return {
    settle: () => undefined,
    admit() {
      switch (state) {
        case 'closed':
          return { kind: 'closed', generation };
        case 'probe':
          return { kind: 'probe', generation, lease: '' };
        case 'open':
          return { kind: 'refused', generation, retryAfterMs: 0 };
        case 'tripped':
          return { kind: 'refused', generation, retryAfterMs: null };
      }
    },
  };
}

/** Its lease is what was left of it: an answer is valid for that long, or for as long as its model's policy says if that is less. */
function viewOf({ control, answer }: Capsule): ControlView | undefined {
  if (!control) return undefined;
  const leaseMs = answer.validUntil === null ? 0 : Date.parse(answer.validUntil) - Date.parse(answer.at);
  return { ...freshState, ...control, sentAtMs: 0, expiresAtMs: leaseMs };
}

/** A permission that was there when the decision began, and gone when it was made. */
const expired: ControlView = { ...freshState, sentAtMs: 0, expiresAtMs: 0 };

/** Without permission nothing was computed, and the answer says why. */
const wasPermitted = ({ answer, input }: Capsule): boolean =>
  answer.reasons[0]?.code !== 'CONTROL_UNAVAILABLE' || answer.data.ageMs !== null || input.features !== null;

function questionOf(capsule: Capsule, model: ServedModel): Question {
  const { account, keyId, symbol, answer, input } = capsule;
  const { asOfMs, clientDecisionId, explain, strategy } = input;
  return {
    key: { id: keyId, account, ratePerSecond: 0, burst: 0, isRetired: () => false },
    model,
    isModelNamed: true,
    arm: answer.model.arm,
    rung: answer.mode === 'HOLD' ? 'FULL' : answer.mode,
    experiment: experimentOf(capsule),
    symbol,
    input: inputOf(capsule),
    position: input.position ?? undefined,
    strategy,
    asOfMs,
    clientDecisionId,
    durability: askedFor[answer.durability],
    explain,
    overrideId: answer.override?.id ?? null,
  };
}

/** Of its terms only what shapes an answer is in the record; the others stand for nothing here. */
function experimentOf({ experiment, decidedAtMs, symbol }: Capsule): Question['experiment'] {
  if (!experiment) return null;
  const { epoch, name, kind, sizeMax } = experiment;
  const common = {
    symbols: [symbol],
    candidate: { name, version: '' },
    horizonBars: 1,
    roundTripCost: 0,
    gainMax: 1,
    alpha: 0.05,
  };
  const row = { epoch, trialEpoch: epoch, name, state: 'running' } as const;
  const changed = { ...row, changedAtMs: decidedAtMs, changedBy: '', reason: '' };
  switch (kind) {
    case 'ab':
      return { ...changed, terms: { kind, ...common, share: 1 } };
    case 'shadow':
      return { ...changed, terms: { kind, ...common } };
    case 'canary':
      return { ...changed, terms: { kind, ...common, share: 1, sizeMax: sizeMax ?? 0 } };
  }
}

const askedFor = { pending: 'pending', outboxed: 'outbox', acked: 'ack' } as const;

function inputOf({ input, answer }: Capsule): Question['input'] {
  const { kind, bars, features } = input;
  const barsGiven = (bars ?? []).map(barOfRow);
  switch (kind) {
    case 'bars': {
      const { source } = answer.data;
      const from = source === 'fetched' || source === 'cached' ? source : 'request';
      return { kind, bars: barsGiven, from };
    }
    case 'features':
      return { kind, values: Float32Array.from(features ?? []) };
    case 'window': {
      const [lastBar] = barsGiven;
      if (!lastBar) throw new RangeError('a window has a last bar');
      // The bars before are in earlier records: what was folded over them is taken as it is recorded.
      return {
        kind,
        lastBar,
        values: Float32Array.from(features ?? []),
        undefinedNames: undefinedIn(answer),
      };
    }
    case 'none':
      return { kind, missing: answer.reasons[0]?.detail ?? '' };
  }
}

/** Names of the features that had no value, as the answer tells them. */
function undefinedIn({ reasons: [first] }: Capsule['answer']): readonly string[] {
  return first?.code === 'FEATURES_UNDEFINED' ? (first.detail.split(': ')[1]?.split(', ') ?? []) : [];
}

/** Takes what would be written, and writes nothing. */
function keepingLog(records: DecisionRecord[]): DecisionLog {
  const keep = async (record: DecisionRecord) => {
    records.push(record);
    return ok(undefined);
  };
  return {
    hasRoom: () => true,
    isFull: () => false,
    paceMs: () => 0,
    append: (record) => void records.push(record),
    acknowledge: keep,
    putOut: keep,
    drain: async () => true,
    status: () => ({ pendingRecords: 0, pendingBytes: 0, refusedRecords: 0, behindMs: 0, lastFailure: null }),
  };
}
