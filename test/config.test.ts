import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseCatalogConfig, parseConfig } from '../src/config.ts';
import { ed25519PublicKey } from '../src/core/ed25519.ts';

const publicKey = 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a';

const valid = {
  ENVIRONMENT: 'production',
  UPSTASH_REDIS_REST_URL: 'https://redis.example.com',
  UPSTASH_REDIS_REST_TOKEN: 't',
  TURSO_DATABASE_URL: 'libsql://database.example.com',
  TURSO_AUTH_TOKEN: 't',
  RECEIPT_SECRET: 'r'.repeat(32),
  OPERATOR_HEARTBEAT_MS_MAX: '0',
  BUNDLE_PUBLIC_KEYS: publicKey,
  SEAL_SIGNING_KEY: 'none',
  SEAL_PUBLIC_KEYS: publicKey,
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

  it.each<[string | undefined, number]>([
    [undefined, 1],
    ['1', 1],
    ['2', 2],
  ])('of RESUME_APPROVALS=%s has %s people let a halt end', (given, people) => {
    const config = parseConfig(given === undefined ? valid : { ...valid, RESUME_APPROVALS: given });
    expect(config.ok ? config.value.resumeApprovals : config.error).toBe(people);
  });

  it.each(['0', '3', 'two', ''])('refuses RESUME_APPROVALS=%j, by its name', (given) => {
    expect(faultsOf({ RESUME_APPROVALS: given })).toMatchObject([
      expect.stringMatching(/^RESUME_APPROVALS: /),
    ]);
  });

  it('takes plain http where it is local, and still no other protocol', () => {
    const local = { ENVIRONMENT: 'local', UPSTASH_REDIS_REST_URL: 'http://127.0.0.1:1' };
    expect(faultsOf({ ...local, TURSO_DATABASE_URL: 'http://127.0.0.1:2' })).toEqual([]);
    expect(faultsOf({ ...local, TURSO_DATABASE_URL: 'ws://127.0.0.1:2' })).toHaveLength(1);
    expect(faultsOf({ ...local, TURSO_DATABASE_URL: 'libsql://127.0.0.1:2?tls=0' })).toHaveLength(1);
  });

  it('names the engines it can choose from', () => {
    expect(faultsOf({ INFERENCE_ENGINE: 'kernel' })).toEqual([]);
    expect(faultsOf({ INFERENCE_ENGINE: 'fastest' })[0]).toMatch(/^INFERENCE_ENGINE: .*"kernel"/);
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

  it.each([
    ['nothing', undefined],
    ['an empty text', ''],
    ['a key too short', publicKey.slice(2)],
    ['capitals', publicKey.toUpperCase()],
    ['32 bytes that are no key', `02${'0'.repeat(62)}`],
    ['an empty place in the list', `${publicKey},`],
    ['one bad key among good ones', `${publicKey},${'f'.repeat(64)}`],
  ])('refuses %s for the keys whose bundles it serves, by its name', (_, keys) => {
    const faults = faultsOf({ BUNDLE_PUBLIC_KEYS: keys });
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(/^BUNDLE_PUBLIC_KEYS: /);
  });

  it('takes several keys, and hashes them with what a decision depends on', () => {
    const other = '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c';
    const one = parseConfig(valid);
    const two = parseConfig({ ...valid, BUNDLE_PUBLIC_KEYS: `${publicKey}, ${other}` });
    expect(two.ok && two.value.bundlePublicKeys).toEqual([publicKey, other]);
    expect(one.ok && two.ok && one.value.hash !== two.value.hash).toBe(true);
  });

  it('seals only by a key whose seals can be checked', () => {
    const seed = '5'.repeat(64);
    const pinned = ed25519PublicKey(seed);
    const sealing = parseConfig({ ...valid, SEAL_SIGNING_KEY: seed, SEAL_PUBLIC_KEYS: pinned });
    expect(sealing.ok && [sealing.value.sealSigningKey, sealing.value.sealPublicKeys]).toEqual([
      seed,
      [pinned],
    ]);
    const other = parseConfig(valid);
    expect(other.ok && [other.value.sealSigningKey, other.value.sealPublicKeys]).toEqual([null, [publicKey]]);
    expect(faultsOf({ SEAL_SIGNING_KEY: seed })[0]).toMatch(/^SEAL_SIGNING_KEY: its public half/);
    expect(faultsOf({ SEAL_SIGNING_KEY: 'hush', SEAL_PUBLIC_KEYS: pinned })[0]).toMatch(
      /^SEAL_SIGNING_KEY: /,
    );
    expect(faultsOf({ SEAL_PUBLIC_KEYS: 'x' })[0]).toMatch(/^SEAL_PUBLIC_KEYS: /);
  });

  it('does not forget the seals of a production log without a word', () => {
    expect(faultsOf({ SEAL_SIGNING_KEY: undefined })).toEqual([expect.stringMatching(/^SEAL_SIGNING_KEY: /)]);
    expect(faultsOf({ SEAL_PUBLIC_KEYS: undefined })).toEqual([expect.stringMatching(/^SEAL_PUBLIC_KEYS: /)]);
    expect(faultsOf({ SEAL_PUBLIC_KEYS: '' })).toHaveLength(1);
    const unsealed = { SEAL_SIGNING_KEY: undefined, SEAL_PUBLIC_KEYS: undefined };
    expect(faultsOf(unsealed)).toHaveLength(2);
    expect(faultsOf({ ...unsealed, ENVIRONMENT: 'local' })).toEqual([]);
  });

  it('leaves no room for more waiting records than a quarter of a 128 MB isolate', () => {
    expect(faultsOf({ LOG_PENDING_BYTES_MAX: String(32 * 2 ** 20) })).toEqual([]);
    expect(faultsOf({ LOG_PENDING_BYTES_MAX: String(32 * 2 ** 20 + 1) })).toHaveLength(1);
  });
});

describe('what the catalog is loaded by', () => {
  it('is known where other settings are faulty', () => {
    expect(parseCatalogConfig({ MODELS: 'a, b', BUNDLE_PUBLIC_KEYS: publicKey })).toEqual({
      names: ['a', 'b'],
      publicKeys: [publicKey],
      allowTestBundles: true,
      engine: 'kernel-or-ort',
    });
    expect(parseCatalogConfig({ INFERENCE_ENGINE: 'ort' })).toMatchObject({ engine: 'ort' });
    expect(parseCatalogConfig({ ENVIRONMENT: 'production' })).toMatchObject({ allowTestBundles: false });
    expect(parseCatalogConfig({ ENVIRONMENT: 'local' })).toMatchObject({ allowTestBundles: true });
  });

  it('is nothing where MODELS is faulty itself', () => {
    expect(parseCatalogConfig({ MODELS: '' })).toMatchObject({ names: [] });
  });

  it('trusts nobody where BUNDLE_PUBLIC_KEYS is faulty', () => {
    expect(parseCatalogConfig({})).toMatchObject({ publicKeys: [] });
    expect(parseCatalogConfig({ BUNDLE_PUBLIC_KEYS: `${publicKey},x` })).toMatchObject({ publicKeys: [] });
  });
});

describe('OPERATOR_HEARTBEAT_MS_MAX', () => {
  it('has to be said, also where it is off', () => {
    const { OPERATOR_HEARTBEAT_MS_MAX: _, ...unsaid } = valid;
    const config = parseConfig(unsaid);
    expect(config.ok ? [] : config.error).toEqual([expect.stringMatching(/^OPERATOR_HEARTBEAT_MS_MAX: /)]);
    for (const [text, ms] of [
      ['0', 0],
      ['1000', 1_000],
      ['86400000', 86_400_000],
    ] as const) {
      const said = parseConfig({ ...valid, OPERATOR_HEARTBEAT_MS_MAX: text });
      expect(said.ok && said.value.operatorHeartbeatMsMax).toBe(ms);
    }
  });

  it.each(['', '-1', '1', '999', '1e9', 'off', '100000000'])('is not %j', (text) => {
    const config = parseConfig({ ...valid, OPERATOR_HEARTBEAT_MS_MAX: text });
    expect(config.ok).toBe(false);
  });
});

describe('HALT_KEYS', () => {
  const [first, second] = ['a'.repeat(64), 'b'.repeat(64)];
  const haltKeysOf = (text: string) => {
    const config = parseConfig({ ...valid, HALT_KEYS: text });
    return config.ok ? config.value.haltKeys : config.error;
  };

  it('are ids and the SHA-256 of their secrets, none by default', () => {
    expect(haltKeysOf('')).toEqual([]);
    expect(haltKeysOf(`desk:${first}, pager_2:${second}`)).toEqual([
      { id: 'desk', secretSha256: first },
      { id: 'pager_2', secretSha256: second },
    ]);
  });

  it.each([
    'desk',
    `desk:${'A'.repeat(64)}`,
    `de sk:${'a'.repeat(64)}`,
    'desk:secret',
    `desk:${'a'.repeat(64)},`,
  ])('are not %s', (text) => {
    expect(haltKeysOf(text)).toEqual([expect.stringMatching(/^HALT_KEYS: takes/)]);
  });

  it('name no id twice, and change nothing of what decisions depend on', () => {
    expect(haltKeysOf(`desk:${first},desk:${second}`)).toEqual(['HALT_KEYS: names an id twice']);
    const [without, having] = [{}, { HALT_KEYS: `desk:${first}` }].map((more) =>
      parseConfig({ ...valid, ...more }),
    );
    if (!without?.ok || !having?.ok) throw new Error('faulty');
    expect(having.value.hash).toBe(without.value.hash);
  });
});

describe('the README', () => {
  it('tells of every setting', () => {
    const source = readFileSync('src/config.ts', 'utf8');
    const names = [...source.matchAll(/^ {2}([A-Z][A-Z0-9_]+): /gm)].map(([, name]) => name);
    expect(names.length).toBeGreaterThan(20);
    const readme = readFileSync('README.md', 'utf8');
    expect(names.filter((name) => !readme.includes(`\`${name}\``))).toEqual([]);
  });
});
