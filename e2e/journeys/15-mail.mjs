// Mail: a mailbox is added, what is held is let through, and the original of a
// message is read; an approval is given by a link out of a message.
import assert from 'node:assert/strict';

export default {
  name: 'mail',
  on: 'demo',
  variants: ['desktop', 'phone', 'plain'],
  async run(t) {
    await t.signIn('ada');
    await t.goto('/admin/mail');
    await t.sees('marketing@nordhaven.example');
    await t.look();
    await t.follow('Add mailbox');
    await t.look();
    await t.press('Save mailbox');
    await t.sees('Write a whole address');
    await t.look();
    await t.page.fill('[name=address]', `${t.variant}@nordhaven.example`);
    await t.page.fill('[name=name]', 'Events desk');
    if (t.scripted) {
      // Offers close as soon as the field is left.
      await t.page.locator('main [role=combobox]').fill('flyer');
      await t.page.locator('main [role=option]').first().click();
    } else await t.page.locator('[name=service]').selectOption({ index: 1 });
    await t.page.check('[name=strangers][value=hold]');
    await t.press('Save mailbox');
    await t.sees('The mailbox is added');
    await t.sees('Events desk');

    // What is held: handed over through the API, as a mail server would.
    const raw = `From: Nils ${t.variant} <nils-${t.variant}@else.example>\r\nTo: marketing@nordhaven.example\r\n`
      + `Subject: A question from ${t.variant}\r\n\r\nWhere do I find your logo?\r\n`;
    const sent = await t.page.request.post('/api/v1/mail/in?to=marketing@nordhaven.example', {
      data: raw, headers: { 'content-type': 'message/rfc822', origin: t.origin },
    });
    assert.equal(sent.status(), 202);
    for (let tries = 0; tries < 40; tries += 1) {
      await t.goto('/admin/mail/in');
      if (await t.page.getByText(`A question from ${t.variant}`).count()) break;
      await t.page.waitForTimeout(500);
    }
    await t.sees('The sender has no account here.');
    await t.look();
    await t.page.locator('main').getByRole('link', { name: `A question from ${t.variant}` }).click();
    await t.sees('Where do I find your logo?');
    await t.look();
    await t.press('Make it a request');
    await t.sees('The message is taken');
    await t.goto('/admin/mail/in?state=taken');
    await t.page.locator('main').getByRole('link', { name: `A question from ${t.variant}` }).click();
    await t.look();

    await t.goto('/admin/mail/out');
    await t.look();
    await t.goto('/admin/mail/words/notice/en');
    await t.press('Show preview');
    await t.sees('Preview');
    await t.look();
    await t.goto('/me/notifications');
    await t.look();
    const said = await t.page.locator('select[name=said]').inputValue();
    await t.page.locator('select[name=said]').selectOption('daily');
    await t.page.fill('[name=quiet_from]', '19:00');
    await t.page.fill('[name=quiet_until]', '');
    await t.press('Save choice');
    await t.sees('Say when quiet hours end.');
    await t.look();
    await t.page.fill('[name=quiet_until]', '07:00');
    await t.press('Save choice');
    await t.sees('Your choice is saved');
    await t.page.locator('select[name=said]').selectOption(said);
    await t.press('Save choice');
    await t.sees('Your choice is saved');

    // A link that was used, or never was.
    await t.goto('/m/nothing', 404);
    await t.sees('This link works no more');
    await t.look();
  },
};
