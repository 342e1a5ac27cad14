/** `busy`: optional work is left out. `shedding`: and requests beyond a limit are refused. */
export type Load = 'normal' | 'busy' | 'shedding';

/** What the signs of the last while come to. Worse is believed at once, better when nothing spoke against it for the dwell. */
export interface LoadState {
  current(): Load;
  /** A sign of strain. */
  beBusy(nowMs: number): void;
  /** Something between strain and calm: what is busy stays so, what is normal too. */
  stayBusy(nowMs: number): void;
  /** A request was refused. */
  shed(nowMs: number): void;
}

interface StateOptions {
  readonly dwellMs: number;
  readonly clock: { monotonicMs(): number };
  /** Is told of each change. */
  readonly onChange: (from: Load, to: Load) => void;
}

export function createLoadState({ dwellMs, clock, onChange }: StateOptions): LoadState {
  let told: Load = 'normal';
  let busyUntilMs = Number.NEGATIVE_INFINITY;
  let sheddingUntilMs = Number.NEGATIVE_INFINITY;

  function stateAt(nowMs: number): Load {
    if (nowMs < sheddingUntilMs) return 'shedding';
    return nowMs < busyUntilMs ? 'busy' : 'normal';
  }

  function tell(nowMs: number): Load {
    const before = told;
    told = stateAt(nowMs);
    if (told !== before) onChange(before, told);
    return told;
  }

  function beBusy(nowMs: number): void {
    busyUntilMs = nowMs + dwellMs;
    tell(nowMs);
  }

  return {
    current: () => (told === 'normal' ? told : tell(clock.monotonicMs())),
    beBusy,
    stayBusy(nowMs) {
      if (stateAt(nowMs) !== 'normal') beBusy(nowMs);
    },
    shed(nowMs) {
      sheddingUntilMs = nowMs + dwellMs;
      beBusy(nowMs);
    },
  };
}
