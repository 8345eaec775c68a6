// A mail server for tests: takes every message and lays it into the Maildir of
// its recipient, DIR/<local part>/new; reply+… goes to DIR/desk. No more than
// what RFC 5321 asks of a server that a test talks to.
//
//   node scripts/smtp-sink.mjs DIR PORT
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

const [dir, port] = process.argv.slice(2);
let count = 0;

function keep(address, message) {
  const local = address.split('@')[0].toLowerCase();
  const box = join(dir, local.startsWith('reply+') || local === 'marketing' ? 'desk' : local.replace(/[^a-z0-9.-]/g, '_'));
  for (const part of ['cur', 'new', 'tmp']) mkdirSync(join(box, part), { recursive: true, mode: 0o777 });
  const name = `${Date.now()}.${process.pid}_${(count += 1)}.sink`;
  writeFileSync(join(box, 'tmp', name), message, { mode: 0o666 });
  renameSync(join(box, 'tmp', name), join(box, 'new', name));
}

createServer((socket) => {
  let waiting = '';
  let recipients = [];
  let data = null;
  const say = (text) => socket.write(`${text}\r\n`);
  say('220 sink ESMTP');
  socket.setEncoding('latin1');
  socket.on('error', () => {});
  socket.on('data', (piece) => {
    waiting += piece;
    for (let end; (end = waiting.indexOf('\r\n')) >= 0;) {
      const line = waiting.slice(0, end);
      waiting = waiting.slice(end + 2);
      if (data !== null) {
        if (line === '.') {
          for (const to of recipients) keep(to, Buffer.from(data, 'latin1'));
          [data, recipients] = [null, []];
          say('250 kept');
        } else data += `${line.startsWith('.') ? line.slice(1) : line}\r\n`;
        continue;
      }
      const verb = line.split(' ')[0].toUpperCase();
      if (verb === 'EHLO') say('250-sink\r\n250 8BITMIME');
      else if (verb === 'RCPT') {
        recipients.push(line.match(/<([^>]*)>/)?.[1] ?? '');
        say('250 good');
      } else if (verb === 'DATA') {
        data = '';
        say('354 go ahead');
      } else if (verb === 'QUIT') {
        say('221 goodbye');
        socket.end();
      } else say('250 good');
    }
  });
}).listen(Number(port), '127.0.0.1');
