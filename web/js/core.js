// Small helpers that the other modules share.

export const $ = (css, root = document) => root.querySelector(css);
export const $$ = (css, root = document) => [...root.querySelectorAll(css)];
export const on = (type, fn, capture) => document.addEventListener(type, fn, capture);
let words = {};
export const readWords = () => { words = JSON.parse(document.body.dataset.words || '{}'); };
export const word = (key, values = {}) => (words[key] ?? '').replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
export const wordList = (key) => words[key] ?? [];

// A new element: attributes, then children. Text is never read as HTML.
export function el(tag, attrs = {}, ...kids) {
  const e = document.createElement(tag);
  for (const [k, v] of Object.entries(attrs)) if (v !== null && v !== false) e.setAttribute(k, v === true ? '' : v);
  e.append(...kids);
  return e;
}

// Reads a sentence out; cleared first, so that the same one is read again.
export function say(text) {
  const status = $('#status');
  if (!status || !text) return;
  status.textContent = '';
  setTimeout(() => { status.textContent = text; }, 60);
}

export function toast(text, undo) {
  const box = el('div', { class: 'toast', 'data-toast': true }, el('span', { class: 'grow' }, text));
  if (undo) box.append(el('form', { method: 'post', action: undo }, el('button', { class: 'btn btn-s' }, word('undo'))));
  box.append(el('button', { class: 'btn btn-s btn-icon', type: 'button', 'data-dismiss': true, 'aria-label': word('close') }, '×'));
  $('#toasts').replaceChildren(box);
  htmx.process(box);
  watchToast(box);
}

// Goes after ten seconds, but not while it is pointed at or holds the focus.
export function watchToast(box) {
  if (box.watched) return;
  box.watched = true;
  let timer;
  const go = () => { timer = setTimeout(() => box.remove(), 10000); };
  const stay = () => clearTimeout(timer);
  for (const t of ['pointerenter', 'focusin']) box.addEventListener(t, stay);
  for (const t of ['pointerleave', 'focusout']) box.addEventListener(t, () => { stay(); go(); });
  go();
}
