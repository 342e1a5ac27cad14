import { parentPort } from 'node:worker_threads';
import './native-base64.ts';
import { simulate } from './simulation.ts';
import { createWorld } from './world.ts';

/** One of the threads of `npm run simulate`: a seed in, its report out. */
const port = parentPort;
if (!port) throw new Error('this module is a worker thread');
const world = await createWorld();
port.on('message', (seed: number) => {
  void simulate(seed, world).then(
    (report) => port.postMessage(report),
    (failure: unknown) => {
      throw failure;
    },
  );
});
