// Forms: drafts, sending by keys, conditions, saved ticks, the guard.
import { $, $$, on, word } from './core.js';
import { visible } from './conditions.js';

export function showFields(form) {
  const boxes = $$('[data-field]', form);
  if (!boxes.some((b) => b.dataset.showIf)) return;
  const raw = {};
  for (const [k, v] of new FormData(form)) if (typeof v === 'string' || v.size) (raw[k] ??= []).push(typeof v === 'string' ? v : v.name);
  const fields = boxes.map((b) => ({ key: b.dataset.field, showIf: b.dataset.showIf && JSON.parse(b.dataset.showIf), yesNo: 'yesNo' in b.dataset }));
  const keys = visible(fields, raw);
  for (const b of boxes) b.hidden = !keys.has(b.dataset.field);
}

const dirty = new Set();

async function saveDrafts() {
  for (const form of $$('form[data-draft-url]')) {
    if (!form.unsaved || form.saving) continue;
    form.unsaved = false;
    form.saving = true;
    const data = new FormData(form);
    for (const [k, v] of [...data]) if (typeof v !== 'string') data.delete(k);
    const done = await fetch(form.dataset.draftUrl, { method: 'POST', body: new URLSearchParams(data) }).catch(() => null);
    await done?.text().catch(() => '');
    form.saving = false;
    if (!done?.ok) { form.unsaved = true; continue; }
    dirty.delete(form);
    const state = $('.draft-state', form), time = new Date().toLocaleTimeString(document.documentElement.lang, { hour: 'numeric', minute: '2-digit' });
    if (state) state.textContent = word('saved', { time });
  }
}

// Asks before typed text is lost. A form that keeps a draft loses none.
export const mayLeave = () => {
  for (const form of dirty) if (!form.isConnected) dirty.delete(form);
  return !dirty.size || window.confirm(word('leave'));
};
export const forget = (form) => { dirty.delete(form); form.unsaved = false; };

export function startForms() {
  setInterval(saveDrafts, 10000);
  on('visibilitychange', () => { if (document.hidden) saveDrafts(); });
  const changed = (e) => {
    const form = e.target.form ?? e.target.closest?.('form');
    if (!form) return;
    showFields(form);
    if (form.dataset.draftUrl) form.unsaved = true;
    if (form.matches('[data-guard]') && e.target.matches('textarea, input:not([type=radio])')) dirty.add(form);
    const files = e.target.matches('.attach input') && $('.attached', form);
    if (files) files.textContent = [...e.target.files].map((f) => f.name).join(', ');
    if (e.type === 'change' && form.matches('[data-autosubmit]')) form.requestSubmit();
  };
  on('input', changed);
  on('change', changed);
  on('keydown', (e) => {
    if (e.key === 'Enter' && (e.ctrlKey || e.metaKey) && e.target.matches?.('[data-send]')) e.target.form.requestSubmit();
  });
  window.addEventListener('beforeunload', (e) => {
    for (const form of dirty) if (!form.isConnected) dirty.delete(form);
    if (dirty.size) e.preventDefault();
  });
}
