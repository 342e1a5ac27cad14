import { closeLocationOf } from '../close-location-of.ts';
import type { Indicator } from '../indicator.ts';
import { Window } from '../window.ts';

/**
 * Chaikin money flow over the last `period` bars: Σ (close location · v) ÷ Σ v.
 * Domain: [−1, 1]; NaN when nothing was traded in the window. Warm-up: period.
 * M. Chaikin; https://en.wikipedia.org/wiki/Accumulation/distribution_index
 */
export const chaikinMoneyFlow = ({ period }: { readonly period: number }): Indicator<FlowState> => ({
  name: `chaikin_money_flow_${period}`,
  parameters: { period },
  warmupBars: period,
  initial: () => ({ flows: new Window(period), volumes: new Window(period) }),
  update(state, bar) {
    state.flows.push(closeLocationOf(bar) * bar.volume);
    state.volumes.push(bar.volume);
    return state;
  },
  value: ({ flows, volumes }) => (volumes.isFull ? flows.sum / volumes.sum : NaN),
});

interface FlowState {
  readonly flows: Window;
  readonly volumes: Window;
}
