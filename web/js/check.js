// Forms with data-check: each answer is tried by the server's own rule when its field is left.
import { $, el, on } from './core.js';

async function checkField(e) {
  const form = e.target.closest?.('form[data-check]'), box = e.target.closest?.('[data-field]');
  if (!form || !box || e.target.type === 'file') return;
  const data = new FormData(form), name = box.dataset.field;
  for (const [k, v] of [...data]) if (typeof v !== 'string') data.delete(k);
  // The answer is read even if the field is gone by then: unread, it would hold its connection.
  const got = await fetch(form.dataset.check + name, { method: 'POST', headers: { Accept: 'application/json' }, body: new URLSearchParams(data) })
    .then((r) => (r.ok ? r.json() : r.text().then(() => null)), () => null).catch(() => null);
  if (got && box.isConnected) showError(box, name, got.error);
}

function showError(box, name, text) {
  const id = `f-${name}-error`, input = document.getElementById(`f-${name}`), old = document.getElementById(id);
  const by = (input?.getAttribute('aria-describedby') ?? '').split(' ').filter((one) => one && one !== id);
  box.classList.toggle('invalid', !!text);
  old?.remove();
  if (text) {
    const error = el('p', { class: 'error', id }, text);
    ($('.hint', box)?.id === `f-${name}-hint` ? $('.hint', box) : $('.label, .legend', box))?.after(error);
    by.push(id);
  }
  input?.toggleAttribute('aria-invalid', false);
  if (text) input?.setAttribute('aria-invalid', 'true');
  if (by.length) input?.setAttribute('aria-describedby', by.join(' ')); else input?.removeAttribute('aria-describedby');
}

export const startCheck = () => on('change', checkField);
