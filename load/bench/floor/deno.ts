/// <reference path="../../../functions/runtimes.d.ts" />
import { appendHeaders } from '../../../functions/append-headers.ts';
import { denoDigests } from '../../../functions/deno-digests.ts';
import { createFloor } from './floor.ts';

const sha256 = Deno.readFileSync(`${import.meta.dirname}/../../../src/core/sha256.wasm`);
Deno.serve(
  { hostname: '127.0.0.1', port: Number(Deno.env.get('PORT')), onListen: () => undefined },
  createFloor({
    sha256Module: new WebAssembly.Module(sha256),
    nativeDigests: denoDigests,
    respond: appendHeaders,
  }),
);
