/** One connection to the libSQL file: one statement at a time, in the terms of Hrana. */
import Database from 'libsql';
import type { HranaError, HranaStatement, HranaValue, SqlValue } from './hrana-protocol.ts';
import { toHranaValue, toSqlValue } from './hrana-protocol.ts';
import { changesSchema, leavesTraces, mayWrite, readSqlText, type SqlText } from './sql-text.ts';

/** A statement that failed, with the code that libSQL's server gives it. */
export class StatementError extends Error {
  override readonly name = 'StatementError';
  readonly code: string;

  constructor({ message, code }: HranaError) {
    super(message);
    this.code = code;
  }
}

export interface StatementResult {
  readonly cols: readonly { readonly name: string; readonly decltype: string | null }[];
  readonly rows: readonly (readonly HranaValue[])[];
  readonly affected_row_count: number;
  /** Decimal; null before the first insert. */
  readonly last_insert_rowid: string | null;
}

export interface SqlConnection {
  /** Executes one statement. Throws StatementError. */
  execute(sql: string, args: Pick<HranaStatement, 'args' | 'named_args' | 'want_rows'>): StatementResult;
  /** Executes any number of statements, stops at the first that fails. Throws StatementError. */
  executeAll(sql: string): void;
  describe(sql: string): {
    readonly params: readonly { readonly name: string | null }[];
    readonly cols: readonly { readonly name: string; readonly decltype: string | null }[];
    readonly is_explain: boolean;
    readonly is_readonly: boolean;
  };
  isInTransaction(): boolean;
  rollback(): void;
  /** Whether another stream may have it next: no settings, no temporary schema were left in it. */
  isClean(): boolean;
  close(): void;
}

/** The part of the driver that is used; its own types are those of another library. */
interface Driver {
  readonly inTransaction: boolean;
  prepare(sql: string): DriverStatement;
  exec(sql: string): void;
  close(): void;
}

interface DriverStatement {
  readonly reader: boolean;
  raw(): DriverStatement;
  safeIntegers(): DriverStatement;
  get(args: DriverArgs): SqlValue[] | undefined;
  iterate(args: DriverArgs): Iterable<SqlValue[]>;
  run(args: DriverArgs): unknown;
  columns(): { readonly name: string; readonly type: string | null }[];
}

interface Prepared {
  readonly text: SqlText;
  readonly isWriting: boolean;
  readonly statement: DriverStatement;
  /** Whether it answers rows. */
  readonly isReader: boolean;
}

/** Rows changed over the connection's life, triggers included, and the id of the row that was inserted last. */
interface Counters {
  readonly changes: number;
  readonly rowId: string;
}

/** Statements that a connection keeps. */
const PREPARED_MAX = 64;

type DriverArgs = readonly SqlValue[] | Readonly<Record<string, SqlValue>>;

/** WAL with a sync at each commit: what was acknowledged survives the process and the power. */
export function openSqlConnection(file: string): SqlConnection {
  const driver = new Database(file, { timeout: 0 }) as unknown as Driver;
  driver.prepare('PRAGMA journal_mode=WAL').raw().iterate([])[Symbol.iterator]().next();
  driver.exec('PRAGMA synchronous=FULL');
  const counters = driver.prepare('SELECT total_changes(), last_insert_rowid()').raw().safeIntegers();
  let isClean = true;

  const readCounters = (): Counters => {
    const row = counters.get([]) ?? [];
    return { changes: Number(row[0]), rowId: String(row[1]) };
  };
  /** SQLite counts the changes of this connection alone, so they are known until it executes something. */
  let known: Counters | undefined;

  const inspect = (sql: string): SqlText => {
    const text = readSqlText(sql);
    if (leavesTraces(text)) isClean = false;
    return text;
  };
  const prepared = new Map<string, Prepared>();
  // A database in memory has no other connection, which could give it another schema.
  const columns = file === ':memory:' ? rememberColumns() : { of: readColumns, forget: () => undefined };
  /** Made once: SQLite prepares a statement anew by itself when the schema has changed. */
  const prepare = (sql: string): Prepared => {
    const known = prepared.get(sql);
    if (known) return known;
    const text = inspect(sql);
    refuseUnlessOne(text);
    const statement = translated(() => driver.prepare(sql));
    const isReader = statement.reader;
    if (isReader) statement.raw().safeIntegers();
    const made = { text, isWriting: mayWrite(text), statement, isReader };
    if (prepared.size >= PREPARED_MAX) prepared.clear();
    if (isClean) prepared.set(sql, made);
    return made;
  };

  return {
    execute(sql, { args, named_args, want_rows }) {
      const made = prepare(sql);
      const bound = bind(made.text.parameters, args, named_args);
      const fetch = () => {
        const rows = fetchAll(made, bound, want_rows ?? true);
        if (changesSchema(made.text)) columns.forget();
        return { cols: made.isReader ? columns.of(made.statement) : [], rows };
      };
      return translated(() => {
        if (!made.isWriting) return { ...fetch(), affected_row_count: 0, last_insert_rowid: null };
        const before = known ?? readCounters();
        known = undefined;
        const fetched = fetch();
        known = readCounters();
        const { changes, rowId } = known;
        return { ...fetched, affected_row_count: changes - before.changes, last_insert_rowid: rowId };
      });
    },
    executeAll(sql) {
      inspect(sql);
      known = undefined;
      columns.forget();
      translated(() => driver.exec(sql));
    },
    describe(sql) {
      const text = inspect(sql);
      refuseUnlessOne(text);
      return translated(() => ({
        params: text.parameters.map((name) => ({ name: name === '?' ? null : name })),
        cols: readColumns(driver.prepare(sql)),
        is_explain: text.words[0] === 'EXPLAIN',
        is_readonly: !mayWrite(text),
      }));
    },
    isInTransaction: () => driver.inTransaction,
    rollback() {
      columns.forget();
      driver.exec('ROLLBACK');
    },
    isClean: () => isClean,
    close: () => driver.close(),
  };
}

function fetchAll({ statement, isReader }: Prepared, bound: DriverArgs, isWantingRows: boolean) {
  if (!isReader) {
    statement.run(bound);
    return [];
  }
  const rows: HranaValue[][] = [];
  for (const row of statement.iterate(bound)) if (isWantingRows) rows.push(row.map(toHranaValue));
  return rows;
}

/** Telling them costs as much as a small query. */
function rememberColumns() {
  const known = new Map<DriverStatement, StatementResult['cols']>();
  return {
    of(statement: DriverStatement): StatementResult['cols'] {
      const told = known.get(statement) ?? readColumns(statement);
      if (known.size >= PREPARED_MAX) known.clear();
      known.set(statement, told);
      return told;
    },
    forget: () => known.clear(),
  };
}

const readColumns = (statement: DriverStatement): StatementResult['cols'] =>
  statement.reader ? statement.columns().map(({ name, type }) => ({ name, decltype: type })) : [];

/** The driver would execute the first statement and forget the others. */
function refuseUnlessOne({ statementCount }: SqlText): void {
  if (statementCount === 0)
    throw new StatementError({
      message: 'SQL string does not contain any statement',
      code: 'SQL_NO_STATEMENT',
    });
  if (statementCount > 1)
    throw new StatementError({
      message: 'SQL string contains more than one statement',
      code: 'SQL_MANY_STATEMENTS',
    });
}

/** The driver would bind null where a value is missing, and knows names without their sign. */
function bind(
  parameters: readonly string[],
  args: HranaStatement['args'],
  namedArgs: HranaStatement['named_args'],
): DriverArgs {
  if (args.length > 0 && namedArgs.length > 0)
    throw new StatementError({
      message: 'Specifying both positional and named arguments is not supported',
      code: 'ARGS_BOTH_POSITIONAL_AND_NAMED',
    });
  if (namedArgs.length === 0) {
    const missing = parameters.find((_name, index) => index >= args.length);
    if (missing !== undefined) throw missingArgument(missing);
    return args.map(toSqlValue);
  }
  const byName = Object.fromEntries(namedArgs.map(({ name, value }) => [bare(name), toSqlValue(value)]));
  const missing = parameters.find((name) => !Object.hasOwn(byName, bare(name)));
  if (missing !== undefined) throw missingArgument(missing);
  return byName;
}

const bare = (name: string): string => name.replace(/^[:@$?]/, '');

const missingArgument = (name: string): StatementError =>
  new StatementError({
    message: `Arguments do not match SQL parameters: value for parameter ${name} not found`,
    code: 'ARGS_INVALID',
  });

function translated<T>(operation: () => T): T {
  try {
    return operation();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const code = 'code' in error && typeof error.code === 'string' ? error.code : 'SQLITE_ERROR';
    throw new StatementError({ message: `SQLite error: ${error.message}`, code: primaryCode(code) });
  }
}

/** libSQL's server names an error of the SQL itself by SQL_INPUT_ERROR, the others by SQLite's primary code. */
const primaryCode = (code: string): string =>
  code === 'SQLITE_ERROR' ? 'SQL_INPUT_ERROR' : code.split('_').slice(0, 2).join('_');
