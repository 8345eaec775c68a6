// Combobox: over a <select>, or over an input with options from the server.
import { $, $$, el, say, word } from './core.js';

let next = 0;

// The keys of a list that an input controls. Returns the handler and a way to
// show what is active.
export function listKeys(input, list, choose, close) {
  let at = -1;
  const options = () => $$('[role=option]', list);
  const mark = (i) => {
    const all = options();
    at = all.length ? (i + all.length) % all.length : -1;
    all.forEach((o, k) => o.setAttribute('aria-selected', k === at));
    if (at >= 0) { input.setAttribute('aria-activedescendant', all[at].id); all[at].scrollIntoView({ block: 'nearest' }); }
    else input.removeAttribute('aria-activedescendant');
  };
  input.addEventListener('keydown', (e) => {
    const open = !list.hidden;
    if (e.key === 'ArrowDown' || e.key === 'ArrowUp') {
      e.preventDefault();
      if (!open) input.dispatchEvent(new Event('input')); else mark(at + (e.key === 'ArrowDown' ? 1 : at < 0 ? 0 : -1));
    } else if (open && at >= 0 && (e.key === 'Home' || e.key === 'End')) { e.preventDefault(); mark(e.key === 'Home' ? 0 : -1); }
    else if (open && e.key === 'Enter' && at >= 0) { e.preventDefault(); choose(options()[at], e); }
    else if (e.key === 'Escape' && open && close) { e.preventDefault(); e.stopPropagation(); close(); }
  });
  list.addEventListener('mousedown', (e) => e.preventDefault());
  list.addEventListener('click', (e) => { const o = e.target.closest('[role=option]'); if (o) choose(o, e); });
  return mark;
}

export const option = (label, hint, value) => {
  const o = el('div', { role: 'option', class: 'mi', id: `opt-${++next}`, 'aria-selected': 'false', 'data-value': value }, el('span', {}, label));
  if (hint) o.append(el('span', { class: 'end' }, hint));
  return o;
};

export function startCombo(box) {
  if (box.ready) return;
  box.ready = true;
  const select = $('select', box);
  const hidden = $('input[type=hidden]', box);
  let input = $('input.input', box);
  if (select) {
    const now = select.value ? select.selectedOptions[0].text : '';
    input = el('input', { class: 'input', id: select.id, autocomplete: 'off', value: now, placeholder: select.value ? '' : select.options[0]?.text ?? '' });
    for (const a of ['aria-describedby', 'aria-invalid']) if (select.hasAttribute(a)) input.setAttribute(a, select.getAttribute(a));
    select.removeAttribute('id');
    select.hidden = true;
    select.after(input);
  }
  input.removeAttribute('list');
  const list = el('div', { class: 'menu combo-list', role: 'listbox', id: `list-${++next}`, 'aria-label': $(`label[for="${input.id}"]`)?.textContent ?? '' });
  list.hidden = true;
  box.append(list);
  for (const [k, v] of Object.entries({ role: 'combobox', 'aria-expanded': 'false', 'aria-controls': list.id, 'aria-autocomplete': 'list' })) input.setAttribute(k, v);
  let shown = input.value;
  const set = (value, label) => {
    if (select) { select.value = value; select.dispatchEvent(new Event('change', { bubbles: true })); }
    else { hidden.value = value; hidden.dispatchEvent(new Event('change', { bubbles: true })); }
    input.value = shown = label;
  };
  const close = () => { list.hidden = true; input.setAttribute('aria-expanded', 'false'); input.removeAttribute('aria-activedescendant'); };
  const mark = listKeys(input, list, (o) => { set(o.dataset.value, o.firstChild.textContent); close(); }, () => { input.value = shown; close(); });
  const show = (found) => {
    list.replaceChildren(...found.slice(0, 50).map((f) => option(f.label, f.hint, f.value)));
    if (!found.length) list.append(el('p', { class: 'nav-h' }, word('none')));
    list.hidden = false;
    input.setAttribute('aria-expanded', 'true');
    mark(-1);
    say(found.length ? word('results', { n: found.length }) : word('none'));
  };
  let turn = 0;
  input.addEventListener('input', async () => {
    const q = input.value === shown ? '' : input.value.trim(), mine = ++turn;
    if (select) return show([...select.options].filter((o) => o.value && o.text.toLowerCase().includes(q.toLowerCase())).map((o) => ({ value: o.value, label: o.text })));
    await new Promise((r) => setTimeout(r, 150));
    if (mine !== turn) return;
    try {
      const got = await (await fetch(`${box.dataset.src}?q=${encodeURIComponent(q)}`, { headers: { Accept: 'application/json' } })).json();
      if (mine === turn) show(got);
    } catch { close(); }
  });
  input.addEventListener('click', () => { if (list.hidden) { input.select(); input.dispatchEvent(new Event('input')); } });
  input.addEventListener('blur', () => { ++turn; close(); if (input.value.trim() === '') set('', ''); else input.value = shown; });
}
