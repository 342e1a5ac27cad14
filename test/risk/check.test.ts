import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { check, type Setting, settingsOn, type TradingStates } from '../../src/risk/check.ts';
import { type DecisionTargets, targetsOf } from '../../src/risk/decision-targets.ts';
import type { Effect } from '../../src/risk/effect.ts';
import { nameOf, targetKinds } from '../../src/risk/target.ts';
import type { TradingState } from '../../src/risk/trading-state.ts';

const states = ['ACTIVE', 'REDUCING', 'HALTED'] as const satisfies readonly TradingState[];
const effects = ['open', 'increase', 'reduce', 'close'] as const satisfies readonly Effect[];
const about: DecisionTargets = { account: 'a', strategy: 's', model: 'm', symbol: 'SPX' };
const whole = (tradingState: TradingState, targets: readonly Setting[] = []): TradingStates => ({
  tradingState,
  targets,
});
const passes = (effect: Effect, about: DecisionTargets, given: TradingStates): boolean =>
  check({ effect }, about, given).ok;

/** Few names, so that settings and decisions meet often. */
const ids = fc.constantFrom('a', 's', 'm', 'SPX', 'B B/ü');
const decisions = fc.record<DecisionTargets>({
  account: ids,
  strategy: fc.option(ids),
  model: ids,
  symbol: ids,
});
const settings = fc.record<Setting>({
  target: fc.tuple(fc.constantFrom(...targetKinds), ids).map(([kind, id]) => nameOf({ kind, id })),
  tradingState: fc.constantFrom(...states),
});
const given = fc.record<TradingStates>({
  tradingState: fc.constantFrom('ACTIVE', 'ACTIVE', ...states),
  targets: fc.uniqueArray(settings, { selector: ({ target }) => target, maxLength: 6 }),
});
const order: Readonly<Record<TradingState, number>> = { ACTIVE: 0, REDUCING: 1, HALTED: 2 };

describe('the check that every decision passes', () => {
  it.each([
    ['ACTIVE', ['open', 'increase', 'reduce', 'close']],
    ['REDUCING', ['reduce', 'close']],
    ['HALTED', []],
  ] as const)('lets in %s pass: %j', (tradingState, passing) => {
    expect(effects.filter((effect) => passes(effect, about, whole(tradingState)))).toEqual(passing);
    for (const target of targetsOf(about).map(nameOf)) {
      const held = whole('ACTIVE', [{ target, tradingState }]);
      expect(effects.filter((effect) => passes(effect, about, held))).toEqual(passing);
    }
  });

  it('knows no target that a decision is not about, and no strategy of one that names none', () => {
    const others = ['account:b', 'strategy:t', 'model:n', 'symbol:spx', 'symbol:SPX500', 'venue:SPX'];
    const held = whole(
      'ACTIVE',
      others.map((target) => ({ target, tradingState: 'HALTED' })),
    );
    expect(passes('open', about, held)).toBe(true);
    const strategy = whole('ACTIVE', [{ target: 'strategy:s', tradingState: 'HALTED' }]);
    expect(passes('open', { ...about, strategy: null }, strategy)).toBe(true);
    expect(passes('open', about, strategy)).toBe(false);
  });

  it('names everything in the way, the strictest first and the whole before its like', () => {
    const checked = check(
      { effect: 'open' },
      about,
      whole('REDUCING', [
        { target: 'account:a', tradingState: 'REDUCING' },
        { target: 'model:m', tradingState: 'ACTIVE' },
        { target: 'strategy:s', tradingState: 'HALTED' },
        { target: 'symbol:other', tradingState: 'HALTED' },
      ]),
    );
    expect(checked).toEqual({
      ok: false,
      error: [
        { target: 'strategy:s', tradingState: 'HALTED' },
        { target: 'global', tradingState: 'REDUCING' },
        { target: 'account:a', tradingState: 'REDUCING' },
      ],
    });
  });

  it('is as strict as the strictest of all that match, and by nothing else', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...effects),
        decisions,
        given,
        (effect, about, { tradingState, targets }) => {
          const matching = settingsOn(targets, targetsOf(about)).map((setting) => setting.tradingState);
          const [strictest = tradingState] = [tradingState, ...matching].sort((a, b) => order[b] - order[a]);
          expect(passes(effect, about, { tradingState, targets })).toBe(
            passes(effect, about, whole(strictest)),
          );
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('never permits more with a setting more, or a stricter one, or a stricter whole', () => {
    fc.assert(
      fc.property(fc.constantFrom(...effects), decisions, given, settings, (effect, about, before, added) => {
        const held = before.targets.find(({ target }) => target === added.target);
        const setting = held && order[held.tradingState] > order[added.tradingState] ? held : added;
        const others = before.targets.filter(({ target }) => target !== added.target);
        const stricterWhole =
          order[added.tradingState] > order[before.tradingState] ? added.tradingState : before.tradingState;
        for (const after of [
          { ...before, targets: [...others, setting] },
          { ...before, tradingState: stricterWhole },
        ]) {
          if (passes(effect, about, after)) expect(passes(effect, about, before)).toBe(true);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('lets an exit pass wherever an entry does', () => {
    fc.assert(
      fc.property(decisions, given, (about, held) => {
        if (passes('open', about, held))
          expect(effects.every((effect) => passes(effect, about, held))).toBe(true);
        expect(passes('reduce', about, held)).toBe(passes('close', about, held));
        expect(passes('open', about, held)).toBe(passes('increase', about, held));
      }),
    );
  });

  it('approves the very intent, frozen, in a form that no copy has', () => {
    const intent = { effect: 'open' as Effect, size: 0.2 };
    const checked = check(intent, about, whole('ACTIVE'));
    if (!checked.ok) throw new Error('it was refused');
    expect(checked.value.value).toBe(intent);
    expect(() => Object.assign(intent, { size: 1 })).toThrow(TypeError);
    expect({ ...checked.value }).toEqual({});
    expect(() => Object.assign(checked.value, { value: 1 })).toThrow(TypeError);
  });
});
