// The glossary: a word explains itself where it stands, by keyboard; a request
// in the words of IT; what is missing becomes a term.
import assert from 'node:assert/strict';
import { orderPage, title } from '../lib/steps.mjs';

export default {
  name: 'glossary',
  on: 'demo',
  variants: ['desktop', 'phone', 'plain'],
  async run(t) {
    const subject = title('Fees');
    const request = await orderPage(t, subject);
    await t.signIn('priya');
    await t.api('POST', `/requests/${request.id}/comments`, { body: 'Two campaign pages before the go-live, please.', visibility: 'public' });
    await t.goto(`/work/${request.number}`);
    const word = t.page.locator('button.term').first();
    assert.equal(await word.textContent(), 'campaign pages');
    await word.focus();
    await t.page.keyboard.press('Enter');
    await t.page.locator('.term-pop:popover-open').waitFor();
    await t.sees('A page that stands for one campaign');
    await t.look();
    await t.page.keyboard.press('Escape');
    await t.follow('Read it in the words of IT or of marketing');
    await t.sees('landing page');
    await t.look();
    await t.follow('Say it for marketing');
    await t.sees('campaign pages');

    const wanted = `flummox${t.variant}`;
    await t.goto(`/glossary?q=${wanted}`);
    await t.sees('Nothing explains');
    await t.look();
    await t.goto('/glossary/gaps');
    await t.look();
    await t.goto(`/glossary/new?term=${wanted}`);
    await t.page.fill('[name=means]', 'Something that nobody understands.');
    await t.look();
    await t.press('Put it in the glossary');
    await t.sees('is explained now');
    await t.look();
    await t.goto('/glossary');
    await t.look();
  },
};
