/** What may be done, as the shared control state says. Default of a fresh deployment: HALTED. */
export type TradingState = 'ACTIVE' | 'REDUCING' | 'HALTED';

const strictness: Readonly<Record<TradingState, number>> = { ACTIVE: 1, REDUCING: 2, HALTED: 3 };

export const isTradingState = (text: string): text is TradingState => Object.hasOwn(strictness, text);

/** Whether `left` lets less happen than `right`. */
export const isStricter = (left: TradingState, right: TradingState): boolean =>
  strictness[left] > strictness[right];
