import { describe, expect, it } from 'vitest';
import {
  bytes,
  counted,
  decimals,
  duration,
  estimate,
  instant,
  integer,
  interval,
  nats,
  percent,
  quantity,
  setting,
  signed,
} from '../../../src/optimize/report/format.ts';

describe('numbers on the page', () => {
  it('stand thousands apart, with a real minus sign, and zero has none', () => {
    expect(integer(1_234_567)).toBe('1\u202f234\u202f567');
    expect(decimals(2)(-1234.5)).toBe('−1\u202f234.50');
    expect(nats(-0.00001)).toBe('0.0000');
  });

  it('show what could not be measured as a dash, whether null or NaN', () => {
    for (const value of [null, Number.NaN, Number.POSITIVE_INFINITY]) {
      for (const format of [integer, nats, percent(1), bytes, signed(nats)]) expect(format(value)).toBe('–');
      expect(quantity(value, 'nats')).toMatch(/^–/);
    }
    expect(setting(Number.NaN)).toBe('–');
    expect(instant(Number.NaN)).toBe('–');
  });

  it('bear the sign where it is the message', () => {
    expect(signed(percent(1))(0.081)).toBe('+8.1\u202f%');
    expect(signed(percent(1))(-0.081)).toBe('−8.1\u202f%');
    expect(signed(percent(1))(0)).toBe('0.0\u202f%');
    expect(signed(decimals(5))(0.000001)).toBe('0.00000');
  });

  it('have units: bytes by thousands, durations in minutes and seconds', () => {
    expect([bytes(999), bytes(2_151), bytes(1_234_567)]).toEqual([
      '999\u202fB',
      '2.2\u202fkB',
      '1.23\u202fMB',
    ]);
    expect(duration(412)).toBe('412\u202fms');
    expect(duration(9_870)).toBe('9.9\u202fs');
    expect(duration(119_700)).toBe('2\u202fmin 0\u202fs');
  });

  it('show a bound of nothing without decimals, and what was rounded to nothing with them', () => {
    expect([quantity(0, 'nats'), quantity(0, 'share')]).toEqual(['0\u202fnats', '0\u202f%']);
    expect([quantity(1e-9, 'nats'), quantity(1e-9, 'share')]).toEqual(['0.00000\u202fnats', '0.00\u202f%']);
  });

  it('are followed by one of a thing or by more', () => {
    expect([counted(1, 'look', 'looks'), counted(3, 'look', 'looks')]).toEqual(['1 look', '3 looks']);
  });

  it('have their interval behind them where there is one', () => {
    const format = decimals(3);
    expect(estimate({ value: 0.5, low: 0.4, high: 0.6 }, format)).toBe('0.500 (0.400 to 0.600)');
    expect(estimate({ value: 0.5, low: null, high: null }, format)).toBe('0.500');
    expect(interval({ value: 0.5, low: Number.NaN, high: 0.6 }, format)).toBe('–');
  });
});

describe('instant', () => {
  it('is the day alone at midnight, else with the time', () => {
    expect(instant(Date.UTC(2024, 1, 29))).toBe('2024-02-29');
    expect(instant(Date.UTC(1969, 11, 31, 14, 5))).toBe('1969-12-31 14:05');
  });
});

describe('setting', () => {
  it('keeps whole numbers as they are and shortens others to four digits', () => {
    expect([setting(20_240_101), setting(0.000312345), setting(true), setting('tpe')]).toEqual([
      '20240101',
      '0.0003123',
      'yes',
      'tpe',
    ]);
  });
});
