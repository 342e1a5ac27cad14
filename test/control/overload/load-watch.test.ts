import { describe, expect, it } from 'vitest';
import { watchLoad } from '../../../src/control/overload/load-watch.ts';
import { createOverload } from '../../../src/control/overload/overload.ts';
import { overloadSettings } from '../../../src/control/overload/overload-settings.ts';

const { turnMs, turnMin, cpuReadings } = overloadSettings;

/** A process whose turns take what a test says, and which a test can see compute. */
function setUp() {
  const process = { nowMs: 5, cpuMs: 3, residentBytes: 1 };
  const armed: (() => void)[] = [];
  const clock = { monotonicMs: () => process.nowMs };
  const settings = overloadSettings;
  const overload = watchLoad(createOverload({ settings, clock, report: () => undefined }), {
    settings,
    processLoad: { cpuMs: () => process.cpuMs, residentBytes: () => process.residentBytes },
    memoryBytesSoft: 100,
    clock,
    timers: {
      setAlarm(_, ring) {
        armed.push(ring);
        return () => undefined;
      },
    },
  });
  /** A turn in which so many requests arrive. */
  function turn(asked: number, { tookMs, cpuMs }: { tookMs: number; cpuMs: number }): void {
    for (let request = 0; request < asked; request += 1) {
      const place = overload.enter('k');
      if (place) overload.leave(place);
    }
    process.nowMs += tookMs;
    process.cpuMs += cpuMs;
    armed.shift()?.();
  }
  return { overload, process, armed, turn };
}

describe('the watch over an event loop', () => {
  it('sees what the process does to itself, and narrows what a turn takes on', () => {
    const { overload, turn } = setUp();
    for (let count = 0; count < 5; count += 1) turn(200, { tookMs: 120, cpuMs: 118 });
    expect(overload.takeOn(turnMin, 'k')).toBe(true);
    expect(overload.takeOn(200, 'k')).toBe(false);
    expect(overload.load()).toBe('shedding');
  });

  it('does not take for its own what others on the machine do to it', () => {
    const { overload, turn } = setUp();
    for (let count = 0; count < 50; count += 1) turn(200, { tookMs: 120, cpuMs: 8 });
    expect(overload.load()).toBe('normal');
    expect(overload.takeOn(200, 'k')).toBe(true);
    expect(overload.takeOn(200, 'k')).toBe(true);
  });

  it('tells once a second how full core and memory are', () => {
    const { overload, process, turn } = setUp();
    const second = (cpuMs: number): void => {
      for (let count = 0; count < 100; count += 1) turn(1, { tookMs: turnMs, cpuMs: cpuMs / 100 });
    };
    for (let count = 1; count < cpuReadings; count += 1) second(950);
    expect(overload.load()).toBe('normal');
    second(950);
    expect(overload.load()).toBe('busy');
    for (let count = 0; count < 4; count += 1) second(100);
    expect(overload.load()).toBe('normal');
    process.residentBytes = 100;
    second(100);
    expect(overload.load()).toBe('busy');
  });

  it('sleeps where nobody asks, and wakes at the next request', () => {
    const { overload, armed, turn } = setUp();
    expect(armed).toHaveLength(0);
    turn(1, { tookMs: turnMs, cpuMs: 1 });
    for (let count = 0; count < 1_000; count += 1) turn(0, { tookMs: turnMs, cpuMs: 0 });
    expect(armed).toHaveLength(0);
    expect(overload.takeOn(1, 'k')).toBe(true);
    expect(armed).toHaveLength(1);
  });
});
