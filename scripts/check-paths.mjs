// No file of the repository names a place of the machine it was written on.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { resolve } from 'node:path';

const root = resolve(new URL('..', import.meta.url).pathname);
const git = (...args) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
const store = resolve(root, git('rev-parse', '--git-common-dir'), '..');
const places = [root, store, ...(homedir() === '/' ? [] : [homedir()])].map((p) => `${p}/`);
const homes = /(?<![\w.}])\/(home|Users)\/(?!you\/|user\/)[a-z][\w-]*\//;

const wrong = [];
for (const path of git('ls-files', '-z', '--cached', '--others', '--exclude-standard').split('\0').filter(Boolean)) {
  let bytes;
  try { bytes = readFileSync(`${root}/${path}`); } catch { continue; }
  if (bytes.includes(0)) continue;
  bytes.toString('utf8').split('\n').forEach((line, i) => {
    if (places.some((p) => line.includes(p)) || homes.test(line)) wrong.push(`${path}:${i + 1}: ${line.trim()}`);
  });
}
wrong.forEach((line) => console.error(line));
process.exit(wrong.length ? 1 : 0);
