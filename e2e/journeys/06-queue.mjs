// The queue: filter, change several at once, take it back; and by keyboard.
import assert from 'node:assert/strict';
import { orderPage, title } from '../lib/steps.mjs';

const bulk = {
  name: 'queue and bulk edit',
  on: 'demo',
  variants: ['desktop', 'phone', 'plain'],
  async run(t) {
    const { page } = t;
    const words = title('Bulk');
    const first = await orderPage(t, `${words} one`);
    const second = await orderPage(t, `${words} two`);
    await t.signIn('jonas');
    await t.goto('/queue');
    await t.goto('/queue?sort=updated');
    const state = async () => Promise.all([first, second].map(async ({ number }) => (await t.api('GET', `/requests/${number}`)).priority));
    for (const { number } of [first, second]) {
      await page.getByRole('checkbox', { name: new RegExp(`${number}`) }).first().check({ force: true });
    }
    if (t.scripted) await t.sees(/2 selected/);
    await t.look();
    await page.locator('#bulk-priority').selectOption('high');
    await t.press('Set priority');
    await t.sees(/Priority set/);
    assert.deepEqual(await state(), ['high', 'high']);
    const undo = page.getByRole('button', { name: 'Undo' }).or(page.getByRole('link', { name: 'Undo' })).first();
    await t.settle(() => undo.click());
    if (/undo/.test(page.url())) await t.press('Undo');
    assert.deepEqual(await state(), ['normal', 'normal'], 'taken back');
    await t.look();
  },
};

const keyboard = {
  name: 'keyboard',
  on: 'demo',
  variants: ['desktop'],
  async run(t) {
    const { page } = t;
    await t.signIn('priya');
    await t.goto('/queue');
    await page.keyboard.press('j');
    await page.keyboard.press('x');
    await t.sees(/1 selected/);
    await page.keyboard.press('Escape');
    await page.keyboard.press('?');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+k');
    const palette = page.locator('#palette');
    await palette.waitFor({ state: 'visible' });
    await t.look();
    await page.keyboard.type('1300');
    await palette.getByText(/1300/).first().waitFor();
    await t.settle(() => page.keyboard.press('Enter'));
    await page.waitForURL(/\/work\/1300/);
    await t.look();
  },
};

const search = {
  name: 'search and saved view',
  on: 'demo',
  variants: ['desktop', 'plain'],
  async run(t) {
    await t.signIn('jonas');
    await t.goto('/queue?q=landing');
    await t.sees(/landing/i);
    await t.goto('/queue?state=waiting');
    await t.follow('Save view');
    await t.look();
    const name = title('Waiting for them');
    await t.fill(/Name/, name);
    await t.press(/^Save/);
    await t.goto('/views');
    await t.sees(new RegExp(name));
    await t.goto('/inbox');
  },
};

export default [bulk, keyboard, search];
