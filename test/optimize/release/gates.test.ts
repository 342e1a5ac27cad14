import { describe, expect, it } from 'vitest';
import { type FormFacts, judgeCandidate, type WorthFacts } from '../../../src/optimize/release/gates.ts';

const worth: WorthFacts = {
  lookAhead: [],
  implausible: [],
  nestedGain: 0.002,
  comparisons: [
    { head: 'direction', reference: 'its base rate', gain: -0.001, low: -0.002, pValue: 0.6 },
    { head: 'risk', reference: 'EWMA volatility', gain: 0.003, low: 0.001, pValue: 0.01 },
  ],
  levelEach: 0.015,
  headGains: [
    { name: 'direction', high: 0 },
    { name: 'risk', high: 0.01 },
  ],
  earnedMore: 0,
};
const form: FormFacts = {
  actingShare: 0.05,
  roundingDifferenceMax: 0,
  exportDifferenceMax: 1e-6,
  compression: { flipShare: 0.005, opposites: 0, aucLoss: 0.002 },
};

const failedOf = (changedWorth: Partial<WorthFacts>, changedForm: Partial<FormFacts> = {}) => {
  const verdict = judgeCandidate({ ...worth, ...changedWorth }, { ...form, ...changedForm }, 'production');
  const failed = verdict.gates.filter(({ passed }) => !passed).map(({ name }) => name);
  expect(verdict.isReleased).toBe(failed.length === 0);
  return failed;
};
const gained = (change: Partial<WorthFacts['comparisons'][number]>): Partial<WorthFacts> => ({
  comparisons: worth.comparisons.map((one) => (one.head === 'risk' ? { ...one, ...change } : one)),
});
const compressed = (change: Partial<NonNullable<FormFacts['compression']>>) => ({
  compression: { flipShare: 0, opposites: 0, aucLoss: 0, ...change },
});

describe('judgeCandidate', () => {
  it('releases what passes every gate, at the bounds themselves', () => {
    expect(failedOf({})).toEqual([]);
  });

  it.each<[string, Partial<WorthFacts>]>([
    ['no feature sees its future', { lookAhead: ['log_return_1'] }],
    ['no feature is too good to be true', { implausible: ['rsi_14'] }],
    ['better than its base rates in the nested folds', { nestedGain: 0 }],
    ['better than its base rates in the nested folds', { nestedGain: NaN }],
    ['better than what runs', gained({ low: 0 })],
    ['better than what runs', gained({ low: NaN })],
    ['better than what runs', gained({ gain: 0 })],
    ['better than what runs', gained({ gain: NaN })],
    ['better than what runs', { comparisons: [] }],
    ['risk not shown to be worse than its base rate', { headGains: [{ name: 'risk', high: -1e-9 }] }],
    ['direction not shown to be worse than its base rate', { headGains: [{ name: 'direction', high: NaN }] }],
    ['not shown to earn less than what runs', { earnedMore: -1e-9 }],
    ['not shown to earn less than what runs', { earnedMore: NaN }],
  ])('refuses by the gate "%s" alone: %j', (name, change) => {
    expect(failedOf(change)).toEqual([name]);
  });

  it.each<[string, Partial<FormFacts>]>([
    ['acts', { actingShare: 0.0499 }],
    ['acts', { actingShare: NaN }],
    ['the f32 form is what was trained', { roundingDifferenceMax: 1.1e-5 }],
    ['the f32 form is what was trained', { roundingDifferenceMax: NaN }],
    ['the served graph is the model', { exportDifferenceMax: 1.1e-6 }],
    ['the served graph is the model', { exportDifferenceMax: NaN }],
    ['compression flips few decisions', compressed({ flipShare: 0.0051 })],
    ['compression flips few decisions', compressed({ flipShare: NaN })],
    ['compression turns no BUY into SELL', compressed({ opposites: 1 })],
    ['compression ranks as well', compressed({ aucLoss: 0.0021 })],
    ['compression ranks as well', compressed({ aucLoss: NaN })],
  ])('refuses the form by the gate "%s" alone: %j', (name, change) => {
    expect(failedOf({}, change)).toEqual([name]);
  });

  it('names the features that are to blame, and says against what and at which level', () => {
    const { gates } = judgeCandidate({ ...worth, lookAhead: ['a', 'b'] }, form, 'production');
    expect(gates.find(({ name }) => name === 'no feature sees its future')?.detail).toBe('a, b');
    const gate = gates.find(({ name }) => name === 'better than what runs');
    expect(gate?.detail).toContain('1.5 %');
    expect(gate?.detail).toContain('direction over its base rate -0.00100 nats, p 60 %');
    expect(gate?.detail).toContain('risk over EWMA volatility 0.00300 nats, p 1 %');
    expect(gate).toMatchObject({ statistic: 1, bound: 1 });
  });

  it('asks nothing of what is not there: what runs, a compressed form', () => {
    const bare = judgeCandidate(
      { ...worth, earnedMore: undefined },
      { ...form, compression: undefined },
      'production',
    );
    expect(bare.gates.map(({ name }) => name)).toEqual([
      'no feature sees its future',
      'no feature is too good to be true',
      'better than its base rates in the nested folds',
      'better than what runs',
      'direction not shown to be worse than its base rate',
      'risk not shown to be worse than its base rate',
      'acts',
      'the f32 form is what was trained',
      'the served graph is the model',
    ]);
  });

  it('waives the worth of a test bundle, saying so, and nothing of its form', () => {
    const bad = { ...worth, ...gained({ low: -1 }), lookAhead: ['a'], nestedGain: -1, earnedMore: -1 };
    const waived = judgeCandidate(bad, form, 'test');
    expect(waived.isReleased).toBe(true);
    const gate = waived.gates.find(({ name }) => name === 'better than what runs');
    expect(gate).toMatchObject({ passed: true, statistic: 0, waived: true });
    expect(judgeCandidate(bad, { ...form, actingShare: 0 }, 'test').isReleased).toBe(false);
    expect(judgeCandidate(bad, { ...form, exportDifferenceMax: 1 }, 'test').isReleased).toBe(false);
    expect(judgeCandidate(bad, { ...form, ...compressed({ opposites: 1 }) }, 'test').isReleased).toBe(false);
  });
});
