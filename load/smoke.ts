/**
 * k6 smoke: ten seconds of decisions at a constant arrival rate, live and historic, then one record read back.
 * `npm run load -- smoke` starts a service for it. `SERVICE_FILE` is the path of its service.json.
 */
import { check, sleep } from 'k6';
import http from 'k6/http';
import type { Options } from 'k6/options';
import { createClient, type Decision, type Reply } from '../src/client/client.ts';
import type { DecisionRequest } from '../src/http/decision-schemas.ts';
import type { ServiceFile } from '../src/local/service-file.ts';
import { k6Transport } from './k6-transport.ts';

const serviceFile = __ENV['SERVICE_FILE'] ?? '';
const requests = `${serviceFile.slice(0, serviceFile.lastIndexOf('/'))}/requests`;
const service: ServiceFile = JSON.parse(open(serviceFile));
const live: DecisionRequest = JSON.parse(open(`${requests}/demo-live.json`));
const historic: DecisionRequest = JSON.parse(open(`${requests}/spx-2020-03-16.json`));

const clientFor = (authorization: string) =>
  createClient({ baseUrl: service.baseUrl, authorization, transport: k6Transport });
const decider = clientFor(service.keys.decide);
const observer = clientFor(service.keys.observe);

export const options: Options = {
  scenarios: {
    decisions: {
      executor: 'constant-arrival-rate',
      rate: 50,
      timeUnit: '1s',
      duration: '10s',
      preAllocatedVUs: 20,
      maxVUs: 50,
    },
  },
  // `setup` and `teardown` count too. No latency threshold: a shared machine's clock decides nothing here.
  thresholds: { checks: ['rate==1'], http_req_failed: ['rate==0'], dropped_iterations: ['count==0'] },
};

// The record of a decision may not be there yet when it is asked for.
http.setResponseCallback(http.expectedStatuses({ min: 200, max: 299 }, 404));

export async function setup(): Promise<void> {
  const ready = await observer.ready();
  if (ready.kind !== 'ok') throw new Error(`the service is not ready: ${JSON.stringify(ready)}`);
}

export default async function decide(): Promise<void> {
  checkDecision(await decider.decide(live), 'live');
  checkDecision(await decider.decide(historic), 'historic');
}

function checkDecision(reply: Reply<Decision>, kind: 'live' | 'historic'): void {
  check(reply, {
    [`${kind}: answered`]: ({ kind: outcome }) => outcome === 'ok',
    [`${kind}: BUY, SELL or HOLD`]: (r) =>
      r.kind === 'ok' && ['BUY', 'SELL', 'HOLD'].includes(r.value.action),
    [`${kind}: has a receipt`]: (r) => r.kind === 'ok' && /^[0-9a-f]{64}$/.test(r.value.receipt ?? ''),
    [`${kind}: actionable only if live and not HOLD`]: (r) =>
      r.kind === 'ok' && r.value.actionable === (kind === 'live' && r.value.action !== 'HOLD'),
  });
}

export async function teardown(): Promise<void> {
  const decided = await decider.decide(live);
  const isStored = decided.kind === 'ok' && (await isReadable(decided.value.id));
  check(isStored, { 'a decision is stored': (stored) => stored });
}

/** The log is written behind the answer, so the record may take a moment. */
async function isReadable(id: string): Promise<boolean> {
  for (let attempt = 0; attempt < 20; attempt += 1) {
    sleep(0.25);
    const reply = await observer.decision(id);
    if (reply.kind === 'ok') return reply.value.id === id;
  }
  return false;
}

interface Summary {
  readonly metrics: Readonly<Record<string, { readonly values: Readonly<Record<string, number>> }>>;
  readonly root_group: Group;
}

interface Group {
  readonly checks: readonly { readonly name: string; readonly fails: number }[];
  /** k6 puts what `setup` and `teardown` do into groups of their own. */
  readonly groups: readonly Group[];
}

/** One line for people, and for `SUMMARY_FILE` how many checks held every time. */
export function handleSummary({ metrics, root_group: root }: Summary): Record<string, string> {
  const checks = checksOf(root);
  const broken = checks.filter(({ fails }) => fails > 0).map(({ name }) => name);
  const tally = { passed: checks.length - broken.length, failed: broken.length };
  const requestCount = metrics['http_reqs']?.values['count'] ?? 0;
  const p95Ms = (metrics['http_req_duration']?.values['p(95)'] ?? 0).toFixed(1);
  const failures = broken.map((name) => `\n  failed: ${name}`).join('');
  const line = `k6: ${requestCount} requests, p95 ${p95Ms} ms; checks: ${tally.passed} passed, ${tally.failed} failed${failures}\n`;
  const summaryFile = __ENV['SUMMARY_FILE'];
  return { stdout: line, ...(summaryFile ? { [summaryFile]: JSON.stringify(tally) } : {}) };
}

const checksOf = ({ checks, groups }: Group): Group['checks'] => [...checks, ...groups.flatMap(checksOf)];
