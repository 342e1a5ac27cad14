import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildWorker, ROOT, SHIPPED_BUNDLES } from '../../src/local/build-worker.ts';
import { modulesAtStart } from '../../src/local/modules-at-start.ts';

const outDir = mkdtempSync(join(tmpdir(), 'worker-start-'));
afterAll(() => rmSync(outDir, { recursive: true }));

describe('the code of a Worker', () => {
  let atStart: readonly string[];
  let names: readonly string[];

  beforeAll(async () => {
    const modules = await buildWorker({
      entry: join(ROOT, 'functions/cloudflare.ts'),
      outDir,
      bundlesDir: SHIPPED_BUNDLES,
      bundles: 'local',
      engines: 'kernel',
    });
    names = modules.map(({ name }) => name);
    atStart = modulesAtStart(outDir, modules);
  });

  const textOf = (of: readonly string[]): string =>
    of.map((name) => readFileSync(join(outDir, name), 'utf8')).join('');

  /** A word of each that no minifier touches. */
  it.each([
    ['zod', 'invalid_union_multiple|ZodDiscriminatedUnion'],
    ['the query builder', 'drizzle:'],
    ['Hono', 'HonoRequest|matchResult'],
    ['the limiter of failed logins', 'slidingWindow'],
    ['Ed25519 in JavaScript', 'precompute'],
  ])('has %s nowhere in what an isolate evaluates to start', (_, words) => {
    expect(textOf(atStart)).not.toMatch(new RegExp(words));
  });

  it('has what it loads on demand', () => {
    const onDemand = names.filter((name) => /\.m?js$/.test(name) && !atStart.includes(name));
    expect(textOf(onDemand)).toMatch(/ZodDiscriminatedUnion/);
    expect(textOf(onDemand)).toMatch(/drizzle:/);
  });

  it('has a program of each model that the kernel knows', () => {
    expect(names.filter((name) => name.endsWith('/program.bin'))).toHaveLength(2);
  });
});
