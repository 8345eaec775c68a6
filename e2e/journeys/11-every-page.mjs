// Every page that an administrator can reach by links, looked at in light and
// dark; a link that leads nowhere is a complaint.
import assert from 'node:assert/strict';

/** Links that do something, leave, or are no pages. */
const NOT = /^\/(files|logo|live|static|s\/|assets\/[^/]+\/picture|api\/v1|_components|sign-out)|\.(csv|ics|jsonl?|svg|atom|rss)$|\/(export|download)|\/raw$/;
/** What makes two addresses the same page. */
const shape = (path) => path.replace(/[0-9a-f]{8}-[0-9a-f-]{27}|\d+/g, ':id').replace(/^(\/catalog|\/admin\/services|\/practices)\/(?!new)[a-z0-9-]+/, '$1/:id');

export default {
  name: 'every page',
  on: 'demo',
  variants: ['desktop', 'phone'],
  async run(t) {
    await t.signIn('ada');
    const left = ['/', '/requests', '/cart', '/queue', '/board', '/inbox', '/work/new', '/admin', '/me', '/api'];
    const seen = new Set(left.map(shape));
    let count = 0;
    for (let path = left.shift(); path; path = left.shift()) {
      const response = await t.page.goto(path);
      const status = response.status();
      assert.ok(status < 400, `${path} answers ${status}`);
      await t.look();
      count += 1;
      const links = await t.page.locator('a[href]').evaluateAll((all) => all.map((a) => a.href));
      for (const link of links) {
        const url = new URL(link, t.origin);
        if (url.origin !== new URL(t.origin).origin || NOT.test(url.pathname)) continue;
        const key = shape(url.pathname);
        if (seen.has(key)) continue;
        seen.add(key);
        left.push(url.pathname + url.search);
      }
    }
    assert.ok(count > 40, `only ${count} pages were found`);
  },
};
