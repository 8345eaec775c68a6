// A proof round: choosing a place by mouse, touch or arrow keys without loading
// the page anew, and a smooth slider for comparing. Without this script the
// browser sends where the picture was clicked.
import { $, $$, on, say } from './core.js';

const clampShare = (n) => Math.min(1, Math.max(0, n));
const asPercent = (n) => (clampShare(n) * 100).toFixed(2);

// Write a place into the form and show it in the picture.
function putPlace(sheet, x, y) {
  const form = $('[data-say]'), mark = $('[data-new-pin]', sheet);
  if (!form || !mark) return;
  form.elements.x.value = asPercent(x);
  form.elements.y.value = asPercent(y);
  mark.hidden = false;
  mark.style.setProperty('--x', `${asPercent(x)}%`);
  mark.style.setProperty('--y', `${asPercent(y)}%`);
}

function placeNow() {
  const form = $('[data-say]');
  const share = (name) => (form?.elements[name]?.value ? Number(form.elements[name].value) / 100 : 0.5);
  return [share('x'), share('y')];
}

function toComment() {
  const box = $('[data-say] textarea');
  box?.focus();
  box?.scrollIntoView({ block: 'nearest' });
}

export function startProofs() {
  on('click', (e) => {
    const picture = e.target.closest?.('[data-place]');
    if (!picture || !$('[data-say]')) return;
    e.preventDefault();
    // Enter on the picture clicks it at no place: the one that is marked stays.
    if (e.detail > 0) {
      const box = picture.getBoundingClientRect();
      putPlace(picture.closest('[data-proof]'), (e.clientX - box.left) / box.width, (e.clientY - box.top) / box.height);
    }
    toComment();
  });
  on('keydown', (e) => {
    const picture = e.target.closest?.('[data-place]');
    const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    if (!picture || !ways[e.key] || e.ctrlKey || e.metaKey || e.altKey) return;
    e.preventDefault();
    const [x, y] = placeNow(), step = e.shiftKey ? 0.05 : 0.01;
    const [toX, toY] = [clampShare(x + ways[e.key][0] * step), clampShare(y + ways[e.key][1] * step)];
    putPlace(picture.closest('[data-proof]'), toX, toY);
    say(`${Math.round(toX * 100)} %, ${Math.round(toY * 100)} %`);
  });
  on('input', (e) => {
    const form = e.target.closest?.('[data-say]'), sheet = $('[data-proof]');
    if (!form || !sheet || !['x', 'y'].includes(e.target.name)) return;
    const mark = $('[data-new-pin]', sheet);
    if (!form.elements.x.value || !form.elements.y.value) { mark.hidden = true; return; }
    mark.hidden = false;
    mark.style.setProperty('--x', `${asPercent(Number(form.elements.x.value) / 100)}%`);
    mark.style.setProperty('--y', `${asPercent(Number(form.elements.y.value) / 100)}%`);
  });
}

export function showProof(root) {
  for (const slider of $$('[data-slider]', root)) {
    slider.hidden = false;
    $('input', slider).addEventListener('input', (e) => $('[data-stack]')?.style.setProperty('--mix', `${e.target.value}%`));
  }
}
