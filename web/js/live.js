// Live parts, and promises that count down.
import { $, $$, on, el, say, word, wordList } from './core.js';

let source = null;

// Parts with data-live fetch themselves anew; a conversation offers to.
async function refetch(part) {
  if (part.dataset.liveMode === 'offer') return offer(part);
  // Nothing changes under a card that is being dragged.
  if ($('.lift', part)) return later(part);
  if (part.contains(document.activeElement) && document.activeElement.matches('input, textarea, select')) return;
  await htmx.ajax('GET', part.dataset.src, { source: part, target: part, swap: 'outerHTML' });
  if (!part.dataset.presence) say(word('changed'));
}

async function offer(part) {
  const got = await fetch(part.dataset.src, { headers: { 'HX-Request': 'true' } }).then((r) => r.text().then((text) => (r.ok ? text : '')), () => '');
  const fresh = got && $(`#${CSS.escape(part.id)}`, new DOMParser().parseFromString(got, 'text/html'));
  if (!fresh) return;
  const known = new Set($$(':scope > li[id]', part).map((l) => l.id));
  const n = $$(':scope > li[id]', fresh).filter((l) => !known.has(l.id)).length;
  if (!n) return;
  let bar = $(`#${CSS.escape(part.id)}-new`);
  if (!bar) { bar = el('div', { id: `${part.id}-new`, role: 'status', class: 'new-bar' }); part.after(bar); }
  const b = el('button', { class: 'btn btn-s', type: 'button' }, n === 1 ? word('new1') : word('newN', { n }));
  b.addEventListener('click', () => {
    const first = $$(':scope > li[id]', fresh).find((l) => !known.has(l.id));
    part.replaceWith(fresh);
    htmx.process(fresh);
    bar.remove();
    first.tabIndex = -1;
    first.focus();
  });
  bar.replaceChildren(b);
}

export function startLive() {
  const url = document.body.dataset.liveUrl;
  if (!url || source || !$('[data-live]') || !window.EventSource) return;
  source = new EventSource(url);
  // After a break, or when the server had too much to say: look at everything.
  const all = () => { for (const part of $$('[data-live]')) later(part); };
  let opened = false;
  source.addEventListener('open', () => { if (opened) all(); opened = true; });
  source.addEventListener('resync', all);
  source.addEventListener('changed', (e) => document.dispatchEvent(new CustomEvent('mil:changed', { detail: { topic: e.data.trim() } })));
  window.addEventListener('pagehide', () => { source?.close(); source = null; });
}

const waiting = new Set();
function later(part) {
  if (waiting.has(part)) return;
  waiting.add(part);
  setTimeout(() => { waiting.delete(part); if (part.isConnected) refetch(part); }, 300);
}
on('mil:changed', ({ detail: { topic } }) => {
  for (const part of $$('[data-live]')) if (part.dataset.live.split(' ').includes(topic)) later(part);
});

// Working minutes in two units, as the server writes them.
export function span(minutes, day, [d, h, m]) {
  const days = Math.floor(minutes / day), hours = Math.floor((minutes % day) / 60), rest = (minutes % day) % 60;
  if (days) return hours ? `${days} ${d} ${hours} ${h}` : `${days} ${d}`;
  if (hours) return rest ? `${hours} ${h} ${String(rest).padStart(2, '0')} ${m}` : `${hours} ${h}`;
  return `${rest} ${m}`;
}

export function tick() {
  for (const chip of $$('.sla[data-ticks]')) {
    const [start, total, day, from, to] = chip.dataset.ticks.split(',').map(Number);
    const gone = Math.floor((Math.min(Date.now(), to) - from) / 60000);
    if (gone <= 0) continue;
    const left = start - gone, used = total > 0 ? Math.round(((total - left) / total) * 100) : 100;
    chip.textContent = word(left < 0 ? 'late' : 'left', { time: span(Math.abs(left), day, wordList('units')) });
    chip.style.setProperty('--p', Math.min(100, Math.max(0, used)));
    if (left < 0) chip.dataset.s = 'late'; else if (used >= 75) chip.dataset.s = 'soon';
  }
}
