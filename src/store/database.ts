import type { Client } from '@libsql/client/web';
import type { LibSQLDatabase } from 'drizzle-orm/libsql';
import { drizzle } from 'drizzle-orm/libsql/web';
import { type LibsqlOptions, openLibsql } from './libsql-client.ts';

export interface Database {
  /** For the hot insert and what a first decision reads. Interactive transactions are never used. */
  readonly client: Client;
  /** For all other reads and migrations. */
  readonly orm: LibSQLDatabase;
}

/** libSQL with a query builder over it, which costs an isolate's start too much to be on a decision's way. */
export const databaseOver = (client: Client): Database => ({ client, orm: drizzle(client) });

export const openDatabase = (options: LibsqlOptions): Database => databaseOver(openLibsql(options));
