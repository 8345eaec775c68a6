// Another program orders: an address is made, an example is sent, what it says
// becomes an order, the same again does not, and what is refused is tried again.
import assert from 'node:assert/strict';

export default {
  name: 'incoming',
  on: 'demo',
  variants: ['desktop', 'phone', 'plain'],
  async run(t) {
    const { page } = t;
    const name = `Contact form ${t.variant}`;
    await t.signIn('ada');
    await t.goto('/admin/incoming');
    await t.look();
    await t.goto('/admin/incoming/new');
    await t.press('Make the address');
    await t.sees('Choose what is ordered.');
    await t.look();
    await page.fill('[name=name]', name);
    await page.locator('select[name=service]').selectOption({ label: 'Report a mistake on the website' });
    await t.press('Make the address');
    await t.sees('Copy the address now.');
    await t.look();
    const url = (await page.locator('code.secret').first().textContent()).trim();
    const send = async (body) => fetch(url.replace(/^https?:\/\/[^/]+/, t.origin), {
      method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body),
    });
    const example = { ticket: { id: `${t.variant}-1`, subject: `Typo on the start page (${t.variant})`, page: 'https://www.nordhaven.example/start' } };
    // Nothing is mapped yet: it is kept, and says what is missing.
    assert.equal((await send(example)).status, 422);
    await t.goto('/admin/incoming');
    await page.locator('main').getByRole('link', { name }).click();
    await t.sees('The order lacked something:');
    await t.look();

    await page.getByRole('link', { name: 'Change what becomes of it' }).click();
    await t.sees('{ticket.subject}');
    await page.fill('[name=title]', '{ticket.subject}');
    await page.fill('[name=once]', '{ticket.id}');
    await page.fill('[name=field-subject]', '{ticket.subject}');
    await page.fill('[name=field-address]', '{ticket.page}');
    await t.look();
    await t.press('Save the address');
    await t.sees('The address is saved');
    const again = await send(example);
    const said = await again.json();
    assert.equal(again.status, 201, JSON.stringify(said));
    assert.equal((await send(example)).status, 200);
    await t.goto('/admin/incoming');
    await page.locator('main').getByRole('link', { name }).click();
    await t.sees('The same as before');
    await t.look();
    await t.goto(`/work/${said.number}`);
    await t.sees(`Typo on the start page (${t.variant})`);

    await t.goto('/admin/incoming');
    await page.locator('main').getByRole('link', { name }).click();
    await t.press('Remove the address');
    await t.sees('The address is removed');
    assert.equal((await send(example)).status, 404);
  },
};
