/// <reference path="../../../functions/runtimes.d.ts" />
import { copiedHeaders } from '../../../functions/copied-headers.ts';
import sha256Module from '../../../src/core/sha256.wasm';
import { createFloor } from './floor.ts';

export default { fetch: createFloor({ sha256Module, nativeDigests: {}, respond: copiedHeaders() }) };
