// Every link in our Markdown leads somewhere, and every path of the repository
// that it names in code marks is there. Links to other sites are not followed.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

const root = new URL('..', import.meta.url).pathname;
const git = (...args) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).split('\n').filter(Boolean);
const pages = git('ls-files', '--cached', '--others', '--exclude-standard', '*.md');
const places = /^(app|crates|docs|e2e|library|migrations|scripts|web)\/[\w./-]+$/;

const text = (path) => readFileSync(join(root, path), 'utf8');
const prose = (path) => text(path).replace(/^```[\s\S]*?^```/gm, '');

/** The names by which the headings of a page can be linked to. */
function anchors(path) {
  return new Set(
    [...prose(path).matchAll(/^#+ (.+)$/gm)].map(([, title]) =>
      title.toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, '').trim().replace(/\s/g, '-')),
  );
}

const wrong = [];
for (const page of pages) {
  const words = prose(page);
  for (const [, to] of words.matchAll(/\]\(([^)\s]+)(?: "[^"]*")?\)/g)) {
    if (/^[a-z]+:/.test(to)) continue;
    const [path, anchor] = to.split('#');
    const target = path ? normalize(join(dirname(page), path)) : page;
    if (!existsSync(join(root, target))) wrong.push(`${page}: ${to} is not there`);
    else if (anchor && target.endsWith('.md') && !anchors(target).has(anchor)) {
      wrong.push(`${page}: ${to} has no such heading`);
    }
  }
  for (const [, path] of words.matchAll(/`([^`\s]+)`/g)) {
    if (places.test(path) && !existsSync(join(root, path))) wrong.push(`${page}: ${path} is not there`);
  }
}
wrong.forEach((line) => console.error(line));
console.log(`${pages.length} pages looked at`);
process.exit(wrong.length ? 1 : 0);
