// Keyboard: single keys in the workspace, dialogs, and the palette.
import { $, $$, on, el, say, word, wordList } from './core.js';
import { listKeys, option } from './combo.js';
import { clearBulk } from './bulk.js';

let go = 0;
const typing = (t) => t.isContentEditable || (t.matches?.('input, textarea, select') && !t.matches('[type=checkbox], [type=radio]'));
const rows = () => $$('[data-rows] tbody tr:not(.grp), .kc');

function step(by) {
  const all = rows(), at = all.indexOf(document.activeElement?.closest('tr, .kc'));
  if (!all.length) return press(by > 0 ? 'j' : 'k');
  const row = all[Math.min(all.length - 1, Math.max(0, at < 0 ? (by > 0 ? 0 : all.length - 1) : at + by))];
  $('a', row)?.focus();
}

// Presses what carries the key: in the present row first, then anywhere.
function press(key) {
  const here = document.activeElement?.closest('tr, .kc');
  const thing = (here && $(`[data-key="${key}"]`, here)) ?? $$(`[data-key="${key}"]`).find((t) => !t.closest('.kc'));
  if (!thing) return false;
  if (thing.matches('input, select, textarea')) { thing.focus(); if (thing.type === 'radio') { thing.click(); $('textarea', thing.form)?.focus(); } }
  else thing.click();
  return true;
}

function help() {
  const list = el('dl', { class: 'props' });
  for (const [keys, text] of wordList('keyList')) list.append(el('dt', {}, ...keys.split(' ').flatMap((k) => [el('kbd', {}, k), ' '])), el('dd', {}, text));
  const box = el('dialog', { class: 'dialog', 'aria-label': word('keys') }, el('h2', {}, word('keys')), list,
    el('div', { class: 'acts' }, el('button', { class: 'btn', 'data-close': true }, word('close'))));
  box.addEventListener('close', () => box.remove());
  document.body.append(box);
  box.showModal();
}

function single(e) {
  const key = e.key.toLowerCase();
  if (go && Date.now() - go < 1500) {
    go = 0;
    const place = $(`[data-go="${CSS.escape(key)}"]`);
    if (place) { place.click(); return true; }
  }
  if (key === 'g') { go = Date.now(); return true; }
  if (key === 'j' || key === 'k') { step(key === 'j' ? 1 : -1); return true; }
  if (key === '?') { help(); return true; }
  if (key === 'x') { const tick = $('input.tick', document.activeElement?.closest('tr')); tick?.click(); return !!tick; }
  return /^[a-z]$/.test(key) && press(key);
}

function startPalette() {
  const box = $('#palette');
  if (!box) return;
  const input = $('input', box), list = $('[role=listbox]', box);
  let turn = 0;
  const mark = listKeys(input, list, (o) => {
    box.close();
    const { href, action } = o.dataset;
    if (action) {
      const at = action.startsWith('#') && $(action);
      if (at) { at.focus(); at.click(); return; }
      const form = el('form', { method: 'post', action });
      document.body.append(form);
      htmx.process(form);
      form.requestSubmit();
    } else { const a = el('a', { href }); document.body.append(a); htmx.process(a); a.click(); a.remove(); }
  });
  const load = async () => {
    const mine = ++turn, q = input.value.trim();
    await new Promise((r) => setTimeout(r, q ? 120 : 0));
    if (mine !== turn) return;
    let found = [];
    try { found = await (await fetch(`${box.dataset.src}?q=${encodeURIComponent(q)}&at=${encodeURIComponent(location.pathname)}`)).json(); } catch { /* shown as no match */ }
    if (mine !== turn) return;
    let group = null, part = null;
    list.replaceChildren();
    for (const f of found) {
      if (f.group !== group) {
        group = f.group;
        part = el('div', { role: 'group', 'aria-label': group }, el('p', { class: 'nav-h', 'aria-hidden': 'true' }, group));
        list.append(part);
      }
      const o = option(f.label, f.hint, '');
      if (f.action) o.dataset.action = f.action; else o.dataset.href = f.href;
      part.append(o);
    }
    if (!found.length) list.append(el('p', { class: 'nav-h' }, word('none')));
    mark(found.length ? 0 : -1);
    say(found.length ? word('results', { n: found.length }) : word('none'));
  };
  input.addEventListener('input', load);
  box.open_ = () => { if (box.open) return; input.value = ''; list.replaceChildren(); box.showModal(); load(); };
  box.addEventListener('click', (e) => { if (e.target === box) box.close(); });
}

export function startKeys() {
  startPalette();
  on('keydown', (e) => {
    if (e.defaultPrevented || e.isComposing) return;
    if ((e.ctrlKey || e.metaKey) && e.key.toLowerCase() === 'k' && $('#palette')) { e.preventDefault(); $('#palette').open_(); return; }
    if (e.key === 'Escape' && !$('dialog[open], [popover]:popover-open')) {
      const menu = $('details.drop-down[open]');
      if (menu) { menu.open = false; $('summary', menu).focus(); } else clearBulk();
      return;
    }
    if (e.ctrlKey || e.metaKey || e.altKey || typing(e.target) || $('dialog[open]')) return;
    if (e.key === '/') { const q = $('#main input[type=search], #main [role=search] input'); if (q) { e.preventDefault(); q.focus(); } return; }
    if (document.body.dataset.keys === 'on' && single(e)) e.preventDefault();
  });
  // Arrows in a menu, as everywhere.
  on('keydown', (e) => {
    const menu = e.target.closest?.('[data-menu]');
    const by = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    if (!menu || !by) return;
    e.preventDefault();
    const all = $$('.mi', menu);
    all[(all.indexOf(e.target) + by + all.length) % all.length]?.focus();
  });
  on('toggle', (e) => { if (e.newState === 'open' && e.target.matches?.('[data-menu]')) $('.mi', e.target)?.focus(); }, true);
  on('click', (e) => {
    const t = e.target.closest?.('[data-palette], [data-dialog], [data-close], [data-dismiss], [aria-disabled=true], details.drop-down');
    for (const d of $$('details.drop-down[open]')) if (d !== t) d.open = false;
    if (!t) return;
    if (t.matches('[aria-disabled=true]')) { e.preventDefault(); e.stopPropagation(); say(t.title); }
    else if (t.matches('[data-palette]') && $('#palette')) { e.preventDefault(); e.stopPropagation(); $('#palette').open_(); }
    else if (t.dataset.dialog) { e.preventDefault(); $(`#${CSS.escape(t.dataset.dialog)}`)?.showModal(); }
    else if ('close' in t.dataset) t.closest('dialog')?.close();
    else if ('dismiss' in t.dataset) t.closest('[data-toast]')?.remove();
  }, true);
}
