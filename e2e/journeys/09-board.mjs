// The board: move a card by its menu, and by dragging it. Logos, because other
// journeys order pages and a card must not slip away under the pointer.
import assert from 'node:assert/strict';
import { orderLogo, title } from '../lib/steps.mjs';

async function stage(t, number) { return (await t.api('GET', `/requests/${number}`)).stage; }

/** Everything that the first stage asks for is done. */
async function ready(t, number) {
  await t.api('POST', `/requests/${number}/checks`, { check: 'rules', done: true });
}

/** Take a card; the board may draw itself anew between looking and taking. */
async function take(page, card, number) {
  for (let tries = 0; tries < 10; tries += 1) {
    await card.scrollIntoViewIfNeeded();
    const { x, y } = await card.locator('.top .clip').boundingBox();
    await page.mouse.move(x + 4, y + 4);
    await page.mouse.down();
    await page.mouse.move(x + 12, y + 12, { steps: 4 });
    const lifted = page.locator('.kc.lift');
    if (await lifted.count() && await lifted.getAttribute('data-number') === `${number}`) return;
    await page.mouse.up();
  }
  assert.fail(`cannot take ${number}`);
}

export default {
  name: 'board',
  on: 'demo',
  variants: ['desktop', 'phone', 'plain'],
  async run(t) {
    const { page } = t;
    const first = await orderLogo(t, title('Board one'));
    const second = await orderLogo(t, title('Board two'));
    await t.signIn('jonas');
    for (const { number } of [first, second]) await ready(t, number);
    await t.goto('/board');
    const process = await page.locator('label', { hasText: 'Send a file' }).locator('input[name=process]').getAttribute('value');
    await t.goto(`/board?process=${process}`);
    const card = (number) => page.locator(`[data-number="${number}"]`);
    const column = (number) => card(number).locator('xpath=ancestor::section').getAttribute('data-stage');
    assert.equal(await column(first.number), 'use');

    // By the menu, which works for everybody.
    await card(first.number).getByRole('button', { name: `Move ${first.number}` }).click();
    await t.look();
    await t.settle(() => card(first.number).locator('button[value=send]').click());
    await t.sees(new RegExp(`${first.number} moved to`));
    assert.equal(await stage(t, first.number), 'send');
    assert.equal(await column(first.number), 'send');

    if (t.variant === 'desktop') {
      await t.goto(`/board?process=${process}`);
      await t.settle(async () => {
        await take(page, card(second.number), second.number);
        // Browsers want to see the pointer move over the place before it is let go.
        for (let times = 0; times < 3; times += 1) {
          await page.locator('section[data-stage="send"] h2').hover({ force: true, position: { x: 10 + times, y: 10 } });
        }
        await page.mouse.up();
      });
      await t.sees(new RegExp(`${second.number} moved to`));
      assert.equal(await stage(t, second.number), 'send');
    }
    await t.look();
  },
};
