// A proof round with two versions: started from an asset, a place pointed at,
// a decision with changes, a new file that asks again, and both compared.
import assert from 'node:assert/strict';
import { inDays } from '../lib/steps.mjs';
import { until } from '../lib/traveller.mjs';

const drawing = (spot) => ({
  mimeType: 'image/svg+xml',
  buffer: Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 300"><rect width="400" height="300" fill="#12305c"/><circle cx="60" cy="60" r="30" fill="${spot}"/></svg>`),
});
/** Each size has a picture of its own, because they share an installation. */
const SPOTS = { desktop: ['#d11', '#1d1'], phone: ['#d12', '#1d2'], plain: ['#d13', '#1d3'] };

/** Wait until the pages of the newest version are made, and look at them; the
 * demo's library is made at the same time, so that may take a while. */
async function prepared(t, round, version) {
  await until(async () => {
    const newest = (await t.api('GET', round)).versions.find(({ number }) => number === version);
    return newest?.state === 'ready';
  }, 'the pages were not made', 120);
  await t.page.goto(round);
  await t.page.locator('.proof-sheet input[type=image]').waitFor();
}

async function upload(t, name, spot) {
  await t.page.setInputFiles('#f-files', { name, ...drawing(spot) });
  if (t.scripted) await until(async () => (await t.page.locator('input[name=uploads]').count()) === 1, 'the file did not arrive');
}

export default {
  name: 'proof round with two versions',
  on: 'demo',
  variants: ['desktop', 'phone', 'plain'],
  async run(t) {
    const { page } = t;
    const [first, second] = SPOTS[t.variant];
    const name = `${t.variant} banner`;
    await t.signIn('priya');
    await t.goto('/assets/new');
    await upload(t, `${name}.svg`, first);
    await page.selectOption('[name=licence]', 'own');
    await t.press('Add to the library');
    await until(async () => /\/assets\/[-\w]+\/edit/.test(page.url()), 'the asset was not made');
    const asset = new URL(page.url()).pathname.replace(/\/edit$/, '');
    await t.goto(asset);
    await t.follow('Start a proof round');
    await t.look();
    await page.locator('[name="person-1-text"]').fill('maren@nordhaven.example');
    if (t.scripted) await page.getByRole('option', { name: /^Maren/ }).click();
    await t.fill('Answers are wanted by', inDays(3));
    await page.fill('[name=item]', '999999');
    await t.press('Start a proof round');
    await t.sees('There is no such request');
    await t.look();
    await page.fill('[name=item]', '');
    await t.press('Start a proof round');
    await t.sees('The round is open.');
    const round = new URL(page.url()).pathname;
    await prepared(t, round, 1);
    await t.look();

    // Maren is asked; she points at a place and wants it changed.
    const maren = await t.another('maren');
    await maren.signIn('maren');
    await maren.goto('/proofs');
    await maren.sees('Waits for you');
    await maren.goto(round);
    await maren.sees('Look at it and decide');
    const picture = maren.page.locator('.proof-sheet input[type=image]');
    const box = await picture.boundingBox();
    const there = { x: Math.round(box.width * 0.15), y: Math.round(box.height * 0.2) };
    if (maren.scripted) {
      await picture.click({ position: there });
      // By keyboard: the arrows move the mark, Enter goes to the comment.
      const left = Number(await maren.page.inputValue('[name=x]'));
      await picture.focus();
      await maren.page.keyboard.press('ArrowRight');
      assert.ok(Math.abs(Number(await maren.page.inputValue('[name=x]')) - left - 1) < 0.02);
      await maren.page.keyboard.press('Enter');
      assert.equal(await maren.page.evaluate(() => document.activeElement.name), 'body');
    } else {
      await maren.settle(() => picture.click({ position: there }));
    }
    const near = Number(await maren.page.inputValue('[name=x]'));
    assert.ok(near > 13 && near < 18, `the place is at ${near} %`);
    await maren.fill('Comment', 'The spot should be green');
    await maren.press('Add comment');
    await maren.sees('Your comment is there.');
    await maren.sees('The spot should be green');
    assert.equal(await maren.page.locator('.proof-pins .proof-pin').count(), 1);
    await maren.look();
    await maren.choose('Approve with changes');
    await maren.page.fill('#f-note', 'Once it is green');
    await maren.press('Decide');
    await maren.sees('Your decision is recorded.');

    // A new file of the asset is the next version; what was said goes along.
    await t.goto(`${asset}/edit`);
    await upload(t, 'next.svg', second);
    await t.page.fill('[name=note]', 'Green now');
    await t.press('Add version');
    await t.sees('The new version is there');
    await prepared(t, round, 2);
    await t.sees('from version 1');
    await t.sees('Asked again');
    await t.look();
    await t.follow('Compare versions');
    await t.sees('Something changed on page 1.');
    await t.look();
    await t.follow('One over the other');
    await t.look();
    await t.follow('75 %');
    assert.match(t.page.url(), /mix=75/);
    await t.follow('What is different');
    await t.look();

    // Asked again, she agrees; the thread is settled and the round closed.
    await maren.goto(round);
    await maren.sees('Look at it and decide');
    await maren.choose(/^Approve$/);
    await maren.press('Decide');
    await maren.sees('Your decision is recorded.');
    await maren.press(/^Settled/);
    await maren.sees('1 settled');
    await maren.look();
    await t.goto(round);
    await t.sees('Approved by all');
    await t.press('Close the round');
    await t.sees('The round is closed.');
    await t.look();
    await maren.end();
  },
};
