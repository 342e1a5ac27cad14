import type { ControlHistory } from './control-history.ts';
import type { Exchange } from './exchange.ts';
import type { LibsqlEndpoint } from './libsql-endpoint.ts';

/** What the checks look at beside the exchange itself. */
export interface Truth {
  readonly history: ControlHistory;
  readonly revokedAtMs: () => number | undefined;
  readonly viewLifeMs: number;
}

/** One guarantee, watched. It says what is wrong, in words. */
export interface Check {
  /** An answer left its isolate. */
  replied(exchange: Exchange): string | undefined;
  /** Everything has come to rest. */
  ended?(exchanges: readonly Exchange[], libsql: LibsqlEndpoint): readonly string[];
}
