// An answer drawn from a solved request in two clicks; approved, read and judged
// by who orders; then changed, with a picture in it, and compared with before.
import assert from 'node:assert/strict';
import { PNG } from '../lib/steps.mjs';

export default {
  name: 'knowledge',
  on: 'demo',
  variants: ['desktop', 'phone', 'plain'],
  async run(t) {
    await t.signIn('aisha');
    const { items } = await t.api('GET', '/requests?state=done');
    const done = items.find(({ service }) => service === 'update-a-web-page') ?? items[0];
    await t.goto(`/work/${done.number}`);
    await t.press('Make an answer of it');
    await t.sees(/Drawn from the request/);
    const editor = new URL(t.page.url()).pathname;
    assert.match(editor, /^\/knowledge\/[-\w]+\/edit$/);
    await t.press('Send for approval');
    await t.sees('Sent for approval.');
    await t.look();

    // A lead reads it and publishes it for everybody.
    await t.signIn('jonas');
    await t.goto(editor);
    const words = await t.heading();
    await t.press('Approve and publish');
    const sheet = editor.replace(/\/edit$/, '');
    await t.goto(sheet);
    await t.look();
    await t.pick('Who may read it', 'Everybody who signs in');
    await t.press('Save settings');
    await t.look();

    await t.signIn('maren');
    await t.goto(sheet.replace('/knowledge/', '/answers/'));
    assert.equal(await t.heading(), words);
    await t.press('Yes, it did');
    await t.sees('We are glad.');
    await t.look();

    // A new version: another text, with a picture; whoever wrote it does not
    // publish it.
    await t.signIn('aisha');
    await t.goto(editor);
    await t.fill('Answer', 'Order the change, and name the page.');
    await t.page.setInputFiles('#f-file', { name: 'page.png', mimeType: 'image/png', buffer: PNG });
    await t.press('Save draft');
    await t.page.locator('#preview img').waitFor();
    await t.look();
    await t.press('Send for approval');
    await t.sees('Sent for approval.');
    await t.signIn('jonas');
    await t.goto(editor);
    await t.press('Approve and publish');
    await t.goto(`${sheet}/versions/2?lang=en`);
    await t.sees('What changed since version 1');
    await t.sees('Order the change');
    await t.look();
  },
};
