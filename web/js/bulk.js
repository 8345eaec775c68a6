// Bulk selection: shift-range, the tick in the header, the count.
import { $, $$, on, say } from './core.js';

let last = null;
const ticks = (form) => $$('input.tick[name=ids]', form);

export function showBulk(form, aloud) {
  const all = ticks(form), n = all.filter((t) => t.checked).length;
  const head = $('[data-all]', form), count = $('[data-count]', form), more = $('[data-all-pages]', form);
  form.classList.toggle('on', n > 0);
  for (const t of all) t.closest('tr')?.classList.toggle('sel', t.checked);
  if (head) { head.checked = n > 0 && n === all.length; head.indeterminate = n > 0 && n < all.length; }
  if (more) { more.hidden = n === 0 || n < all.length; if (more.hidden) $('input', more).checked = false; }
  if (count) count.textContent = n === 1 ? count.dataset.one : count.dataset.many.replace('{n}', n);
  if (aloud && count) say(count.textContent);
}

export function clearBulk() {
  const form = $('[data-bulk].on');
  if (!form) return false;
  for (const t of ticks(form)) t.checked = false;
  showBulk(form, true);
  return true;
}

export function startBulk() {
  on('click', (e) => {
    const tick = e.target.closest?.('input.tick[name=ids]'), form = tick?.closest('[data-bulk]');
    if (e.target.closest?.('[data-clear]')) clearBulk();
    if (!form) return;
    const all = ticks(form), a = all.indexOf(last), b = all.indexOf(tick);
    if (e.shiftKey && a >= 0) for (const t of all.slice(Math.min(a, b), Math.max(a, b) + 1)) t.checked = tick.checked;
    last = tick;
    showBulk(form, true);
  });
  on('change', (e) => {
    if (!e.target.matches('[data-bulk] [data-all]')) return;
    const form = e.target.closest('[data-bulk]');
    for (const t of ticks(form)) t.checked = e.target.checked;
    showBulk(form, true);
  });
}
