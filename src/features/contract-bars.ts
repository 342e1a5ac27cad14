import { DAY_MS } from '../core/civil-date.ts';
import type { Bar } from './bar.ts';

/**
 * The fixed series that feature contracts are hashed on: a random walk in 64ths, made by integer arithmetic
 * alone, so that every engine has the same bits. Its bars are valid. It must never change.
 */
export function contractBars(count: number): readonly Bar[] {
  const bars: Bar[] = [];
  let seed = 20_200_316;
  const draw = (below: number): number => {
    // Numerical Recipes' generator; the high bits, since the low ones have short periods.
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return (seed >>> 16) % below;
  };
  let close = 100 * 64;
  for (let i = 0; i < count; i += 1) {
    const open = close + draw(129) - 64;
    close = open + draw(385) - 192;
    const high = Math.max(open, close) + draw(97);
    const low = Math.min(open, close) - draw(97);
    bars.push({
      tMs: i * DAY_MS,
      open: open / 64,
      high: high / 64,
      low: low / 64,
      close: close / 64,
      volume: 1_000_000 + draw(60_000) * 16,
    });
  }
  return bars;
}
