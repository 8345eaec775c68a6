// The agent's page: who else is here, links to copy, names after an @.
import { $, $$, on, el, say, word } from './core.js';
import { listKeys, option } from './combo.js';

let beating = 0, typedAt = 0;

// Says that the reader is here, every 20 seconds while the page is in view.
async function beat() {
  const box = $('[data-presence]');
  if (!box || document.hidden) return;
  const writing = Date.now() - typedAt < 30000;
  await htmx.ajax('POST', box.dataset.presence, { source: box, target: box, swap: 'outerHTML', values: writing ? { writing: 'yes' } : {} });
}

function mention(area) {
  if (area.ready) return;
  area.ready = true;
  const list = el('div', { class: 'menu mention-list', role: 'listbox', id: `${area.id}-names`, 'aria-label': '@' });
  list.hidden = true;
  area.after(list);
  let from = -1, turn = 0;
  const close = () => { list.hidden = true; area.removeAttribute('aria-activedescendant'); };
  const mark = listKeys(area, list, (o) => {
    const end = area.selectionStart, name = `${o.firstChild.textContent} `;
    area.setRangeText(name, from + 1, end, 'end');
    close();
    area.dispatchEvent(new Event('input', { bubbles: true }));
  }, close);
  area.addEventListener('input', async () => {
    const upTo = area.value.slice(0, area.selectionStart), at = upTo.search(/(^|[\s(])@[^@\n]{0,30}$/), mine = ++turn;
    if (at < 0) return close();
    from = upTo.indexOf('@', at);
    const q = upTo.slice(from + 1);
    let found = [];
    try { found = await (await fetch(`${area.dataset.mentions}?q=${encodeURIComponent(q)}`)).json(); } catch { /* no names then */ }
    if (mine !== turn) return;
    if (!found.length || found.some((f) => f.label === q.trim())) return close();
    list.replaceChildren(...found.slice(0, 8).map((f) => option(f.label, f.hint, f.value)));
    list.hidden = false;
    mark(0);
    say(word('results', { n: found.length }));
  });
  area.addEventListener('blur', close);
}

export function startDesk(root) {
  $$('[data-mentions]', root).forEach(mention);
  if ($('[data-presence]') && !beating) { beating = setInterval(beat, 20000); setTimeout(beat, 500); }
}

on('input', (e) => {
  if (!e.target.matches?.('[data-mentions]')) return;
  const began = Date.now() - typedAt > 30000;
  typedAt = Date.now();
  if (began) beat();
});
on('click', async (e) => {
  const b = e.target.closest?.('[data-copy]');
  if (!b) return;
  try { await navigator.clipboard.writeText(new URL(b.dataset.copy, location.href).href); say(word('copied')); } catch { say(word('failed')); }
});
