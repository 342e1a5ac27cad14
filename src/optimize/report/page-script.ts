/**
 * Shows what a mark says at the pointer. The marks carry it as <title>, which browsers show by themselves after a
 * while; without this script nothing is lost but the hurry.
 */
export const PAGE_SCRIPT = `
'use strict';
const tip = document.createElement('div');
tip.className = 'tip';
tip.hidden = true;
document.body.append(tip);
const words = new WeakMap();
for (const title of document.querySelectorAll('.hit > title')) {
  words.set(title.parentElement, title.textContent);
  title.remove();
}
const show = (event) => {
  const mark = event.target instanceof Element ? event.target.closest('.hit') : null;
  tip.hidden = mark === null || !words.has(mark);
  if (tip.hidden) return;
  tip.textContent = words.get(mark);
  const { clientWidth, clientHeight } = document.documentElement;
  const left = Math.min(event.clientX + 14, clientWidth - tip.offsetWidth - 8);
  const below = event.clientY + 18;
  tip.style.left = Math.max(8, left) + 'px';
  tip.style.top = (below + tip.offsetHeight > clientHeight ? event.clientY - tip.offsetHeight - 12 : below) + 'px';
};
document.addEventListener('pointermove', show);
document.addEventListener('pointerdown', show);
document.addEventListener('scroll', () => { tip.hidden = true; }, { passive: true });
`;
