// A requester finds a service, is told what is missing, and orders it with
// every kind of answer.
import assert from 'node:assert/strict';
import { inDays, number, PNG, title } from '../lib/steps.mjs';

export default {
  name: 'order',
  on: 'demo',
  variants: ['desktop', 'phone', 'plain'],
  postgres: true,
  async run(t) {
    const { page } = t;
    await t.signIn('maren');
    await t.goto('/');
    await t.fill('Search', 'plakat');
    await t.press('Search');
    await t.look();
    await t.follow('Event flyer or poster');
    await t.look();
    await t.sees(/Usually/);

    await t.press('Order now');
    await t.look();
    const summary = page.locator('.error-summary, [role=alert]').filter({ visible: true }).first();
    await summary.waitFor();

    const name = title('Autumn concert');
    await t.fill(/What is the event called/, name);
    await t.fill(/When does it take place/, inDays(40));
    await t.fill(/^Where/, 'Great hall');
    await t.fill(/Text for the poster/, 'Brahms and Nielsen.\n\n**Doors open at 19:00.**');
    const prints = page.getByLabel(/^Prints/).first();
    if (t.scripted) assert.equal(await prints.isVisible(), false, 'prints are asked only for paper');
    await t.choose('Poster A2');
    await t.fill(/^Prints/, '10');
    const costCentre = page.getByLabel(/Cost centre/).first();
    if (t.scripted) await costCentre.waitFor({ state: 'visible' });
    await page.locator('input[type=file]').first().setInputFiles({ name: 'logo of the choir.png', mimeType: 'image/png', buffer: PNG });
    if (t.scripted) await t.sees('logo of the choir.png');

    // Ten prints cost something, so the cost centre is missing now.
    await t.press('Order now');
    await t.sees(/cost centre/i);
    assert.equal(await t.field(/What is the event called/).inputValue(), name, 'what was typed is kept');
    await t.look();
    await t.fill(/Cost centre/, '4711-20');
    await t.press('Order now');
    assert.match(page.url(), /\/orders\/\d+/);
    await t.sees(/We have your order/);
    await t.look();
    await t.follow(new RegExp(name));
    await t.look();
    await t.sees(/logo of the choir\.png/);
    t.number = number(t);

    await t.goto('/requests');
    await t.sees(new RegExp(name));

    // Not for her: not in the catalog, not by address, not through the API.
    await t.goto('/catalog');
    await t.seesNot('Landing page');
    await t.goto('/catalog/landing-page', 404);
    const hidden = await t.context.request.get(`${t.origin}/api/v1/services/landing-page`);
    assert.equal(hidden.status(), 404);
  },
};
