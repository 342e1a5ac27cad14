import { digestOfMath } from './math-digest.ts';

/** GET /?count=N&seed=N answers the digest as JSON, on workerd. */
export default {
  fetch(request: Request): Response {
    const { searchParams } = new URL(request.url);
    return Response.json(digestOfMath(Number(searchParams.get('count')), Number(searchParams.get('seed'))));
  },
};
