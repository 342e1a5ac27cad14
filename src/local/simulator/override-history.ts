/** An override that two people were told of. */
export interface OverrideTold {
  readonly id: string;
  readonly action: 'BUY' | 'SELL';
  readonly riskMax: number;
  readonly toldAtMs: number;
  /** When somebody was told that it was taken back. */
  revokedAtMs: number | undefined;
}

/** The truth about overrides, kept outside of every store. */
export interface OverrideHistory {
  told(override: Omit<OverrideTold, 'revokedAtMs'>): void;
  revoked(id: string, nowMs: number): void;
  of(id: string): OverrideTold | undefined;
}

export function createOverrideHistory(): OverrideHistory {
  const overrides = new Map<string, OverrideTold>();
  return {
    told: (override) => void overrides.set(override.id, { ...override, revokedAtMs: undefined }),
    revoked(id, nowMs) {
      const override = overrides.get(id);
      if (override) override.revokedAtMs = nowMs;
    },
    of: (id) => overrides.get(id),
  };
}
