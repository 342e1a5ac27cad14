import type { ToldNews } from '../../control/keys/news-of-keys.ts';

/** From when on isolates go by it, and whether they were told, as it goes over the wire. */
export const toldNews = ({ redis, effectiveByMs }: ToldNews) => ({
  redis,
  effectiveBy: new Date(effectiveByMs).toISOString(),
});
