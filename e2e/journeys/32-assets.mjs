// The asset library: a logo within three interactions; two files uploaded, their
// rights set, a link with a password that an outsider opens; a new version, and
// an end of the rights that stops downloads.
import assert from 'node:assert/strict';
import { sizesMade } from '../lib/steps.mjs';
import { until } from '../lib/traveller.mjs';

const drawing = (colour) => ({
  mimeType: 'image/svg+xml',
  buffer: Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 60"><rect width="90" height="60" fill="${colour}"/></svg>`),
});

/** Press something that answers a file; the file's name. */
async function save(t, press) {
  const [download] = await Promise.all([t.page.waitForEvent('download'), press()]);
  assert.equal(await download.failure(), null);
  return download.suggestedFilename();
}

export default {
  name: 'assets',
  on: 'demo',
  variants: ['desktop', 'phone', 'plain'],
  async run(t) {
    // A requester takes the logo in the format they need, in two interactions
    // from the start page: the asset, the format.
    await t.signIn('maren');
    const logo = (await t.api('GET', '/assets?kind=logo&q=Main+logo+colour')).items[0];
    await sizesMade(t, `/assets/${logo.id}`);
    await t.goto('/');
    await t.sees('Take it now');
    await t.follow('Main logo, colour', t.page.locator('.take'));
    await t.sees('Use it right');
    await t.look();
    const name = await save(t, () => t.page.getByRole('button', { name: /^For the web/ }).click());
    assert.match(name, /Main logo, colour\.svg$/);
    assert.match(await save(t, () => t.page.getByRole('button', { name: /^For Word and slides/ }).click()), /\.png$/);
    await t.goto('/assets?rights=expired');
    await t.look();
    await t.page.getByRole('link', { name: 'Graduation 2024' }).click();
    await t.sees('The right to use this ended');
    await t.sees('Ask for it');
    await t.look();

    // Two files at once, by a marketer.
    const red = `${t.variant} red`, blue = `${t.variant} blue`;
    const colours = { desktop: ['#c01', '#01c'], phone: ['#c02', '#02c'], plain: ['#c03', '#03c'] }[t.variant];
    await t.signIn('priya');
    await t.goto('/assets/new');
    await t.look();
    await t.page.setInputFiles('#f-files', [{ name: `${red}.svg`, ...drawing(colours[0]) }, { name: `${blue}.svg`, ...drawing(colours[1]) }]);
    if (t.scripted) await until(async () => (await t.page.locator('input[name=uploads]').count()) === 2, 'the files did not arrive');
    await t.page.selectOption('[name=licence]', 'own');
    await t.press('Add to the library');
    await t.sees('2 assets added');
    await t.look();
    await t.page.getByRole('link', { name: red }).click();
    await t.page.selectOption('[name=licence]', 'bought');
    await t.page.fill('[name=credit]', 'Priya Raman');
    await t.look();
    await t.press('Save');
    await t.sees('is saved');
    const asset = new URL(t.page.url()).pathname;
    await sizesMade(t, asset);

    // A link with a password, opened outside.
    await t.follow('Share by a link');
    await t.page.fill('[name=label]', 'The printer');
    await t.page.fill('[name=password]', 'lighthouse-22');
    await t.press('Make the link');
    await t.sees('The link is made');
    await t.look();
    const link = new URL(await t.page.locator('#share-link').innerText()).pathname;
    const outsider = await t.another('outsider');
    await outsider.goto(link);
    await outsider.look();
    await outsider.page.fill('[name=password]', 'lighthouse-22');
    await outsider.press('Open');
    await outsider.sees('For The printer.');
    await outsider.look();
    assert.match(await save(outsider, () => outsider.page.getByRole('button', { name: /^For the web/ }).click()), /\.svg$/);

    // A new version; then the rights end, and the outsider is told why.
    await t.goto(`${asset}/edit`);
    await t.page.setInputFiles('#f-files', { name: 'new.svg', ...drawing(`${colours[0]}9`) });
    if (t.scripted) await until(async () => (await t.page.locator('input[name=uploads]').count()) === 1, 'the file did not arrive');
    await t.press('Add version');
    await t.sees('The new version is there');
    await t.sees('Version 2');
    await t.goto(`${asset}/edit`);
    await t.page.fill('[name=expires_on]', '2026-01-31');
    await t.press('Save');
    await t.sees('The right to use this ended');
    await outsider.goto(link);
    await outsider.sees('The right to use this ended');
  },
};
