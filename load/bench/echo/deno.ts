/// <reference path="../../../functions/runtimes.d.ts" />
import { echo } from './echo.ts';

Deno.serve({ hostname: '127.0.0.1', port: Number(Deno.env.get('PORT')), onListen: () => undefined }, echo);
