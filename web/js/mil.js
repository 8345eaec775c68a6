// Starts everything, and puts pages in place that htmx has loaded.
// What each data attribute means: app/src/ui/hooks.md.
import { $, $$, on, readWords, say, toast, watchToast, word } from './core.js';
import { startBoard } from './board.js';
import { showBulk, startBulk } from './bulk.js';
import { startCheck } from './check.js';
import { startCombo } from './combo.js';
import { forget, mayLeave, showFields, startForms } from './editor.js';
import { startKeys } from './keys.js';
import { startDesk } from './desk.js';
import { startLive, tick } from './live.js';
import { watchTus } from './tus.js';
import { showProof, startProofs } from './proof.js';
import { startSuggest } from './suggest.js';
import { startUpload, watchDrop } from './upload.js';
import { startWrite } from './write.js';

let whole = null, moved = null;

// After the first load and after every swap.
function ready(root) {
  const all = (css) => [...(root.matches?.(css) ? [root] : []), ...$$(css, root)];
  all('[data-combo]').forEach(startCombo);
  all('[data-suggest]').forEach(startSuggest);
  all('form').forEach(showFields);
  all('[data-bulk]').forEach((f) => showBulk(f));
  all('[data-upload]').forEach(watchDrop);
  all('[data-tus]').forEach(watchTus);
  all('[data-toast]').forEach(watchToast);
  startDesk(root);
  showProof(root);
  startLive();
  tick();
}

const isPage = (text) => /^\s*<!doctype html/i.test(text);

// A whole page has come for a link or form: take its parts, or load it plainly.
function place(e) {
  const d = e.detail, text = d.serverResponse ?? '';
  if (!isPage(text)) {
    if (d.xhr.status >= 400) fail(d.xhr);
    return;
  }
  const root = document.documentElement, page = new DOMParser().parseFromString(text, 'text/html');
  const there = page.documentElement;
  if (there.dataset.shell !== root.dataset.shell || there.dataset.build !== root.dataset.build || !$('#main', page)) {
    d.shouldSwap = false;
    const url = d.xhr.responseURL;
    if (d.xhr.status < 400 && url) location.assign(url);
    else toast($('h1', page)?.textContent || word('failed'));
    return;
  }
  d.shouldSwap = true;
  d.isError = false;
  d.target = $('#main');
  d.selectOverride = '#main';
  const at = new URL(d.xhr.responseURL || location.href), same = at.pathname === location.pathname;
  d.swapOverride = same && d.xhr.status < 400 ? 'outerHTML' : 'outerHTML show:window:top';
  whole = { same };
  for (const id of ['nav', 'tabs', 'tools', 'toasts']) {
    const now = document.getElementById(id), then = page.getElementById(id);
    if (!now || !then || (id === 'toasts' && !then.children.length)) continue;
    now.replaceWith(then);
    htmx.process(then);
    ready(then);
  }
  for (const name of ['lang', 'data-theme', 'style']) {
    if (there.hasAttribute(name)) root.setAttribute(name, there.getAttribute(name)); else root.removeAttribute(name);
  }
  for (const name of ['data-keys', 'data-words']) document.body.setAttribute(name, page.body.getAttribute(name));
  readWords();
}

function fail(xhr) {
  let text = '';
  try { text = JSON.parse(xhr.responseText).detail; } catch { /* not a problem document */ }
  toast(text || word('failed'));
}

// The focus goes to the errors, to the card that moved, or to the heading.
function settle() {
  if (!whole) return;
  const { same } = whole;
  whole = null;
  const card = moved && document.getElementById(moved.id);
  if (moved) say(moved.text);
  moved = null;
  if (card) { card.focus(); return; }
  const main = $('#main'), errors = $('#errors', main);
  if (!errors && same && document.activeElement && document.activeElement !== document.body) return;
  const at = errors ?? $('[autofocus]', main) ?? $('h1', main) ?? main;
  if (at.matches('h1')) at.tabIndex = -1;
  at.focus({ preventScroll: !errors });
}

function start() {
  readWords();
  startBoard();
  startBulk();
  startCheck();
  startForms();
  startWrite();
  startKeys();
  startProofs();
  startUpload();
  setInterval(tick, 60000);
  on('htmx:load', (e) => ready(e.detail.elt));
  on('htmx:beforeSwap', place);
  on('htmx:afterSettle', settle);
  on('htmx:sendError', () => toast(word('failed')));
  // A form with errors keeps the address of the page it stands on.
  on('htmx:beforeHistoryUpdate', (e) => { if (e.detail.xhr?.status >= 400) Object.assign(e.detail.history, { type: 'replace', path: location.pathname + location.search }); });
  on('htmx:beforeRequest', (e) => {
    const by = e.detail.requestConfig?.triggeringEvent?.submitter, form = e.target;
    if (e.detail.boosted && form.matches('a') && !mayLeave()) { e.preventDefault(); return; }
    if (by?.getAttribute('aria-busy')) { e.preventDefault(); return; }
    by?.setAttribute('aria-busy', 'true');
    if (form.matches('[data-move]') && by) {
      const card = form.closest('.kc');
      moved = { id: card.id, text: word('moved', { number: card.dataset.number, stage: by.textContent }) };
    }
  });
  on('htmx:afterRequest', (e) => {
    e.detail.requestConfig?.triggeringEvent?.submitter?.removeAttribute('aria-busy');
    if (e.detail.successful && e.target.matches?.('form')) forget(e.target);
    if (!e.detail.successful) moved = null;
  });
  on('mil:say', (e) => say(e.detail.value));
  on('mil:toast', (e) => toast(e.detail.text, e.detail.undo));
  ready(document.body);
}

document.addEventListener('DOMContentLoaded', start);
