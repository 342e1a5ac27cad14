import { beforeAll, describe, expect, it } from 'vitest';
import { type FaultCounts, noFaults } from '../../../src/local/simulator/faults.ts';
import { type SimulationReport, simulate } from '../../../src/local/simulator/simulation.ts';
import { createWorld, type World } from '../../../src/local/simulator/world.ts';

const seeds = Array.from({ length: 8 }, (_, index) => index + 1);

/** `npm run simulate -- --from SEED --seeds 1` runs a failing seed again. */
describe('the simulation of the service', () => {
  let world: World;
  const reports: SimulationReport[] = [];

  beforeAll(async () => {
    world = await createWorld();
    for (const seed of seeds) reports.push(await simulate(seed, world));
  }, 120_000);

  it.each(seeds)('finds no guarantee broken with seed %i', (seed) => {
    expect(reports[seed - 1]?.violations).toEqual([]);
  });

  it('has faults of nearly every kind already, and a thousand events a seed', () => {
    const kinds = Object.keys(noFaults()) as (keyof FaultCounts)[];
    const seen = kinds.filter((kind) => reports.some(({ faults }) => faults[kind] > 0));
    expect(seen.length).toBeGreaterThan(0.7 * kinds.length);
    for (const { events } of reports) expect(events).toBeGreaterThanOrEqual(1_000);
  });

  it('sees actions as well as refusals', () => {
    for (const { answers, actionable } of reports) {
      expect(actionable).toBeGreaterThan(10);
      expect(actionable).toBeLessThan(answers);
    }
  });

  it('replays a seed exactly', async () => {
    expect(await simulate(3, world)).toEqual(reports[2]);
  });
});
