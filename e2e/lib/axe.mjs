// Looks at a page the way WCAG 2.2 AA does, in light and dark.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const extra = ['heading-order', 'page-has-heading-one', 'landmark-one-main', 'region', 'empty-heading'];
const seen = new Set();

/** What makes two pages the same to look at: place, headings, kinds of parts. */
const shape = () => {
  const parts = new Set();
  for (const el of document.querySelectorAll('body *')) {
    parts.add(`${el.localName}.${[...el.classList].sort().join('.')}[${el.getAttribute('role') ?? ''}]`);
  }
  return [document.title.replace(/\d+/g, '0'), ...[...parts].sort()].join(' ');
};

/** Show in `reader` what `page` shows, with what stands in for scripts. */
async function copy(page, reader) {
  const body = (await page.content()).replace(/<\/?noscript>/g, '');
  await reader.unrouteAll();
  await reader.route('**/*', (route) => {
    const kind = route.request().resourceType();
    if (kind === 'document') return route.fulfill({ body, contentType: 'text/html; charset=utf-8' });
    return kind === 'script' ? route.abort() : route.continue();
  });
  await reader.context().addCookies(await page.context().cookies());
  await reader.goto(page.url());
}

const run = ([tags, extra]) => window.axe.run(document, {
  resultTypes: ['violations'],
  runOnly: { type: 'tag', values: tags },
  rules: Object.fromEntries(extra.map((rule) => [rule, { enabled: true }])),
}).then(({ violations }) => violations.map(({ id, help, nodes }) => ({
  id,
  help,
  nodes: nodes.slice(0, 3).map(({ target, failureSummary, html }) =>
    `${target.join(' ')}  ${html.slice(0, 160)}\n        ${(failureSummary ?? '').split('\n').slice(1).join('; ').trim()}`),
  more: Math.max(0, nodes.length - 3),
})));

/**
 * Problems of the page as it stands, in words. A page of a shape that was looked
 * at before at this size is taken as known.
 * @param {import('playwright-core').Page} page
 * @param {string} size
 * @param {import('playwright-core').Page} [reader] shows a page without its
 *   scripts, when the page's own browser runs none (axe is one)
 */
export async function problems(original, size, reader) {
  const page = reader ?? original;
  if (reader) await copy(original, reader);
  const path = new URL(original.url()).pathname.replace(/[0-9a-f]{8}-[0-9a-f-]{27}|\d+/g, ':id');
  const key = `${size} ${path} ${await page.evaluate(shape)}`;
  if (seen.has(key)) return [];
  seen.add(key);
  const found = [];
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.evaluate(source);
    for (const { id, help, nodes, more } of await page.evaluate(run, [tags, extra])) {
      found.push(`${path} (${size}, ${colorScheme}): ${id}: ${help}\n      ${nodes.join('\n      ')}${more ? `\n      and ${more} more` : ''}`);
    }
  }
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  const wide = await page.evaluate(() => {
    const over = document.documentElement.scrollWidth - window.innerWidth;
    if (over <= 0) return '';
    const wide = [...document.querySelectorAll('body *')].filter((el) => el.getBoundingClientRect().right > window.innerWidth + 1);
    return `${over} px wider than the window: ${wide.slice(0, 4).map((el) => `${el.localName}.${el.className}`).join(', ')}`;
  });
  if (wide) found.push(`${path} (${size}): ${wide}`);
  return found;
}
