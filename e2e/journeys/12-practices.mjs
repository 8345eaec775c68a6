// A practice from the library to work that runs: adopt it, make it ours, meet a
// newer version of it, send it to somebody else, and leave it.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { binary } from '../lib/server.mjs';
import { title } from '../lib/steps.mjs';
import { PASSWORD } from '../lib/traveller.mjs';

const library = new URL('../../library/', import.meta.url).pathname;
/** Each size adopts another one, because they share an installation. */
const PRACTICES = { desktop: ['web-page-update', 'Web page update'], phone: ['brief-writing', 'Brief writing'], plain: ['knowledge', 'Knowledge'] };

/** A newer pack of a practice, in which every service says something else. */
function newer(dir, key) {
  const folder = join(dir, key);
  cpSync(join(library, key), folder, { recursive: true });
  const edit = (path, change) => writeFileSync(join(folder, path), change(readFileSync(join(folder, path), 'utf8')));
  edit('practice.toml', (text) => text.replace(/^version = .*$/m, 'version = "8.0.0"'));
  for (const name of execFileSync('ls', [join(folder, 'services')], { encoding: 'utf8' }).trim().split('\n')) {
    edit(`services/${name}`, (text) => text.replace(/^summary = .*$/m, 'summary = "What they say now."'));
  }
  const file = join(dir, 'pack.zip');
  execFileSync(binary, ['practice', 'pack', folder, file], { stdio: 'pipe' });
  return file;
}

export default [{
  name: 'practices',
  on: 'demo',
  variants: ['desktop', 'phone', 'plain'],
  async run(t) {
    const { page } = t;
    const [key, name] = PRACTICES[t.variant];
    const dir = mkdtempSync(join(tmpdir(), 'mil-pack-'));
    try {
      await t.signIn('ada');
      await t.goto('/practices');
      await t.fill('Find a practice', name);
      await t.press('Show');
      await t.follow(name);
      assert.equal(await t.heading(), name);
      await t.look();
      await t.follow('Adopt this practice');
      await t.sees('This is what will be there');
      await t.look();
      await t.press('Adopt it now');
      await t.sees('The practice runs now.');
      await t.sees('How well we use it');
      await t.look();

      // It runs: its services stand in the catalog.
      const { adoption } = await t.api('GET', `/practices/${key}`);
      const service = Object.values(adoption.services)[0];
      assert.equal(adoption.maturity, 1);
      // We make it ours.
      await t.goto(`/admin/services/${service}`);
      await t.fill('One line', 'In our own words.');
      await t.press('Save service');
      await t.sees('The service is saved');

      // A newer version comes from elsewhere; a broken one is refused first.
      const broken = join(dir, 'broken.zip');
      writeFileSync(broken, 'this is no pack');
      await t.goto('/practices');
      await page.setInputFiles('#f-pack', broken);
      await t.press('Take it in');
      await t.sees(/no ZIP file/);
      await page.setInputFiles('#f-pack', newer(dir, key));
      await t.press('Take it in');
      await t.sees('It stands in the library now.');
      await t.follow('Compare with ours');
      await t.sees('Both changed it');
      await t.look();
      await t.choose('What they say now.');
      await t.press('Take the new version');
      await t.sees('The new version runs.');
      const after = await t.api('GET', `/practices/${key}`);
      assert.equal(after.adoption.version, '8.0.0');
      const { summary } = await t.api('GET', `/services/${service}`);
      assert.equal(summary, 'What they say now.');

      const pack = await t.context.request.get(`${t.origin}/practices/${key}/export`);
      assert.equal(pack.headers()['content-type'], 'application/zip');
      assert.equal((await pack.body()).subarray(0, 2).toString(), 'PK');

      await t.goto(`/practices/${key}`);
      await page.locator('summary', { hasText: 'Leave this practice' }).click();
      await t.press('Leave it');
      await t.sees('You left this practice.');
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  },
}, {
  name: 'approvals',
  on: 'demo',
  variants: ['desktop', 'phone', 'plain'],
  async run(t) {
    await t.signIn('ada');
    const key = 'change-enablement';
    // The first of the three brings the practice; who comes second is told so.
    await t.context.request.post(`${t.origin}/api/v1/practices/${key}/adoption`, { data: {}, headers: { origin: t.origin } });
    const { adoption: now } = await t.api('GET', `/practices/${key}`);
    const service = now.services['urgent-change'] ?? Object.values(now.services).at(-1);
    const { form } = await t.api('GET', `/services/${service}`);
    assert.ok(form.fields.some((field) => field.key === 'harm'), 'the urgent change has another form');
    const subject = title('Close the open list');
    const answers = { subject, reason: 'open', harm: 'Addresses are open to see', change: 'Close it', back: 'Open it', tried: 'yes' };
    const order = await t.browser.newContext({ baseURL: t.origin });
    await order.request.post('/sign-in', { form: { email: 'maren@nordhaven.example', password: PASSWORD }, maxRedirects: 0 });
    const placed = await order.request.post('/api/v1/orders', { data: { lines: [{ service, answers }] } });
    assert.equal(placed.status(), 201, await placed.text());
    const [{ number }] = (await placed.json()).requests;
    await order.close();
    await t.api('POST', `/requests/${number}/checks`, { check: 'least', done: true });
    await t.api('POST', `/requests/${number}/moves`, { type: 'forward' });

    // Who is asked finds it in their list; a refusal needs a reason.
    const { steps } = await t.api('GET', `/requests/${number}/approvals`);
    const asked = steps[0].seats.find((seat) => seat.person === 'Sofia Lund');
    const { items } = await t.api('GET', `/people?q=${encodeURIComponent(asked.person.split(' ')[0])}`);
    const person = items.find((one) => one.id === asked.person_id);
    await t.context.clearCookies();
    await t.signIn(person.email);
    await t.goto('/approvals');
    await t.follow(new RegExp(subject));
    await t.sees(/Your turn:/);
    await t.look();
    await t.press('Refuse');
    await t.sees(/Say why not/);
    await t.press('Agree');
    await t.sees('You agreed.');
    assert.equal((await t.api('GET', `/requests/${number}`)).stage, 'act');
    await t.look();

    // Away: somebody else decides, until one is back. Each size is somebody
    // else: they share the installation and may run at the same time.
    await t.context.clearCookies();
    await t.signIn({ desktop: 'pia', phone: 'ivo', plain: 'priya' }[t.variant]);
    await t.goto('/approvals');
    await t.fill('Who decides for you', 'jonas@nordhaven.example');
    await t.fill('Until and including', new Date(Date.now() + 3 * 86_400_000).toISOString().slice(0, 10));
    await t.press('Let them decide');
    await t.sees(/decides for you/);
    await t.look();
    await t.press('I am back');
    await t.sees('You decide again.');
  },
}];
