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

/** What a window is of. `previous`: the bar before, undefined before the first. */
export type Quantity = (bar: Bar, previous: Bar | undefined) => number;

/** Of windows over a bar's own numbers, so that indicators over the same one can share it; so is {@link returnOf}. */
export const closeOf: Quantity = ({ close }) => close;
export const volumeOf: Quantity = ({ volume }) => volume;

/** The one-bar log return ln(cₜ ÷ cₜ₋₁); NaN at the first bar. */
const returnOf: Quantity = (bar, previous) => (previous ? log(bar.close / previous.close) : NaN);

/** An indicator over a window that others may look at too: by quantity and size it is the same one. */
export interface WindowedIndicator<State> extends Indicator<State> {
  readonly quantity: Quantity;
  /** Whether the quantity has a value at the first bar already. */
  readonly isOfOneBar: boolean;
  readonly size: number;
  valueIn(window: Window): number;
}

export const isWindowed = (indicator: Indicator<unknown>): indicator is WindowedIndicator<unknown> =>
  'quantity' in indicator;

/** An indicator over the last `size` values of one quantity of the bar. Warm-up: `size` bars. */
export function windowed(spec: WindowedSpec, quantity: Quantity): WindowedIndicator<Window> {
  const { name, parameters, size } = spec;
  const valueIn = (window: Window): number => (window.isFull ? spec.value(window) : NaN);
  return {
    name,
    parameters,
    size,
    quantity,
    isOfOneBar: true,
    valueIn,
    warmupBars: size,
    initial: () => new Window(size),
    update(window, bar) {
      window.push(quantity(bar, undefined));
      return window;
    },
    value: valueIn,
  };
}

/** An indicator over the last `size` one-bar log returns ln(cₜ ÷ cₜ₋₁). Warm-up: `size` + 1 bars. */
export function windowedReturns(spec: WindowedSpec): WindowedIndicator<ReturnsState> {
  const { name, parameters, size } = spec;
  const valueIn = (returns: Window): number => (returns.isFull ? spec.value(returns) : NaN);
  return {
    name,
    parameters,
    size,
    quantity: returnOf,
    isOfOneBar: false,
    valueIn,
    warmupBars: size + 1,
    initial: () => ({ lastClose: NaN, returns: new Window(size) }),
    update(state, bar) {
      if (!Number.isNaN(state.lastClose)) state.returns.push(log(bar.close / state.lastClose));
      state.lastClose = bar.close;
      return state;
    },
    value: ({ returns }) => valueIn(returns),
  };
}

export interface ReturnsState {
  lastClose: number;
  readonly returns: Window;
}
