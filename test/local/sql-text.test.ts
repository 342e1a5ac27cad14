import { describe, expect, it } from 'vitest';
import { leavesTraces, mayWrite, readSqlText } from '../../src/local/sql-text.ts';

describe('reading SQL text', () => {
  it.each([
    ['', 0],
    [' ; ;; -- nothing\n /* ; */', 0],
    ['SELECT 1', 1],
    ['SELECT \';\' AS "a;b", `c;d`, [e;f] -- ;\n;', 1],
    ['SELECT 1; SELECT 2', 2],
    ['CREATE TRIGGER t BEFORE UPDATE ON x BEGIN SELECT RAISE(ABORT, 1); SELECT 2; END', 1],
    [
      'CREATE TEMP TRIGGER t AFTER INSERT ON x BEGIN UPDATE y SET a = CASE WHEN 1 THEN 2 END; END; SELECT 1',
      2,
    ],
    ['SELECT /* unfinished ; ', 1],
  ])('counts the statements of %j', (sql, count) => {
    expect(readSqlText(sql).statementCount).toBe(count);
  });

  it('finds parameters outside text and comments, each name once', () => {
    expect(readSqlText("SELECT ?, ?, ?2, :a, @b, $c, :a, ':no', /* :no */ 1 -- ?\n").parameters).toEqual([
      '?',
      '?',
      '?2',
      ':a',
      '@b',
      '$c',
    ]);
  });

  it.each(['SELECT 1', ' /* INSERT */ select 2', 'BEGIN', 'COMMIT', 'WITH a AS (SELECT 1) SELECT * FROM a'])(
    'knows that %j takes no write lock',
    (sql) => {
      expect(mayWrite(readSqlText(sql))).toBe(false);
    },
  );

  it.each([
    'INSERT INTO t VALUES (1)',
    'BEGIN IMMEDIATE',
    'WITH a AS (SELECT 1) DELETE FROM t',
    'PRAGMA x=1',
    'VACUUM',
  ])('expects that %j may', (sql) => {
    expect(mayWrite(readSqlText(sql))).toBe(true);
  });

  it('sees what stays in a connection', () => {
    expect(leavesTraces(readSqlText('pragma foreign_keys=off'))).toBe(true);
    expect(leavesTraces(readSqlText("SELECT 'pragma'"))).toBe(false);
  });
});
