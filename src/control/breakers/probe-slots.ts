/** How a probe under a lease of the fleet went. */
export interface ProbeResult {
  readonly kind: 'succeeded' | 'failed';
  readonly generation: number;
  readonly lease: string;
}

/** The probes that the fleet lets this isolate make, and what became of them until the fleet knows. */
export interface ProbeSlots {
  /** A lease that is live and was not used, or undefined; then one more is wanted. */
  take(nowMs: number): string | undefined;
  /** Calls that could have been probes since the fleet was last asked. */
  wanted(): number;
  grant(leases: readonly string[], expiresAtMs: number): void;
  settle(result: ProbeResult): void;
  results(): readonly ProbeResult[];
  /** The fleet answered a sync that carried these. */
  reported(reports: readonly unknown[], isAsked: boolean): void;
  /** Another generation, or a probe that failed: what was granted is void. */
  revoke(): void;
  /** Results of any generation but this one mean nothing any more. */
  keep(generation: number): void;
}

export function createProbeSlots(probesMax: number): ProbeSlots {
  let leases: { readonly id: string; readonly expiresAtMs: number }[] = [];
  let results: readonly ProbeResult[] = [];
  let wanted = 0;
  return {
    take(nowMs) {
      leases = leases.filter(({ expiresAtMs }) => nowMs < expiresAtMs);
      const lease = leases.shift();
      if (!lease) wanted = Math.min(wanted + 1, probesMax);
      return lease?.id;
    },
    wanted: () => wanted,
    grant(granted, expiresAtMs) {
      for (const id of granted)
        if (!leases.some((lease) => lease.id === id)) leases.push({ id, expiresAtMs });
    },
    settle(result) {
      results = [...results, result];
    },
    results: () => results,
    reported(reports, isAsked) {
      results = results.filter((result) => !reports.includes(result));
      if (isAsked) wanted = 0;
    },
    revoke() {
      leases = [];
      wanted = 0;
    },
    keep(generation) {
      results = results.filter((result) => result.generation === generation);
    },
  };
}
