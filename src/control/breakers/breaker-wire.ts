import type { Report, SharedBreaker } from './breaker.ts';
import { type BreakerName, type BreakerSettings, isBreakerName } from './breaker-settings.ts';

/** What a sync carries for the breakers. */
export interface BreakerAsk {
  /** Of the last news; 0 for none. */
  readonly revision: number;
  /** Monotonic instant: what is granted in answer lives from here. */
  readonly askedAtMs: number;
  readonly reports: readonly {
    readonly name: BreakerName;
    readonly report: Report;
    readonly settings: BreakerSettings;
  }[];
}

/** What the fleet holds of the breakers, told when it is another revision than the isolate's, or was reported to. */
export interface BreakerNews {
  /** Another number after every change of a state, and a lower one only after a wiped or rolled-back Redis. */
  readonly revision: number;
  /** Those that were ever anything but closed. */
  readonly shared: ReadonlyMap<BreakerName, SharedBreaker>;
  readonly granted: readonly {
    readonly name: BreakerName;
    readonly generation: number;
    readonly leases: readonly string[];
  }[];
}

/** `kind name generation openMs openMsMax probes probeLeaseMs detail`, joined by `;`: see control/lua/breakers.ts. */
export const encodeReports = ({ reports }: BreakerAsk): string =>
  reports
    .map(({ name, report, settings }) => {
      const { openMs, openMsMax, probes, probeLeaseMs } = settings;
      const fields = [report.kind, name, report.generation, openMs, openMsMax, probes, probeLeaseMs];
      return [...fields, detailOf(report)].join(' ');
    })
    .join(';');

function detailOf(report: Report): string {
  switch (report.kind) {
    case 'open':
      return '-';
    case 'restore':
      return report.state;
    case 'probe':
      return String(report.wanted);
    case 'succeeded':
    case 'failed':
      return report.lease;
  }
}

const entryPattern = /^([a-z-]+) (closed|open|tripped) (\d{1,16}) (\d{1,16})$/;
const grantPattern = /^([a-z-]+) (\d{1,16}) ([0-9A-Za-z.,-]+)$/;

/**
 * `revision`, then `name state generation waitMs` for each, joined by `;`; and `name generation lease,lease` for each
 * that was granted probes. Undefined when it is not exactly that. A breaker that another version knows is left out.
 */
export function decodeNews(text: string, grantedText: string): BreakerNews | undefined {
  const [revision = '', ...entries] = text.split(';');
  if (!/^\d{1,16}$/.test(revision)) return undefined;
  const shared = new Map<BreakerName, SharedBreaker>();
  for (const entry of entries) {
    const [, name = '', state, generation, waitMs] = entryPattern.exec(entry) ?? [];
    if (state === undefined) return undefined;
    if (!isBreakerName(name)) continue;
    if (state === 'open') shared.set(name, { state, generation: Number(generation), waitMs: Number(waitMs) });
    else shared.set(name, { state: state === 'closed' ? state : 'tripped', generation: Number(generation) });
  }
  const granted: BreakerNews['granted'][number][] = [];
  for (const grant of grantedText === '' ? [] : grantedText.split(';')) {
    const [, name = '', generation, leases] = grantPattern.exec(grant) ?? [];
    if (leases === undefined || !isBreakerName(name)) return undefined;
    granted.push({ name, generation: Number(generation), leases: leases.split(',') });
  }
  return { revision: Number(revision), shared, granted };
}
