import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../src/local/build-worker.ts';

const run = promisify(execFile);

describe('wrangler', () => {
  it('builds and packs what would be deployed, with the production bundle and no test bundle', async () => {
    const wrangler = join(ROOT, 'node_modules/wrangler/bin/wrangler.js');
    const { stdout } = await run(process.execPath, [wrangler, 'deploy', '--dry-run'], {
      cwd: ROOT,
      env: { ...process.env, CI: '1', NO_COLOR: '1', WRANGLER_SEND_METRICS: 'false' },
    });
    expect(stdout).toMatch(/ort-wasm-simd-threaded\.wasm +│ compiled-wasm/);
    expect(stdout).toContain('bundles/spx-1d/model.onnx');
    expect(stdout).not.toContain('bundles/active');
    expect(stdout).toContain('--dry-run: exiting now.');
  });
});
