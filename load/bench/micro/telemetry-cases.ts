import { exp } from '../../../src/core/exp.ts';
import { SeededRandom } from '../../../src/core/seeded-random.ts';
import { Histogram } from '../../../src/telemetry/histogram.ts';
import type { MicroCase } from './micro-case.ts';

const VALUES = 1024;

/** What measuring itself costs a request. */
export const telemetryCases: readonly MicroCase[] = [
  {
    name: 'histogram.record',
    baseline: null,
    prepare: () => {
      const histogram = new Histogram();
      const random = new SeededRandom(1);
      // Log-normal around a millisecond, as latencies are.
      const values = Float64Array.from({ length: VALUES }, () => exp(random.normal()));
      return (index) => {
        histogram.record(values[index & (VALUES - 1)] as number);
        return 1;
      };
    },
  },
];
