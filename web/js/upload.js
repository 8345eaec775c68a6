// Files: dropped or chosen, sent one by one with progress.
import { $, $$, el, say, word } from './core.js';

const size = (n) => (n < 1e6 ? `${Math.ceil(n / 1000)} KB` : `${(n / 1e6).toFixed(1)} MB`);

export function startUpload() {
  // A file that misses the box must not replace the page.
  for (const type of ['dragover', 'drop']) {
    document.addEventListener(type, (e) => { if (e.dataTransfer?.types.includes('Files')) e.preventDefault(); });
  }
}

export function watchDrop(box) {
  if (box.ready) return;
  box.ready = true;
  const input = $('input[type=file]', box), drop = $('.drop', box), list = $('.uploads', box), url = box.dataset.upload;
  for (const type of ['dragenter', 'dragover']) drop.addEventListener(type, () => drop.classList.add('over'));
  for (const type of ['dragleave', 'drop']) drop.addEventListener(type, () => drop.classList.remove('over'));
  drop.addEventListener('drop', (e) => take([...e.dataTransfer.files]));
  input.addEventListener('change', () => { if (url) { take([...input.files]); input.value = ''; } });
  const take = (files) => {
    if (!url) {
      const all = new DataTransfer();
      files.forEach((f) => all.items.add(f));
      input.files = all.files;
      input.dispatchEvent(new Event('change', { bubbles: true }));
    } else (input.multiple ? files : files.slice(0, 1)).forEach((f) => send(f));
  };
  const send = (file) => {
    const note = el('span', { class: 'hint small' }), bar = el('i');
    const meter = el('div', { class: 'meter', role: 'progressbar', 'aria-label': word('uploading', { name: file.name }), 'aria-valuemin': 0, 'aria-valuemax': 100 }, bar);
    const stop = el('button', { type: 'button', class: 'btn btn-quiet btn-s' }, word('cancel'));
    const row = el('div', { class: 'upload' }, el('span', { class: 'th', 'aria-hidden': 'true' }, (file.name.split('.').pop() ?? '').slice(0, 4).toUpperCase()),
      el('span', { class: 'clip' }, file.name), stop, meter);
    const item = el('li', {}, row);
    list.append(item);
    const xhr = new XMLHttpRequest();
    xhr.open('POST', url);
    xhr.setRequestHeader('Accept', 'application/json');
    xhr.upload.onprogress = (e) => {
      const p = Math.round((e.loaded / e.total) * 100);
      bar.style.width = `${p}%`;
      meter.setAttribute('aria-valuenow', p);
    };
    const failed = (text) => {
      note.className = 'small bad';
      note.textContent = text || word('failed');
      meter.replaceWith(note);
      stop.textContent = word('retry');
      stop.onclick = () => { item.remove(); send(file); };
      say(word('unsent', { name: file.name }));
    };
    xhr.onerror = () => failed('');
    xhr.onload = () => {
      let got = {};
      try { got = JSON.parse(xhr.responseText); } catch { /* treated as a failure without words */ }
      if (xhr.status >= 400 || !got.id) return failed(got.detail);
      note.textContent = got.note ?? '';
      meter.replaceWith(note);
      stop.before(el('span', { class: 'small muted' }, size(file.size)));
      row.append(el('input', { type: 'hidden', name: box.dataset.name, value: got.id }));
      stop.textContent = word('remove');
      stop.onclick = () => { item.remove(); input.focus(); };
      item.dispatchEvent(new Event('change', { bubbles: true }));
      say(word('uploaded', { name: file.name }));
    };
    stop.onclick = () => { xhr.abort(); item.remove(); input.focus(); };
    const data = new FormData();
    data.append('file', file);
    xhr.send(data);
  };
}
