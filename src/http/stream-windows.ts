import type { Clock } from '../core/clock.ts';
import { err, ok, type Result } from '../core/result.ts';
import { type BarWindow, createBarWindow, isResumeToken, resumeToken } from '../decision/bar-window.ts';
import type { KeyFacts, Question } from '../decision/question.ts';
import { type Bar, validateBars } from '../features/bar.ts';
import type { Registry } from '../models/registry.ts';
import type { DecisionTargets } from '../risk/decision-targets.ts';
import type { Fault, Problem } from './problem.ts';
import { readAsOf, readQuestion } from './question.ts';
import { readItem } from './read-item.ts';
import { invalid } from './read-shape.ts';
import type { WindowFrame } from './stream-frames.ts';

interface StreamWindowsOptions {
  readonly registry: Pick<Registry, 'current'>;
  readonly clock: Clock;
  readonly barsMax: number;
  readonly receiptSecret: string;
}

/** The windows of one stream, one a symbol. */
export interface StreamWindows {
  /** Opens a symbol's window, or replaces it. Gives the last bar's start, RFC 3339. */
  open(frame: WindowFrame, key: KeyFacts): Result<string, Problem>;
  /** A frame's ticks to questions, one after the other: a good one moves its symbol's window on, any other leaves it. */
  read(ticks: readonly unknown[], key: KeyFacts): readonly Result<Question, Problem>[];
  /** What each symbol's decisions are about. */
  decisionTargets(key: KeyFacts): readonly DecisionTargets[];
  /** A resume token for each symbol. */
  tokens(key: KeyFacts): Readonly<Record<string, string>>;
}

interface Opened {
  readonly window: BarWindow;
  /** What every tick of the symbol is asked with. */
  readonly asked: Pick<WindowFrame, 'symbol' | 'model' | 'strategy'>;
  /** What the last tick came to that said this, of this key, under these models: the next one that says it is asked alike. */
  last?: ReadBefore | undefined;
}

interface ReadBefore extends Pick<Tick, 'position' | 'explain'> {
  readonly question: Question;
  readonly catalog: ReadOptions['catalog'];
}

type ReadOptions = Parameters<typeof readQuestion>[2];

/** Symbols of a stream, at most: a window takes some 20 kB. */
const windowsMax = 64;
const barNames = ['t', 'o', 'h', 'l', 'c', 'v'] as const;

export function createStreamWindows(options: StreamWindowsOptions): StreamWindows {
  const { registry, clock, barsMax, receiptSecret } = options;
  const opened = new Map<string, Opened>();
  const readOptions = () => ({ catalog: registry.current(), nowMs: clock.nowMs(), barsMax });

  /** A window under the model that serves now: one that was swapped folds the bars that are held, if they suffice. */
  function under(model: Question['model'], { window, asked }: Opened): BarWindow | undefined {
    if (window.model === model) return window;
    if (window.bars.length < model.featureSet.windowBars) {
      opened.delete(asked.symbol);
      return undefined;
    }
    const refolded = createBarWindow(model, window.bars);
    opened.set(asked.symbol, { window: refolded, asked });
    return refolded;
  }

  function readTick(tick: unknown, key: KeyFacts, options: ReadOptions): Result<Question, Problem> {
    if (!isObject(tick)) return noWindow(undefined);
    const held = opened.get(String(tick['symbol']));
    if (!held) return noWindow(tick['symbol']);
    const question = askedBefore(tick, held, key, options) ?? readAnew(tick, held, key, options);
    if (!question.ok) return question;
    const window = under(question.value.model, held);
    if (!window) return noWindow(held.asked.symbol);
    const bar = readBar(tick, question.value.asOfMs ?? options.nowMs);
    if (!bar.ok) return bar;
    const fault = window.push(bar.value);
    if (fault) return invalid([{ path: 't', code: fault.code, message: fault.message }]);
    return ok({ ...question.value, input: window.input() });
  }

  return {
    open({ type: _, token, ...request }, key) {
      const question = readQuestion(request, key, readOptions());
      if (!question.ok) return question;
      const { input, model, symbol } = question.value;
      if (input.kind !== 'bars') throw new RangeError('a window has bars');
      const window = createBarWindow(model, input.bars);
      const claim = { account: key.account, symbol, window };
      if (token !== undefined && !isResumeToken(receiptSecret, claim, token)) {
        const detail = 'the bars are not those that were held; leave the token out to begin anew';
        return err({ code: 'RESUME_MISMATCH', detail });
      }
      if (opened.size >= windowsMax && !opened.has(symbol))
        return err({ code: 'STREAMS_FULL', detail: `a stream holds ${windowsMax} symbols` });
      const { model: name, strategy } = request;
      opened.set(symbol, { window, asked: { symbol, model: name, strategy } });
      return ok(new Date(window.bars.at(-1)?.tMs ?? 0).toISOString());
    },
    read(ticks, key) {
      const options = readOptions();
      return ticks.map((tick) => readTick(tick, key, options));
    },
    decisionTargets: ({ account }) =>
      Array.from(opened.values(), ({ window, asked: { symbol, strategy = null } }) => {
        return { account, strategy, model: window.model.bundle.manifest.name, symbol };
      }),
    tokens: ({ account }) =>
      Object.fromEntries(
        Array.from(opened, ([symbol, { window }]) => [
          symbol,
          resumeToken(receiptSecret, { account, symbol, window }),
        ]),
      ),
  };
}

type Tick = Readonly<Record<string, unknown>>;

const isObject = (tick: unknown): tick is Tick =>
  typeof tick === 'object' && tick !== null && !Array.isArray(tick);

const tickNames: ReadonlySet<string> = new Set(['symbol', ...barNames, 'position', 'asOf', 'explain']);

/** Undefined where the tick says more than the last one did, or other things, or an instant that is read as a request's is. */
function askedBefore(
  tick: Tick,
  { last }: Opened,
  key: KeyFacts,
  { catalog, nowMs }: ReadOptions,
): Result<Question, Problem> | undefined {
  if (!last || last.catalog !== catalog || last.question.key !== key) return undefined;
  const { position, asOf, explain } = tick;
  if (position !== last.position || explain !== last.explain) return undefined;
  for (const name in tick) if (!tickNames.has(name)) return undefined;
  if (asOf === undefined) return ok({ ...last.question, asOfMs: null });
  if (typeof asOf !== 'number') return undefined;
  const asOfMs = readAsOf({ asOf }, nowMs);
  return asOfMs.ok ? ok({ ...last.question, asOfMs: asOfMs.value }) : undefined;
}

function readAnew(tick: Tick, held: Opened, key: KeyFacts, options: ReadOptions): Result<Question, Problem> {
  const question = readItem(requestOf(tick, held), key, options);
  const { position, explain } = tick;
  held.last = question.ok
    ? { position, explain, question: question.value, catalog: options.catalog }
    : undefined;
  return question;
}

/** What a tick says beside its bar, as a request; one that says more than a tick may is told so by whoever reads it. */
function requestOf(tick: Tick, { asked }: Opened): object {
  for (const name in tick) if (!tickNames.has(name)) return requestWithMore(tick, asked);
  const { position, asOf, explain } = tick;
  const { symbol, model, strategy } = asked;
  return { symbol, model, strategy, position, asOf, explain };
}

function requestWithMore(tick: Tick, asked: Opened['asked']): object {
  const { t: _t, o: _o, h: _h, l: _l, c: _c, v: _v, ...rest } = tick;
  return { ...rest, ...asked };
}

function noWindow(symbol: unknown): Result<never, Problem> {
  const message = typeof symbol === 'string' ? 'has no window open' : 'must name a window that is open';
  return invalid([{ path: 'symbol', code: 'NO_WINDOW', message }]);
}

function readBar(tick: Tick, nowMs: number): Result<Bar, Problem> {
  const validated = validateBars([tick], { nowMs, barsMax: 1 });
  if (!validated.ok) return invalid(validated.faults.map(ofTick));
  const [bar] = validated.bars;
  if (!bar) throw new RangeError('one row is one bar');
  return ok(bar);
}

/** `bars[0].h` of a tick is `h`. */
const ofTick = ({ path, code, message }: Fault): Fault => ({
  path: path.replace('bars[0].', ''),
  code,
  message,
});
