import { describe, expect, it } from 'vitest';
import { hold, type Intent } from '../../src/decision/answer.ts';
import { confine } from '../../src/decision/confine.ts';

const about = { account: 'a', strategy: null, model: 'm', symbol: 'SPX' };
const intent: Intent = { action: 'BUY', effect: 'open', size: 0.4, confidence: 0.7, risk: 0.1 };
const active = { tradingState: 'ACTIVE', targets: [] } as const;

describe('what the trading state leaves of a judgement', () => {
  it('is the intent itself, approved, where nothing is held back', () => {
    const left = confine(intent, about, active);
    expect(left.ok && left.value.value).toBe(intent);
  });

  it('is a HOLD as it was, whatever is held back', () => {
    const held = hold('abstain', 'OUT_OF_DOMAIN', 'x');
    expect(confine(held, about, { tradingState: 'HALTED', targets: [] })).toEqual({
      ok: false,
      error: held,
    });
  });

  it('is a HOLD for safety that keeps the estimates and names all that is in the way', () => {
    const targets = [
      { target: 'model:m', tradingState: 'HALTED' },
      { target: 'symbol:SPX', tradingState: 'REDUCING' },
    ] as const;
    expect(confine(intent, about, { tradingState: 'REDUCING', targets })).toEqual({
      ok: false,
      error: {
        action: 'HOLD',
        holdKind: 'safety',
        confidence: 0.7,
        risk: 0.1,
        reasons: [
          { code: 'TRADING_HALTED', detail: 'trading of model:m is halted' },
          { code: 'TRADING_REDUCING', detail: 'open would add exposure' },
          { code: 'TRADING_REDUCING', detail: 'open would add exposure, and symbol:SPX may only reduce it' },
        ],
      },
    });
    expect(confine(intent, about, { tradingState: 'HALTED', targets: [] })).toMatchObject({
      error: { reasons: [{ code: 'TRADING_HALTED', detail: 'trading is halted' }] },
    });
  });
});
