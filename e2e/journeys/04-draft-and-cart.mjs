// A draft is kept, and two services go in one cart under one order number.
import assert from 'node:assert/strict';
import { title } from '../lib/steps.mjs';

export default {
  name: 'draft and cart',
  on: 'demo',
  variants: ['desktop', 'phone', 'plain'],
  async run(t) {
    const { page } = t;
    const logo = title('Choir tour');
    const web = title('Tour dates');
    await t.signIn({ desktop: 'maren', phone: 'per', plain: 'jette' }[t.variant]);
    await t.goto('/catalog/logo-files');
    await t.fill(/Where will it be used/, logo);
    await t.press('Save draft');
    await t.sees(/This is your draft/);
    await t.goto('/catalog/logo-files');
    assert.equal(await t.field(/Where will it be used/).inputValue(), logo, 'the draft is kept');
    await t.choose('SVG');
    await t.press('Add to cart');
    await t.sees(/is in your cart/);

    await t.goto('/catalog/update-a-web-page');
    await t.fill(/What is it about/, web);
    await t.fill(/Address of the page/, 'https://www.nordhaven.example/choir');
    await t.fill(/What should change/, 'Oslo on 12 May.');
    await page.getByRole('radio', { name: 'No', exact: true }).first().check({ force: true });
    await t.press('Add to cart');
    await t.goto('/cart');
    await t.sees('Logo file');
    await t.sees('Update a web page');
    await page.getByText('Show answers').first().click();
    await t.sees(new RegExp(logo));
    await t.look();
    await t.press(/^Order all 2/);
    assert.match(page.url(), /\/orders\/\d+/);
    await t.look();
    await t.sees(new RegExp(logo));
    await t.sees(new RegExp(web));
    await t.goto('/cart');
    await t.sees(/Your cart is empty/);
  },
};
