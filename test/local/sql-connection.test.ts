import { describe, expect, it } from 'vitest';
import { openSqlConnection, type SqlConnection } from '../../src/local/sql-connection.ts';

const none = { args: [], named_args: [], want_rows: true };

describe('a connection to a database in memory', () => {
  it.each([
    ['a statement', (connection: SqlConnection, sql: string) => connection.execute(sql, none)],
    ['a text', (connection: SqlConnection, sql: string) => connection.executeAll(sql)],
  ])('tells the columns that a table has since %s changed it', (_how, change) => {
    const connection = openSqlConnection(':memory:');
    const namesOf = () => connection.execute('SELECT * FROM t', none).cols.map(({ name }) => name);
    connection.executeAll('CREATE TABLE t (a integer)');
    expect(namesOf()).toEqual(['a']);
    change(connection, 'ALTER TABLE t ADD b text');
    expect(namesOf()).toEqual(['a', 'b']);
    connection.executeAll('BEGIN');
    connection.execute('ALTER TABLE t ADD c text', none);
    expect(namesOf()).toEqual(['a', 'b', 'c']);
    connection.execute('ROLLBACK', none);
    expect(namesOf()).toEqual(['a', 'b']);
    connection.close();
  });
});
