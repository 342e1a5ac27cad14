/** More than this share of safety HOLDs, and the figures are of something else than deciding. */
export const SAFETY_SHARE_MAX = 0.01;
