import { describe, expect, it } from 'vitest';
import { parseCatalogConfig, parseConfig } from '../src/config.ts';

const valid = {
  ENVIRONMENT: 'production',
  UPSTASH_REDIS_REST_URL: 'https://redis.example.com',
  UPSTASH_REDIS_REST_TOKEN: 't',
  TURSO_DATABASE_URL: 'libsql://database.example.com',
  TURSO_AUTH_TOKEN: 't',
  RECEIPT_SECRET: 'r'.repeat(32),
};

function faultsOf(env: Readonly<Record<string, string | undefined>>): readonly string[] {
  const parsed = parseConfig({ ...valid, ...env });
  return parsed.ok ? [] : parsed.error;
}

describe('the configuration', () => {
  it.each([
    ['UPSTASH_REDIS_REST_URL', 'https://redis.example.com'],
    ['UPSTASH_REDIS_REST_URL', 'HTTPS://redis.example.com/path'],
    ['TURSO_DATABASE_URL', 'https://database.example.com:8443'],
    ['TURSO_DATABASE_URL', 'libsql://database.example.com'],
  ])('in production takes %s=%s', (name, address) => {
    expect(faultsOf({ [name]: address })).toEqual([]);
  });

  it.each([
    ['UPSTASH_REDIS_REST_URL', 'http://redis.example.com'],
    ['UPSTASH_REDIS_REST_URL', 'HTTP://redis.example.com'],
    ['UPSTASH_REDIS_REST_URL', 'ftp://redis.example.com'],
    ['UPSTASH_REDIS_REST_URL', 'libsql://redis.example.com'],
    ['UPSTASH_REDIS_REST_URL', 'rediss://redis.example.com'],
    ['UPSTASH_REDIS_REST_URL', 'https://user:secret@redis.example.com'],
    ['TURSO_DATABASE_URL', 'http://database.example.com'],
    ['TURSO_DATABASE_URL', 'ws://database.example.com'],
    ['TURSO_DATABASE_URL', 'wss://database.example.com'],
    ['TURSO_DATABASE_URL', 'file:///database.db'],
    ['TURSO_DATABASE_URL', 'libsql://database.example.com:8080?tls=0'],
    ['TURSO_DATABASE_URL', 'libsql://database.example.com?tls=1'],
    ['TURSO_DATABASE_URL', 'https://database.example.com?authToken=other'],
    ['TURSO_DATABASE_URL', 'https://database.example.com#fragment'],
    ['TURSO_DATABASE_URL', 'database.example.com'],
  ])('in production refuses %s=%s, by its name', (name, address) => {
    const faults = faultsOf({ [name]: address });
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(new RegExp(`^${name}: `));
  });

  it('takes plain http where it is local, and still no other protocol', () => {
    const local = { ENVIRONMENT: 'local', UPSTASH_REDIS_REST_URL: 'http://127.0.0.1:1' };
    expect(faultsOf({ ...local, TURSO_DATABASE_URL: 'http://127.0.0.1:2' })).toEqual([]);
    expect(faultsOf({ ...local, TURSO_DATABASE_URL: 'ws://127.0.0.1:2' })).toHaveLength(1);
    expect(faultsOf({ ...local, TURSO_DATABASE_URL: 'libsql://127.0.0.1:2?tls=0' })).toHaveLength(1);
  });

  it('lists every fault at once: of the schema and of both addresses', () => {
    const faults = faultsOf({
      RECEIPT_SECRET: 'short',
      BARS_MAX: 'many',
      UPSTASH_REDIS_REST_URL: 'http://redis.example.com',
      TURSO_DATABASE_URL: 'ws://database.example.com?tls=0',
    });
    expect(faults.map((fault) => fault.split(':')[0]).sort()).toEqual([
      'BARS_MAX',
      'RECEIPT_SECRET',
      'TURSO_DATABASE_URL',
      'TURSO_DATABASE_URL',
      'UPSTASH_REDIS_REST_URL',
    ]);
  });

  it('does not hold plain http against an environment that is not known', () => {
    const faults = faultsOf({ ENVIRONMENT: undefined, TURSO_DATABASE_URL: 'http://database.example.com' });
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(/^ENVIRONMENT: /);
  });

  it('names no value in a fault, since it may be a secret', () => {
    const faults = faultsOf({
      RECEIPT_SECRET: 'hush',
      TURSO_DATABASE_URL: 'https://database.example.com?authToken=hush',
    });
    expect(faults).toHaveLength(2);
    expect(faults.join()).not.toContain('hush');
  });

  it('leaves no room for more waiting records than a quarter of a 128 MB isolate', () => {
    expect(faultsOf({ LOG_PENDING_BYTES_MAX: String(32 * 2 ** 20) })).toEqual([]);
    expect(faultsOf({ LOG_PENDING_BYTES_MAX: String(32 * 2 ** 20 + 1) })).toHaveLength(1);
  });
});

describe('what the catalog is loaded by', () => {
  it('is known where other settings are faulty', () => {
    expect(parseCatalogConfig({ MODELS: 'a, b' })).toEqual({ names: ['a', 'b'], allowTestBundles: true });
    expect(parseCatalogConfig({ ENVIRONMENT: 'production' })).toMatchObject({ allowTestBundles: false });
    expect(parseCatalogConfig({ ENVIRONMENT: 'local' })).toMatchObject({ allowTestBundles: true });
  });

  it('is nothing where MODELS is faulty itself', () => {
    expect(parseCatalogConfig({ MODELS: '' })).toMatchObject({ names: [] });
  });
});
