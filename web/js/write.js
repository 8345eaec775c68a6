// The Markdown editor: buttons, keys, pasted pictures.
import { $, on } from './core.js';

const mdBox = () => $('#write #f-body');
const mdTell = (area) => area.dispatchEvent(new Event('input', { bubbles: true }));

function mdPut(area, text, from = area.selectionStart, to = area.selectionEnd) {
  area.focus();
  area.setSelectionRange(from, to);
  // Keeps the browser's own undo where it can.
  if (!document.execCommand('insertText', false, text)) { area.setRangeText(text, from, to, 'end'); mdTell(area); }
}

function mdAround(area, mark, word) {
  const { selectionStart: from, selectionEnd: to, value } = area, inner = value.slice(from, to) || word;
  mdPut(area, mark + inner + mark);
  area.setSelectionRange(from + mark.length, from + mark.length + inner.length);
}

function mdLines(area, prefix) {
  const { value, selectionEnd: to } = area, from = value.lastIndexOf('\n', area.selectionStart - 1) + 1;
  mdPut(area, (value.slice(from, to) || '').split('\n').map((line, n) => (typeof prefix === 'function' ? prefix(n) : prefix) + line).join('\n'), from, to);
}

const mdDeeds = {
  h2: (a) => mdLines(a, '## '),
  bold: (a) => mdAround(a, '**', '…'),
  italic: (a) => mdAround(a, '*', '…'),
  ul: (a) => mdLines(a, '- '),
  ol: (a) => mdLines(a, (n) => `${n + 1}. `),
  link: (a) => { const text = a.value.slice(a.selectionStart, a.selectionEnd) || '…'; mdPut(a, `[${text}](https://)`); },
  table: (a) => mdPut(a, '\n|  |  |\n|---|---|\n|  |  |\n'),
  image: () => $('#write #f-file')?.click(),
};

async function mdSend(area, file) {
  const form = area.form, data = new FormData();
  data.append('file', file, file.name || 'picture.png');
  const to = form.dataset.draftUrl.replace(/\/draft.*/, '/images');
  const got = await fetch(to, { method: 'POST', headers: { Accept: 'application/json' }, body: data }).then((r) => r.json(), () => null).catch(() => null);
  if (got?.markdown) mdPut(area, `\n${got.markdown}\n`);
  else if (got?.detail) { const state = $('.draft-state', form); if (state) state.textContent = got.detail; }
}

export function startWrite() {
  on('click', (e) => {
    const button = e.target.closest?.('[data-md]'), area = mdBox();
    if (button && area) mdDeeds[button.dataset.md]?.(area);
  });
  on('keydown', (e) => {
    const area = mdBox();
    if (!area || e.target !== area || !(e.ctrlKey || e.metaKey) || e.altKey) return;
    const deed = { b: 'bold', i: 'italic', k: 'link' }[e.key.toLowerCase()];
    if (!deed) return;
    e.preventDefault();
    e.stopImmediatePropagation();
    mdDeeds[deed](area);
  });
  on('paste', (e) => {
    const area = mdBox(), file = [...(e.clipboardData?.files ?? [])].find((f) => f.type.startsWith('image/'));
    if (area && e.target === area && file) { e.preventDefault(); mdSend(area, file); }
  });
}
