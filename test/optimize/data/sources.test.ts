import { describe, expect, it } from 'vitest';
import { dailyV1 } from '../../../src/features/daily-v1.ts';
import { buildExamples } from '../../../src/optimize/data/examples.ts';
import { readSource, type SourceData, type SourceName } from '../../../src/optimize/data/sources.ts';
import { usableFeatures } from '../../../src/optimize/data/usable-features.ts';

async function sourceOf(name: SourceName): Promise<SourceData> {
  const data = await readSource(name);
  if (!data.ok) throw new Error(data.error);
  return data.value;
}

const [spx, brent, wti] = await Promise.all([sourceOf('spx'), sourceOf('brent'), sourceOf('wti')]);
const codesOf = ({ report }: SourceData): readonly string[] => report.findings.map(({ code }) => code);
const dayOf = (tMs: number | undefined): string => new Date(tMs ?? NaN).toISOString().slice(0, 10);

describe('readSource', () => {
  it('has the whole S&P 500 on the calendar of its exchange, and tells that its opens were copied until 2006', () => {
    expect([spx.bars.length, dayOf(spx.bars[0]?.tMs), dayOf(spx.bars.at(-1)?.tMs)]).toEqual([
      5_105,
      '2000-01-03',
      '2020-04-17',
    ]);
    expect(spx.calendarFit).toMatchObject({ calendar: 'XNYS', pattern: 'XNYS', misfits: 0, gaps: [] });
    const [, to] = spx.report.findings.find(({ code }) => code === 'OPEN_IS_PREVIOUS_CLOSE')?.rows ?? [];
    expect(dayOf(spx.bars[(to ?? 0) - 2]?.tMs).slice(0, 4)).toBe('2006');
  });

  it('has Brent oldest first, from below four lines of preamble', () => {
    expect(brent.bars.length).toBe(8_195);
    expect([brent.bars[0]?.close, brent.bars.at(-1)?.close]).toEqual([18.63, 58.64]);
    expect(brent.calendarFit.pattern).toBe('weekdays');
    expect(codesOf(brent)).toEqual(
      expect.arrayContaining(['NEWEST_FIRST', 'CLOSE_ONLY', 'NO_VOLUME', 'GAP']),
    );
    const outliers = brent.report.findings.find(({ code }) => code === 'OUTLIER_RETURN');
    expect(outliers?.count).toBe(1);
  });

  it('has WTI without its 290 days without a price', () => {
    expect(wti.bars.length).toBe(8_321);
    expect(wti.calendarFit).toMatchObject({ calendar: 'XNYS', pattern: 'XNYS', misfits: 27 });
    expect(wti.report.findings.find(({ code }) => code === 'NO_TRADING')?.count).toBe(290);
  });
});

describe('usableFeatures', () => {
  it('leaves a full series its set as it is', () => {
    expect(usableFeatures(spx.bars, dailyV1)).toEqual({ set: dailyV1, leftOut: [] });
  });

  it('leaves out what closes alone do not define, so that there are examples', () => {
    const { set, leftOut } = usableFeatures(brent.bars, dailyV1);
    expect(leftOut.map(({ name, finiteShare }) => [name, finiteShare])).toEqual([
      ['volume_z_score_21', 0],
      ['chaikin_money_flow_21', 0],
    ]);
    expect(set.name).toBe(dailyV1.name);
    expect(set.indicators).toEqual(
      dailyV1.indicators.filter(({ name }) => !leftOut.some((left) => left.name === name)),
    );
    expect(buildExamples(brent.bars, dailyV1, 1).count).toBe(0);
    expect(buildExamples(brent.bars, set, 1).count).toBeGreaterThan(0.98 * brent.bars.length);
  });

  it('throws where there is no window', () => {
    expect(() => usableFeatures(spx.bars.slice(0, 63), dailyV1)).toThrow(RangeError);
  });
});
