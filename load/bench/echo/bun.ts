/// <reference path="../../../functions/runtimes.d.ts" />
import { echo } from './echo.ts';

Bun.serve({ hostname: '127.0.0.1', port: Number(Bun.env['PORT']), fetch: echo });
