import { wireBar } from '../../../src/client/wire-bar.ts';
import type { Bar } from '../../../src/features/bar.ts';
import { validateBars } from '../../../src/features/bar.ts';
import { contractBars } from '../../../src/features/contract-bars.ts';
import { dailyV1 } from '../../../src/features/daily-v1.ts';
import { featureVector } from '../../../src/features/vector.ts';
import type { MicroCase } from './micro-case.ts';

const limits = { nowMs: Date.UTC(2026, 0, 1), barsMax: 1000 };

/** What a body of bars costs before the model sees it. */
export const featuresCases: readonly MicroCase[] = [
  {
    name: `feature vector of ${dailyV1.windowBars} bars`,
    baseline: null,
    prepare: () => {
      const histories = Array.from({ length: 64 }, (_, index) =>
        contractBars(dailyV1.windowBars + index).slice(index),
      );
      return (index) => featureVector(dailyV1, histories[index & 63] as readonly Bar[]).values[0] as number;
    },
  },
  {
    name: `validation of ${dailyV1.windowBars} bars`,
    baseline: null,
    prepare: () => {
      const rows = contractBars(dailyV1.windowBars).map(wireBar);
      return () => {
        const validated = validateBars(rows, limits);
        return validated.ok ? validated.bars.length : Number.NaN;
      };
    },
  },
];
