// The same pages in German; light and dark are looked at on every page anyway.
import assert from 'node:assert/strict';

export default {
  name: 'German',
  on: 'demo',
  variants: ['desktop', 'phone'],
  async run(t) {
    await t.signIn('rolf');
    await t.goto('/');
    assert.equal(await t.page.locator('html').getAttribute('lang'), 'de');
    for (const path of ['/catalog', '/catalog/event-flyer-or-poster', '/cart', '/requests', '/me']) {
      await t.goto(path);
      assert.equal(await t.page.locator('html').getAttribute('lang'), 'de', path);
    }
    await t.seesNot(/Order now|Save draft|My requests/);
    const agent = await t.another('German agent');
    await agent.signIn('nils');
    await agent.goto('/queue');
    await agent.goto('/work/1253');
    await agent.seesNot(/Hand to |Take it|Ask requester/);
    t.complaints.push(...agent.complaints);
    await agent.end();
  },
};
