import { canonicalJson } from '../core/canonical-json.ts';
import { equalInConstantTime, hmacSha256Hex, sha256Hex } from '../core/digest.ts';
import { createFloat32Pool } from '../core/float32-pool.ts';
import type { Bar } from '../features/bar.ts';
import { createVectorFold } from '../features/vector-fold.ts';
import { checkSeries, type SeriesFault } from '../market/series.ts';
import type { ServedModel } from '../models/catalog.ts';
import { barRow } from './bar-row.ts';
import type { Question } from './question.ts';

/** The last bars of one symbol, as many as a model's features need, and the features folded over them. */
export interface BarWindow {
  readonly model: ServedModel;
  readonly bars: readonly Bar[];
  /** Takes the bar of the session after the last one in; any other is a fault and changes nothing. */
  push(bar: Bar): SeriesFault | undefined;
  /** What a question at the last bar is asked with. */
  input(): Extract<Question['input'], { kind: 'window' }>;
}

const inputRows = createFloat32Pool();

/** `bars`: valid, consecutive, at least as many as the features need. Throws on fewer. */
export function createBarWindow(model: ServedModel, bars: readonly Bar[]): BarWindow {
  const { windowBars, indicators } = model.featureSet;
  const { calendar, interval } = model.bundle.manifest;
  if (bars.length < windowBars) throw new RangeError(`${bars.length} bars are fewer than ${windowBars}`);
  const held = bars.slice(-windowBars);
  const fold = createVectorFold(model.featureSet);
  for (const bar of held) fold.push(bar);
  const width = indicators.length;
  const last = (): Bar => held.at(-1) as Bar;
  return {
    model,
    bars: held,
    push(bar) {
      const fault = checkSeries(calendar, interval, [last(), bar]).find(({ index }) => index === 1);
      if (fault) return fault;
      held.shift();
      held.push(bar);
      fold.push(bar);
      return undefined;
    },
    input() {
      const values = inputRows.take(width);
      const undefinedNames = fold.writeTo(values);
      return { kind: 'window', lastBar: last(), values, undefinedNames };
    },
  };
}

interface ResumeClaim {
  readonly account: string;
  readonly symbol: string;
  readonly window: BarWindow;
}

/**
 * What a client that comes back shows beside the window that it replays: that this service held exactly these bars of
 * this symbol for this account, under this model, when the stream ended. HMAC-SHA-256, lower-case hex.
 */
export function resumeToken(secret: string, { account, symbol, window }: ResumeClaim): string {
  const claim = {
    purpose: 'stream-resume',
    account,
    symbol,
    bundleHash: window.model.bundle.hash,
    windowHash: sha256Hex(canonicalJson(window.bars.map(barRow))),
    lastBarMs: window.bars.at(-1)?.tMs ?? null,
  };
  return hmacSha256Hex(secret, canonicalJson(claim));
}

export const isResumeToken = (secret: string, claim: ResumeClaim, token: string): boolean =>
  equalInConstantTime(resumeToken(secret, claim), token);
