// Files in parts that go on where they stopped (tus 1.0): after a lost
// connection by themselves, after the page was left when the file is chosen again.
import { $, el, say, word } from './core.js';

const PART = 16 * 1024 * 1024;
const TUS = { 'Tus-Resumable': '1.0.0', Accept: 'application/json' };
const wait = (ms) => new Promise((go) => setTimeout(go, ms));
const encode = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));

function patch(url, offset, blob, onprogress, stop) {
  return new Promise((done, failed) => {
    const xhr = new XMLHttpRequest();
    xhr.open('PATCH', url);
    for (const [k, v] of Object.entries({ ...TUS, 'Upload-Offset': offset, 'Content-Type': 'application/offset+octet-stream' })) xhr.setRequestHeader(k, v);
    xhr.upload.onprogress = (e) => onprogress(offset + e.loaded);
    xhr.onload = () => done(xhr);
    xhr.onerror = failed;
    xhr.onabort = failed;
    stop.now = () => xhr.abort();
    xhr.send(blob);
  });
}

export function watchTus(box) {
  if (box.ready) return;
  box.ready = true;
  const input = $('input[type=file]', box), drop = $('.drop', box), list = $('.uploads', box), base = box.dataset.tus;
  for (const type of ['dragenter', 'dragover']) drop.addEventListener(type, () => drop.classList.add('over'));
  for (const type of ['dragleave', 'drop']) drop.addEventListener(type, () => drop.classList.remove('over'));
  const take = (files) => { for (const f of input.multiple ? files : files.slice(0, 1)) send(f); };
  drop.addEventListener('drop', (e) => { e.preventDefault(); take([...e.dataTransfer.files]); });
  input.addEventListener('change', () => { take([...input.files]); input.value = ''; });

  async function send(file) {
    if (!input.multiple) list.replaceChildren();
    const note = el('span', { class: 'hint small' }), bar = el('i'), stop = { now() {}, given: false };
    const meter = el('div', { class: 'meter', role: 'progressbar', 'aria-label': word('uploading', { name: file.name }), 'aria-valuemin': 0, 'aria-valuemax': 100 }, bar);
    const button = el('button', { type: 'button', class: 'btn btn-quiet btn-s' }, word('cancel'));
    const row = el('div', { class: 'upload' }, el('span', { class: 'th', 'aria-hidden': 'true' }, (file.name.split('.').pop() ?? '').slice(0, 4).toUpperCase()),
      el('span', { class: 'clip' }, file.name), button, meter, note);
    const item = el('li', {}, row);
    list.append(item);
    const key = `tus ${file.name} ${file.size} ${file.lastModified}`;
    let url = localStorage.getItem(key);
    const show = (at) => {
      const p = Math.round((at / file.size) * 100);
      bar.style.width = `${p}%`;
      meter.setAttribute('aria-valuenow', p);
    };
    button.onclick = () => {
      stop.given = true;
      stop.now();
      localStorage.removeItem(key);
      if (url) fetch(url, { method: 'DELETE', headers: TUS });
      item.remove();
      input.focus();
    };
    const failed = (text) => {
      note.className = 'small bad';
      note.textContent = text || word('failed');
      meter.remove();
      button.textContent = word('retry');
      button.onclick = () => { item.remove(); send(file); };
      say(word('unsent', { name: file.name }));
    };
    const said = async (answer) => { try { return (await answer.json()).detail; } catch { return ''; } };
    for (let tries = 0; !stop.given;) {
      try {
        let at = 0;
        if (url) {
          const known = await fetch(url, { headers: TUS });
          await known.text(); // read to its end, so that the connection is free again
          if (known.ok) at = Number(known.headers.get('Upload-Offset')); else url = null;
        }
        if (!url) {
          const begun = await fetch(base, { method: 'POST', headers: { ...TUS, 'Upload-Length': file.size, 'Upload-Metadata': `filename ${encode(file.name)}` } });
          if (!begun.ok) return failed(await said(begun));
          await begun.text();
          url = begun.headers.get('Location');
          localStorage.setItem(key, url);
        }
        while (at < file.size && !stop.given) {
          const answer = await patch(url, at, file.slice(at, at + PART), show, stop);
          if (answer.status === 409 || answer.status >= 500) throw new Error('again');
          if (answer.status >= 400) { localStorage.removeItem(key); let text = ''; try { text = JSON.parse(answer.responseText).detail; } catch { /* no words */ } return failed(text); }
          at = Number(answer.getResponseHeader('Upload-Offset'));
          tries = 0;
          show(at);
        }
        break;
      } catch {
        if (stop.given) return undefined;
        tries += 1;
        if (tries > 20) return failed('');
        note.textContent = box.dataset.left;
        await wait(Math.min(500 * 2 ** tries, 15000));
        note.textContent = '';
      }
    }
    if (stop.given) return undefined;
    localStorage.removeItem(key);
    meter.remove();
    note.className = 'small ok';
    note.textContent = box.dataset.ready;
    button.textContent = word('remove');
    row.append(el('input', { type: 'hidden', name: box.dataset.name, value: url.split('/').pop() }));
    item.dispatchEvent(new Event('change', { bubbles: true }));
    say(word('uploaded', { name: file.name }));
    return undefined;
  }
}
