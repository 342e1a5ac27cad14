import { cloudflareTest } from '@cloudflare/vitest-plugin';
import { defineConfig } from 'vitest/config';

/** Tests inside workerd: its own, and those of the pure parts and edges, which so run on Node and where they are deployed. */
const insideWorkerd = {
  include: ['test/workerd/**/*.test.ts', 'test/{core,features,decision,control,http}/**/*.test.ts'],
  // These read the price history or WebAssembly from disk, or bring up a Redis; workerd has neither disk nor processes.
  exclude: [
    'test/core/wasm-ed25519.test.ts',
    'test/core/wasm-sha256.test.ts',
    'test/features/{bar,daily-v1,vector}.test.ts',
    'test/control/{control,rate-bound,sync,sync-cost,failed-login-limiter,restrict,resume,use-signature}.test.ts',
    'test/control/breakers/{breaker-operator,fleet-breaker,shared-breakers}.test.ts',
    'test/decision/idempotency.test.ts',
    'test/control/keys/key-verbs.test.ts',
    'test/http/{audit-routes,ladder,market-data,models,replay-decision,restore-decision,shedding}.test.ts',
    'test/http/keys/key-routes.test.ts',
    'test/http/overrides/override-routes.test.ts',
    'test/control/overrides/*.test.ts',
    'test/http/control/*.test.ts',
    'test/control/operator-heartbeat.test.ts',
  ],
};

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/workerd/**', 'test/runtimes/**'],
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
      {
        plugins: [
          cloudflareTest({
            miniflare: {
              compatibilityDate: '2026-08-15',
              compatibilityFlags: ['nodejs_compat'],
              r2Buckets: ['MODELS_BUCKET'],
              ratelimits: { SHIELD: { namespace_id: '1', simple: { limit: 3, period: 60 } } },
            },
          }),
        ],
        test: { name: 'workerd', ...insideWorkerd, testTimeout: 60_000 },
      },
      {
        test: {
          name: 'runtimes',
          include: ['test/runtimes/**/*.test.ts'],
          fileParallelism: false,
          // After the others: these start whole stacks, and share two cores with nobody.
          sequence: { groupOrder: 1 },
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
