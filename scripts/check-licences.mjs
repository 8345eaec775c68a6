// Every crate and npm package has a licence that deny.toml allows.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const root = new URL('..', import.meta.url).pathname;
const list = readFileSync(root + 'deny.toml', 'utf8').match(/^allow = \[([^\]]*)\]/m)[1];
const allowed = new Set([...list.matchAll(/"([^"]+)"/g)].map((m) => m[1]));

/** Whether an SPDX expression can be satisfied: one of the ORs, all of the ANDs. */
export function satisfied(expression) {
  const words = expression.replaceAll('/', ' OR ').match(/[()]|[^\s()]+/g) ?? [];
  let at = 0;
  const either = () => {
    let ok = both();
    while (words[at] === 'OR') { at += 1; ok = both() || ok; }
    return ok;
  };
  const both = () => {
    let ok = one();
    while (words[at] === 'AND') { at += 1; ok = one() && ok; }
    return ok;
  };
  const one = () => {
    let word = words[at++];
    if (word === '(') { const ok = either(); at += 1; return ok; }
    if (words[at] === 'WITH') { word += ` WITH ${words[at + 1]}`; at += 2; }
    return allowed.has(word);
  };
  return either() && at === words.length;
}

const found = [];
const metadata = JSON.parse(execFileSync('cargo', ['metadata', '--locked', '--format-version=1'], {
  cwd: root, maxBuffer: 1 << 28, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'],
}));
for (const { name, version, license, source } of metadata.packages) {
  found.push({ where: 'crate', name, version, license });
  if (source && !source.includes('crates.io')) {
    found.push({ where: 'crate', name, version, license: `(from ${source})` });
  }
}
for (const dir of ['web', 'e2e']) {
  const lock = JSON.parse(readFileSync(`${root}${dir}/package-lock.json`, 'utf8'));
  for (const [path, { version, license }] of Object.entries(lock.packages)) {
    if (path) found.push({ where: dir, name: path.replace(/^.*node_modules\//, ''), version, license });
  }
}

const wrong = found.filter(({ license }) => !license || !satisfied(license));
for (const { where, name, version, license } of wrong) {
  console.error(`${where} ${name} ${version}: ${license ?? 'no licence named'}`);
}
console.log(`${found.length} packages looked at`);
process.exit(wrong.length ? 1 : 0);
