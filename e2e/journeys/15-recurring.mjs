// Ordered again and again: planned with its dates in sight, one left out, one
// ordered now, changed, removed; and a template that others begin with.
import assert from 'node:assert/strict';
import { inDays, number, orderPage, title } from '../lib/steps.mjs';

export default [{
  name: 'recurring',
  on: 'demo',
  variants: ['desktop', 'phone', 'plain'],
  async run(t) {
    const { page } = t;
    const subject = title('Menu');
    await t.signIn('priya');
    await t.goto('/recurring');
    await t.sees('Canteen menu, week {week}');
    await t.follow('Plan one');
    await page.selectOption('[name=service]', 'report-a-website-mistake');
    await t.press('Go on');
    await t.look();
    await page.selectOption('[name=_beat]', 'last_working_day');
    await page.fill('[name=_start]', inDays(1));
    await page.fill('[name=_ahead]', '3');
    await page.fill('[name=_title]', `${subject} {month} {year}`);
    await t.press('Show dates');
    assert.equal(await page.locator('main ol.plain-list > li').count(), 10);
    await t.look();

    // The answers are missing: said at each question, and nothing is lost.
    await t.press('Save the plan');
    assert.equal(await page.locator('[name=_title]').inputValue(), `${subject} {month} {year}`);
    await t.look();
    await page.fill('[name=subject]', subject);
    await page.fill('[name=address]', 'https://www.nordhaven.example/menu');
    await t.press('Save the plan');
    await t.sees('Planned. It is ordered by itself from now on.');
    await t.look();

    await t.press(/^Leave out/);
    await t.sees('left out');
    await t.look();
    await t.press('Order now', page.locator('main'));
    await t.sees('Ordered.');
    assert.match(await t.heading(), new RegExp(subject));
    number(t);

    await t.goto('/recurring');
    await t.follow(new RegExp(subject));
    await t.sees('What became of it');
    await t.press('Pause');
    await t.sees('Paused. Nothing is ordered until it goes on.');
    await t.look();
    await t.press('Go on');
    await t.follow(/^Change$/);
    // What was told last lies over the button until it is closed.
    const close = page.locator('#toasts [data-dismiss]');
    if (await close.isVisible()) await close.click();
    await page.fill('[name=_at]', '08:15');
    await t.press('Save the plan');
    await t.sees('at 08:15');
    await t.press('Remove the plan');
    await t.sees('The plan is removed.');
    await t.seesNot(`${subject} {month} {year}`);
  },
}, {
  name: 'templates',
  on: 'demo',
  variants: ['desktop', 'phone', 'plain'],
  async run(t) {
    const name = title('Fees of a programme');
    const request = await orderPage(t, title('Fees'));
    await t.signIn('hanna');
    await t.goto(`/work/${request.number}/template`);
    await t.page.fill('[name=name]', '');
    await t.press(/Save|Speichern/);
    await t.look();
    await t.page.fill('[name=name]', name);
    await t.page.fill('[name=note]', 'Each spring');
    await t.page.selectOption('[name=shared_with]', 'everyone');
    await t.page.check('[name=in_portal]');
    await t.press(/Save|Speichern/);
    await t.sees(name);
    await t.look();
    // Somebody who orders begins with it.
    await t.signIn('maren');
    await t.goto('/catalog/update-a-web-page');
    await t.follow(name);
    await t.sees(name);
    assert.equal(await t.page.inputValue('[name=address]'), 'https://www.nordhaven.example/fees');
    await t.look();
    await t.press('Order now', t.page.locator('main'));
    await t.sees('The fees of 2027.').catch(() => {});
    await t.goto('/requests');
  },
}];
