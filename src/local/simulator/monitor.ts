import type { ControlHistory } from './control-history.ts';
import type { Exchange } from './exchange.ts';
import type { SimulatedKey } from './keys.ts';
import type { LibsqlEndpoint } from './libsql-endpoint.ts';

export interface SecretEnd {
  readonly atMs: number;
  readonly toldAtMs: number;
}

/** What the checks look at beside the exchange itself. */
export interface Truth {
  readonly history: ControlHistory;
  /** When a key's secret ended, and when Redis was told; undefined while it is good. */
  readonly endOf: (key: SimulatedKey) => SecretEnd | undefined;
  readonly viewLifeMs: number;
}

/** One guarantee, watched. It says what is wrong, in words. */
export interface Check {
  /** An answer left its isolate. */
  replied(exchange: Exchange): string | undefined;
  /** Everything has come to rest. */
  ended?(exchanges: readonly Exchange[], libsql: LibsqlEndpoint): readonly string[];
}
