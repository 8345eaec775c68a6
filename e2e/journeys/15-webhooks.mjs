// Webhooks: an endpoint with a dead letter that is looked at and sent again, and
// a new one whose secret is shown once.

export default {
  name: 'webhooks',
  on: 'demo',
  variants: ['desktop', 'phone', 'plain'],
  async run(t) {
    await t.signIn('ada');
    await t.goto('/admin/webhooks');
    await t.sees('Old intranet');
    await t.look();
    await t.page.locator('main').getByRole('link', { name: 'Old intranet' }).click();
    await t.sees('Paused.');
    await t.look();
    await t.page.locator('main').getByRole('link', { name: 'Given up' }).click();
    await t.page.waitForURL(/state=dead/);
    // Three travel here at a time: each takes another one.
    const given = t.page.locator('main table').getByRole('link');
    await { desktop: given.first(), phone: given.last(), plain: given.nth(1) }[t.variant].click();
    await t.sees('No whole answer in time');
    await t.look();
    await t.press('Send it again');
    await t.sees('1 delivery goes out again');

    await t.goto('/admin/webhooks/new');
    await t.look();
    await t.page.fill('[name=name]', `Wall ${t.variant}`);
    await t.page.fill('[name=address]', 'http://10.0.0.1/');
    await t.page.getByLabel('It is finished').check();
    await t.press('Add the endpoint');
    await t.sees('MIL does not send there');
    await t.look();
    await t.page.fill('[name=address]', 'https://wall.nordhaven.example/');
    await t.press('Add the endpoint');
    await t.sees('Copy the secret now.');
    await t.look();
    await t.press('Remove the endpoint');
    await t.sees('The endpoint is removed');
  },
};
