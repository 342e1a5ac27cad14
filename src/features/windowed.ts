import { log } from '../core/log.ts';
import type { Bar } from './bar.ts';
import type { Indicator } from './indicator.ts';
import { Window } from './window.ts';

interface WindowedSpec {
  readonly name: string;
  readonly parameters: Readonly<Record<string, number>>;
  /** Numbers that `value` looks at. */
  readonly size: number;
  /** Called with a full window only. */
  value(window: Window): number;
}

/** An indicator over the last `size` values of one quantity of the bar. Warm-up: `size` bars. */
export function windowed(spec: WindowedSpec, quantity: (bar: Bar) => number): Indicator<Window> {
  return {
    name: spec.name,
    parameters: spec.parameters,
    warmupBars: spec.size,
    initial: () => new Window(spec.size),
    update(window, bar) {
      window.push(quantity(bar));
      return window;
    },
    value: (window) => (window.isFull ? spec.value(window) : NaN),
  };
}

/** An indicator over the last `size` one-bar log returns ln(cₜ ÷ cₜ₋₁). Warm-up: `size` + 1 bars. */
export function windowedReturns(spec: WindowedSpec): Indicator<ReturnsState> {
  return {
    name: spec.name,
    parameters: spec.parameters,
    warmupBars: spec.size + 1,
    initial: () => ({ lastClose: NaN, returns: new Window(spec.size) }),
    update(state, bar) {
      if (!Number.isNaN(state.lastClose)) state.returns.push(log(bar.close / state.lastClose));
      state.lastClose = bar.close;
      return state;
    },
    value: ({ returns }) => (returns.isFull ? spec.value(returns) : NaN),
  };
}

export interface ReturnsState {
  lastClose: number;
  readonly returns: Window;
}
