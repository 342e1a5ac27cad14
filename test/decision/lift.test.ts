import { describe, expect, it } from 'vitest';
import type { EntryFacts } from '../../src/audit/audit-entry.ts';
import type { Use, UseAsk } from '../../src/control/overrides/use-override.ts';
import { err, ok, type Result } from '../../src/core/result.ts';
import { createLift, type LiftAsk } from '../../src/decision/lift.ts';
import type { Question } from '../../src/decision/question.ts';
import type { TradingState } from '../../src/risk/trading-state.ts';
import { stateOf } from '../control/state-of.ts';
import { constantModel } from '../http/served-model.ts';
import { plainQuestion } from './plain-question.ts';

const scope = { waitUntil: () => undefined, clientAddress: '192.0.2.1' };

function setUp(use: Result<Use, string> = ok('applied')) {
  const world = {
    tradingState: 'ACTIVE' as TradingState,
    live: true,
    revoked: false,
    hasRoom: true,
    asked: [] as UseAsk[],
    traces: [] as EntryFacts[],
  };
  const view = () => ({
    sentAtMs: 0,
    expiresAtMs: 1,
    ...stateOf({ epoch: 7, tradingState: world.tradingState }),
  });
  const lift = createLift({
    control: { current: () => (world.live ? view() : undefined), isRevoked: () => world.revoked },
    log: { hasRoom: () => world.hasRoom },
    async useOverride(ask) {
      world.asked.push(ask);
      return use;
    },
    trace: { leave: (facts) => void world.traces.push(facts) },
  });
  return { world, ask: (changed: Partial<Question> = {}) => lift(asking(changed), scope) };
}

function asking(changed: Partial<Question>): LiftAsk {
  const question = plainQuestion(constantModel([0.7, 0.8]), { overrideId: 'o', ...changed });
  const intent = { action: 'BUY', effect: 'open', size: 1, confidence: 0.7, risk: 0.8 } as const;
  return { overrideId: 'o', question, intent, decisionId: 'd' };
}

describe('an override', () => {
  it('is used for the decision, at the epoch that permits it, and the trail knows', async () => {
    const { world, ask } = setUp();
    expect(await ask()).toBe('applied');
    const about = { account: 'a', symbol: 'DEMO', action: 'BUY', risk: 0.8 };
    expect(world.asked).toEqual([{ overrideId: 'o', decisionId: 'd', epoch: 7, ...about }]);
    expect(world.traces).toMatchObject([
      {
        verb: 'use-override',
        target: 'override:o',
        actor: { keyId: 'k' },
        after: { decisionId: 'd', outcome: 'applied' },
      },
    ]);
  });

  it.each([
    ['the trading state holds it back', { tradingState: 'HALTED' }],
    ['only exits may leave', { tradingState: 'REDUCING' }],
    ['nothing permits it', { live: false }],
    ['its key is revoked', { revoked: true }],
    ['the log has no room', { hasRoom: false }],
  ] as const)('is not used up where %s', async (_, changed) => {
    const { world, ask } = setUp();
    Object.assign(world, changed);
    expect(await ask()).toBe('unused');
    expect(world.asked).toEqual([]);
    expect(world.traces).toEqual([]);
  });

  it('is of the model in production alone', async () => {
    const { world, ask } = setUp();
    expect(await ask({ rung: 'LIGHT' })).toBe('mismatched');
    expect(await ask({ arm: 'candidate' })).toBe('mismatched');
    expect(world.asked).toEqual([]);
  });

  it('that nobody knows of any more is not applied, and the trail says that it may be used', async () => {
    const { world, ask } = setUp(err('no answer'));
    expect(await ask()).toBe('unavailable');
    expect(world.asked).toHaveLength(1);
    expect(world.traces).toMatchObject([{ after: { outcome: 'unavailable' } }]);
  });

  it.each(['used', 'expired', 'revoked', 'superseded', 'unknown', 'mismatched', 'insufficient'] as const)(
    'that is %s is told so, and leaves no entry',
    async (use) => {
      const { world, ask } = setUp(ok(use));
      expect(await ask()).toBe(use);
      expect(world.traces).toEqual([]);
    },
  );
});
