import { beforeEach, describe, expect, it } from 'vitest';
import { createLibsqlEndpoint } from '../../../src/local/simulator/libsql-endpoint.ts';

const endpoint = createLibsqlEndpoint();

const ask = (sql: string): string =>
  endpoint.answer(
    JSON.stringify({
      requests: [{ type: 'execute', stmt: { sql, args: [], named_args: [], want_rows: true } }],
    }),
  ).text;

const insertEpoch = (epoch: number): string =>
  `INSERT INTO control_epochs VALUES (${epoch}, 'HALTED', 0, 0, 'operator', 'test', 'global')`;
const insertDecision = (id: string): string =>
  `INSERT INTO decisions SELECT NULL, '${id}', 'w', 1, 1, 'p', 'a', 'k', 's', 'HOLD', 0, 'h', 'r', 'receipt', NULL`;

describe('the libSQL of a simulation', () => {
  beforeEach(() => endpoint.wipe());

  it('tells who reads again what was written since', () => {
    const newest = 'SELECT max(epoch) AS newest FROM control_epochs';
    const empty = ask(newest);
    expect(empty).toContain('"null"');
    expect(ask(newest)).toBe(empty);
    ask(insertEpoch(7));
    expect(ask(newest)).toContain('"7"');
    endpoint.execute(insertEpoch(8));
    expect(ask(newest)).toContain('"8"');
    endpoint.wipe();
    expect(ask(newest)).toBe(empty);
  });

  it('reads the log itself anew each time', () => {
    const newest = 'SELECT max(id) AS newest FROM decisions';
    ask(insertDecision('first'));
    expect(ask(newest)).toContain('first');
    ask(insertDecision('second'));
    expect(ask(newest)).toContain('second');
  });

  it('holds that a row of the log changes nothing beside it: its triggers only refuse', () => {
    const triggers = endpoint.select(
      "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'decisions'",
    );
    expect(triggers.length).toBeGreaterThan(0);
    for (const [sql] of triggers) expect(sql).toMatch(/BEGIN\s+SELECT\s[^;]*;\s*END$/);
  });
});
