// Something breaks: it is announced with a text that comes with the product, goes
// on, and is over. Everybody sees it, also without an account or on top of the
// portal, and may subscribe.
import assert from 'node:assert/strict';
import { title } from '../lib/steps.mjs';

export default {
  name: 'status',
  on: 'demo',
  variants: ['desktop', 'phone', 'plain'],
  async run(t) {
    const { page } = t;
    const outage = title('Pages cannot be saved');
    await t.signIn('priya');
    await t.goto('/work/announcements');
    await t.follow('New announcement');
    await t.look();
    await t.follow('Something is broken and we do not know why yet');
    await t.look();
    // Nothing to read: said at the field, and what was typed stays.
    await page.fill('[name=title]', '');
    await page.fill('[name=body]', 'Since ten, **no page can be saved**. We look for the cause.');
    await t.press('Save draft');
    await t.sees('Give it a title.');
    await t.look();
    await page.fill('[name=title]', outage);
    await page.locator('label').filter({ hasText: 'Web site' }).locator('select').selectOption('partial');
    await page.selectOption('[name=audience]', 'public');
    await t.press('Preview');
    await t.sees('Preview');
    await t.look();
    await t.press('Save draft');
    await t.look();
    await t.press('Publish now');
    await t.look();

    const reader = await t.another('reader');
    await reader.goto('/status');
    await reader.sees(outage);
    await reader.sees('Something does not work in part.');
    const bars = reader.page.getByRole('img', { name: /^Web site: .*last 90 days/ });
    assert.equal(await bars.locator('.st-day').count(), 90);
    const feed = await reader.page.request.get('/status.atom');
    assert.ok((await feed.text()).includes(outage));

    await t.goto('/catalog');
    await t.sees(outage);
    await t.goto('/catalog/report-a-website-mistake');
    await t.sees(/This service needs: Web site/);

    await t.goto('/work/announcements');
    await t.follow(outage);
    await page.locator('details').filter({ hasText: 'Texts to begin with' }).locator('summary').first().click();
    await t.follow(/^Cause found: Something is broken/);
    await t.look();
    await page.fill('[name=said]', 'The disk was full. It is being emptied.');
    await t.press('Post update');
    await t.sees('The disk was full. It is being emptied.');
    await reader.goto('/status');
    await reader.sees('The disk was full. It is being emptied.');

    await page.selectOption('[name=to]', 'resolved');
    await page.fill('[name=said]', 'Pages can be saved again.');
    await t.press('Post update');
    await t.look();
    await reader.goto('/status');
    await reader.follow(outage);
    await reader.look();
    await reader.sees('Pages can be saved again.');

    // On top of the portal it stays for an hour, or until it is closed.
    await t.goto('/catalog');
    await t.sees(outage);
    await t.press(`Close “${outage}”`);
    await t.look();
    assert.equal(await page.locator('.st-banner').filter({ hasText: outage }).count(), 0);

    // Without an account: the address is asked first.
    await reader.goto('/status');
    await reader.page.fill('[name=email]', 'nobody');
    await reader.press('Subscribe');
    await reader.look();
    await reader.page.fill('[name=email]', `reader-${Date.now()}@else.example`);
    await reader.press('Subscribe');
    await reader.sees('Look into your mailbox');
    await reader.look();

    // With one: a press.
    await t.goto('/status');
    // Variants run side by side as the same person.
    const part = { desktop: 'Newsletter', phone: 'Print shop', plain: 'Brand assets' }[t.variant];
    await t.press(new RegExp(`^Tell me ${part}`));
    await t.sees('You get mail when something changes here.');
    await t.look();
    await t.press(new RegExp(`^You are told ${part}`));
    await t.look();

    await t.signIn('ada');
    await t.goto('/admin/components');
    await t.follow('Newsletter');
    await t.look();
    await t.press('Save');
  },
};
