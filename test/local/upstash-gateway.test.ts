import { openEmbeddedRedis, openRealRedis, redisBinary } from './redis-backends.ts';
import { describeRedisConformance } from './redis-conformance.ts';

describeRedisConformance('redis-server', redisBinary === null, openRealRedis);
describeRedisConformance('the embedded store', false, openEmbeddedRedis);
