// One search: with a slip of the finger it finds the service and the answer, by
// keyboard, and in the workspace the same.
import assert from 'node:assert/strict';

export default {
  name: 'one search',
  on: 'demo',
  variants: ['desktop', 'phone', 'plain'],
  async run(t) {
    await t.signIn('maren');
    await t.goto('/');
    if (t.variant !== 'plain') {
      // What is found appears while one types, and is taken by keyboard.
      await t.page.locator('main input[type=search]').pressSequentially('buisness cards', { delay: 20 });
      await t.page.locator('.suggest [role=option]').first().waitFor();
      await t.look();
      await t.page.keyboard.press('ArrowDown');
      assert.ok(await t.page.locator('.suggest [aria-selected=true]').count());
      await t.page.keyboard.press('Enter');
      await t.page.waitForURL(/\/(catalog|answers)\/.*business-cards/);
      await t.sees(/business cards/i);
    }
    await t.goto('/search?q=vectr+file');
    await t.sees('Did you mean');
    await t.sees('Terms explained');
    await t.look();
    await t.follow('vector file');
    await t.sees('stays sharp at any size');
    await t.goto('/search?q=zeppelin+hire');
    await t.sees('Nothing here fits');
    await t.look();
    await t.goto('/search?q=poster&days=365');
    await t.look();
  },
};
