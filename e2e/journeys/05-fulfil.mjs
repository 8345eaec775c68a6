// An agent takes a request through its stages: what is missing stops it, a
// question waits for the answer, the review sends it back, the requester
// approves and rates.
import assert from 'node:assert/strict';
import { orderPage, PNG, title } from '../lib/steps.mjs';

export default {
  name: 'fulfil',
  on: 'demo',
  variants: ['desktop', 'phone', 'plain'],
  postgres: true,
  async run(t) {
    const subject = title('Fees');
    await t.signIn('maren');
    const { number } = await orderPage(t, subject);
    const agent = await t.another(`${t.label}, agent`);
    try {
      await agent.signIn('aisha');
      await agent.goto(`/work/${number}`);
      await agent.press('Take it');
      await agent.sees(/It is yours now/);

      // Required lines of the checklist stop the hand-over, by name.
      await agent.follow(/^Hand to/);
      await agent.sees(/The page belongs to the person who asks/);
      await agent.look();
      await agent.goto(`/work/${number}`);
      await agent.tick('The page belongs to the person who asks');
      await agent.tick('What should change is clear');
      await agent.goto(`/work/${number}`);
      await agent.press(/^Hand to Edit the page/);
      await agent.sees(/Edit the page/);

      // A note that only agents read, and a question that stops the clock.
      await agent.choose(/Internal/);
      await agent.page.locator('textarea[name=body]').first().fill('The CMS is slow today.');
      await agent.press(/^Save note/);
      await agent.sees('The CMS is slow today.');
      await agent.look();
      await agent.follow('Ask requester');
      await agent.look();
      await agent.fill('Your question', 'Which year do the fees start?');
      await agent.press('Send question');
      await agent.sees(/The clock waits/);

      await t.goto('/');
      await t.goto(`/requests/${number}`);
      await t.sees('Your turn: answer the question');
      await t.sees('Which year do the fees start?');
      await t.look();
      await t.seesNot('The CMS is slow today.');
      await t.page.locator('textarea[name=body]').first().fill('From October 2027.');
      await t.press('Send the answer');
      await t.sees('From October 2027.');
      await t.look();

      await agent.goto(`/work/${number}`);
      await agent.sees('From October 2027.');
      // The answer set the work going again.
      await agent.tick('Text follows the house style');
      await agent.tick('Links and documents open');
      await agent.goto(`/work/${number}`);
      await agent.press(/^Hand to Look at it/);
      await agent.goto(`/work/${number}/do/back`);
      await agent.look();
      await agent.choose('Edit the page');
      await agent.fill('Reason', 'The table is cut off on a phone.');
      await agent.press('Send back');
      await agent.sees(/Sent back/);
      // What is done again is checked again.
      await agent.tick('Text follows the house style');
      await agent.tick('Links and documents open');
      await agent.goto(`/work/${number}`);
      await agent.page.locator('textarea[name=body]').first().fill('The new table of fees.');
      await agent.page.locator('.editor input[type=file]').first()
        .setInputFiles({ name: 'fees.png', mimeType: 'image/png', buffer: PNG });
      await agent.press('Send reply');
      await agent.sees('The new table of fees.');
      await agent.press(/^Hand to Look at it/);
      await agent.sees(/Waits for the requester/);
      await agent.goto(`/work/${number}/history`);
      await agent.goto(`/work/${number}/brief`);
      await agent.goto(`/work/${number}/files`);

      await t.goto(`/requests/${number}`);
      await t.sees('The new table of fees.');
      await t.sees('fees.png');
      await t.look();
      await t.press('Looks good, go on');
      await t.sees(/Thank you/);
      await t.sees('How was it?');
      await t.look();
      await t.choose('Very good');
      await t.fill(/What went well/, 'Quick and friendly.');
      await t.press('Send the rating');
      await t.sees(/Thank you for your rating/);
      await t.look();
      const request = await t.api('GET', `/requests/${number}`);
      assert.equal(request.phase, 'done');
    } finally {
      t.complaints.push(...agent.complaints);
      await agent.picture();
      await agent.end();
    }
  },
};
