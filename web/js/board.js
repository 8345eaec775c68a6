// Board: dragging a card submits the card's own Move form.
import { $, $$, on, el, word } from './core.js';

let dragged = null, slot = null;
const button = (card, col) => $$('[data-move] button', card).find((b) => b.value === col.dataset.stage);

export function startBoard() {
  on('dragstart', (e) => {
    dragged = e.target.closest?.('.kc[draggable]');
    if (!dragged) return;
    e.dataTransfer.effectAllowed = 'move';
    e.dataTransfer.setData('text/plain', dragged.dataset.number);
    dragged.classList.add('lift');
  });
  on('dragover', (e) => {
    const col = dragged && e.target.closest?.('.col');
    if (!col || !button(dragged, col)) return;
    e.preventDefault();
    slot ??= el('li', { class: 'slot', 'aria-hidden': 'true' }, word('drop'));
    if (slot.parentElement?.parentElement !== col) $('ol', col).prepend(slot);
  });
  on('drop', (e) => {
    const col = dragged && e.target.closest?.('.col');
    const go = col && button(dragged, col);
    if (!go) return;
    e.preventDefault();
    // A click tells which button it was; requestSubmit does not tell htmx.
    go.click();
  });
  on('dragend', () => {
    dragged?.classList.remove('lift');
    slot?.remove();
    dragged = slot = null;
  });
}
