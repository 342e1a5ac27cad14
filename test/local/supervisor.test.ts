import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Action,
  type Cause,
  type Event,
  exitCode,
  next,
  type State,
} from '../../src/local/supervisor.ts';

const bySignal: Cause = { kind: 'signal' };
const crashOf = (part: 'service' | 'redis' | 'database'): Cause => ({
  kind: 'crash',
  part,
  detail: 'status 1',
});
const exited = (part: 'service' | 'redis' | 'database'): Event => ({
  kind: 'exited',
  part,
  detail: 'status 1',
});
const starting: State = { kind: 'starting' };
const running: State = { kind: 'running' };
const draining = (cause: Cause, databaseRestarted = false): State => ({
  kind: 'draining',
  cause,
  databaseRestarted,
});
const stopping = (cause: Cause): State => ({ kind: 'stopping', cause });

describe('the supervisor', () => {
  const cases: [string, State, Event, State, Action[]][] = [
    ['runs once everything is ready', starting, { kind: 'ready' }, running, []],
    [
      'stops at once when interrupted while starting',
      starting,
      { kind: 'signal' },
      stopping(bySignal),
      ['stop'],
    ],
    [
      'stops when a part ends while starting',
      starting,
      exited('redis'),
      stopping(crashOf('redis')),
      ['stop'],
    ],
    [
      'stops when the start fails',
      starting,
      { kind: 'failed-start', detail: 'no migration' },
      stopping({ kind: 'failed-start', detail: 'no migration' }),
      ['stop'],
    ],
    ['drains before it stops on a signal', running, { kind: 'signal' }, draining(bySignal), ['drain']],
    [
      'has nothing to drain when the service crashed',
      running,
      exited('service'),
      stopping(crashOf('service')),
      ['stop'],
    ],
    ['drains when Redis crashed', running, exited('redis'), draining(crashOf('redis')), ['drain']],
    [
      'brings the database back before it drains when that crashed',
      running,
      exited('database'),
      draining(crashOf('database'), true),
      ['restart-database', 'drain'],
    ],
    [
      'ignores a second signal while draining',
      draining(bySignal),
      { kind: 'signal' },
      draining(bySignal),
      [],
    ],
    ['stops when the drain ended', draining(bySignal), { kind: 'drained' }, stopping(bySignal), ['stop']],
    [
      'stops when the service ended by draining',
      draining(bySignal),
      exited('service'),
      stopping(bySignal),
      ['stop'],
    ],
    [
      'brings the database back when it crashes during the drain',
      draining(bySignal),
      exited('database'),
      draining(bySignal, true),
      ['restart-database'],
    ],
    [
      'does not bring the database back twice',
      draining(crashOf('database'), true),
      exited('database'),
      draining(crashOf('database'), true),
      [],
    ],
    ['goes on draining without Redis', draining(bySignal), exited('redis'), draining(bySignal), []],
    [
      'has stopped when no part is left',
      stopping(bySignal),
      { kind: 'all-gone' },
      { kind: 'stopped', cause: bySignal },
      [],
    ],
  ];
  for (const [name, state, event, after, actions] of cases) {
    it(name, () => expect(next(state, event)).toEqual({ state: after, actions }));
  }

  it('ends with 0 on a signal and with 1 on a crash', () => {
    expect([exitCode(bySignal), exitCode(crashOf('redis'))]).toEqual([0, 1]);
  });

  const anyEvent = fc.constantFrom<Event>(
    { kind: 'ready' },
    { kind: 'signal' },
    { kind: 'drained' },
    exited('service'),
    exited('redis'),
    exited('database'),
  );

  it('stops exactly once, after a drain if it ever ran, whatever happens in whatever order', () => {
    fc.assert(
      fc.property(fc.array(anyEvent), (events) => {
        let state: State = starting;
        const done: Action[] = [];
        for (const event of [...events, { kind: 'signal' } as const, { kind: 'drained' } as const]) {
          const wasRunning: boolean = state.kind === 'running';
          const step = next(state, event);
          if (wasRunning && step.state.kind === 'stopping') expect(event).toEqual(exited('service'));
          state = step.state;
          done.push(...step.actions);
        }
        expect(done.filter((action) => action === 'stop')).toHaveLength(1);
        expect(done.at(-1)).toBe('stop');
        expect(next(state, { kind: 'all-gone' }).state.kind).toBe('stopped');
      }),
    );
  });
});
