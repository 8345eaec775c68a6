// Search fields with data-suggest: what is found appears under them while somebody types.
import { $, $$, el, say, word } from './core.js';
import { listKeys } from './combo.js';

let boxes = 0;

export function startSuggest(box) {
  if (box.ready) return;
  box.ready = true;
  const input = $('input[type=search]', box), id = `suggest-${++boxes}`;
  const name = $(`label[for="${input.id}"]`)?.textContent ?? '';
  const list = el('div', { class: 'menu suggest', role: 'listbox', id, 'aria-label': name });
  list.hidden = true;
  box.append(list);
  for (const [k, v] of Object.entries({ role: 'combobox', 'aria-expanded': 'false', 'aria-controls': id, 'aria-autocomplete': 'list' })) input.setAttribute(k, v);
  const close = () => { list.hidden = true; input.setAttribute('aria-expanded', 'false'); mark(-1); };
  const mark = listKeys(input, list, (o, e) => { if (e.type === 'keydown') o.click(); else close(); }, close);
  let turn = 0;
  input.addEventListener('input', async () => {
    const mine = ++turn, q = input.value.trim();
    if (!q) return close();
    await new Promise((r) => setTimeout(r, 150));
    if (mine !== turn) return;
    const text = await fetch(`${box.dataset.suggest}?q=${encodeURIComponent(q)}`, { headers: { 'HX-Request': 'true' } })
      .then((r) => (r.ok ? r.text() : ''), () => '').catch(() => '');
    if (mine !== turn || document.activeElement !== input) return;
    // The server's own page, made safe there; links in it are boosted as all others.
    const part = new DOMParser().parseFromString(text, 'text/html').body;
    list.replaceChildren(...part.childNodes);
    htmx.process(list);
    list.hidden = !list.children.length;
    input.setAttribute('aria-expanded', String(!list.hidden));
    mark(-1);
    const n = $$('[role=option]', list).length;
    say(n ? word('results', { n }) : word('none'));
  });
  input.addEventListener('blur', () => setTimeout(() => { if (!list.contains(document.activeElement)) close(); }, 150));
  box.addEventListener('submit', () => { turn++; close(); });
}
