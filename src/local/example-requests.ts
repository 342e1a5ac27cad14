import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { wireBar } from '../client/wire-bar.ts';
import type { DecisionRequest } from '../http/decision-schemas.ts';
import { demoBars } from './demo-series.ts';
import { readSp500 } from './sp500.ts';

export interface Example {
  /** What it shows, for the line above the command. */
  readonly title: string;
  readonly file: string;
  readonly request: DecisionRequest;
}

const barsPerRequest = 70;
const crashDay = '2020-03-16';

/**
 * Writes the bodies of three requests into `dir`: the S&P 500 on the worst day of March 2020, as history; a seeded series that
 * ends with the last closed day, which is live and so may be acted upon; and that one without its bars.
 */
export async function writeExampleRequests(dir: string, nowMs: number): Promise<readonly Example[]> {
  await mkdir(dir, { recursive: true });
  const examples = [
    {
      title: 'S&P 500 on 16 March 2020',
      file: join(dir, 'spx-2020-03-16.json'),
      request: await crashRequest(),
    },
    { title: 'A live series that ends now', file: join(dir, 'demo-live.json'), request: liveRequest(nowMs) },
    {
      title: 'The same symbol, whose bars the service fetches',
      file: join(dir, 'demo-fetched.json'),
      request: { symbol: 'DEMO' },
    },
  ];
  for (const { file, request } of examples) await writeFile(file, JSON.stringify(request));
  return examples;
}

async function crashRequest(): Promise<DecisionRequest> {
  const rows = await readSp500();
  const end = rows.findIndex((row) => row.t === crashDay) + 1;
  return { symbol: 'SPX', bars: rows.slice(end - barsPerRequest, end), asOf: `${crashDay}T21:00:00Z` };
}

function liveRequest(nowMs: number): DecisionRequest {
  const bars = demoBars({ seed: 7, endMs: nowMs, count: barsPerRequest });
  return {
    symbol: 'DEMO',
    bars: bars.map(wireBar),
  };
}
