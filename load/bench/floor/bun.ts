/// <reference path="../../../functions/runtimes.d.ts" />
import { bunDigests } from '../../../functions/bun-digests.ts';
import { copiedHeaders } from '../../../functions/copied-headers.ts';
import { createFloor } from './floor.ts';

const sha256 = Bun.file(`${import.meta.dir}/../../../src/core/sha256.wasm`);
Bun.serve({
  hostname: '127.0.0.1',
  port: Number(Bun.env['PORT']),
  fetch: createFloor({
    sha256Module: new WebAssembly.Module(await sha256.arrayBuffer()),
    nativeDigests: bunDigests,
    respond: copiedHeaders(),
  }),
});
