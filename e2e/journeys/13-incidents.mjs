// Something is broken: it is assessed, declared major, everybody sees it with
// its updates; why it happened becomes a problem with a workaround, and what
// was learned a post-mortem.
import { title } from '../lib/steps.mjs';

export default {
  name: 'incidents',
  on: 'demo',
  variants: ['desktop', 'phone', 'plain'],
  async run(t) {
    const { page } = t;
    const broken = title('Registration is down');
    const headline = title('Nobody can register');
    await t.signIn('ada');
    const placed = await t.api('POST', '/orders', { lines: [{ service: 'report-broken', answers: {
      subject: broken, thing: 'message', reach: 'public', harm: false, data: false, seen: 'The form says: something went wrong.',
    } }] });
    const incident = placed.requests[0].number;

    await t.goto(`/work/${incident}/incident`);
    await page.selectOption('[name=impact]', 'high');
    await page.selectOption('[name=urgency]', 'high');
    await t.press(/^(Save|Assess)/);
    await t.look();
    // Nothing to read: said at the field.
    await t.press('Declare a major incident');
    await t.look();
    await page.fill('[name=headline]', headline);
    await t.press('Declare a major incident');
    await t.sees('Major incident');
    await page.fill('[name=body]', 'We found the cause and mend it.');
    await t.press('Post update');
    await t.sees('We found the cause and mend it.');
    await t.look();
    // Everybody sees it.
    await t.goto('/status');
    await t.sees(headline);
    await t.goto('/');
    await t.sees(headline);

    await t.goto(`/work/${incident}/problem/new`);
    await page.fill('[name=title]', title('Why registration breaks'));
    await t.press('Open the problem');
    await t.look();
    await page.fill('[name=headline]', title('Registration breaks under load'));
    await page.fill('[name=root_cause]', 'The queue of the form tool is too short.');
    await page.fill('[name=workaround]', 'Try again after nine in the evening.');
    await page.check('[name=known]');
    await page.check('[name=published]');
    await page.locator('label').filter({ hasText: 'Report a mistake on the website' }).first().click();
    await t.press('Save');
    await t.sees('Saved. People who order see what helps.');
    await t.goto('/catalog/report-a-website-mistake');
    await t.sees('Try again after nine in the evening.');

    await t.goto(`/work/${incident}/incident`);
    await t.press('It works again');
    await t.look();
    await t.goto(`/work/${incident}/post-mortem`);
    await page.fill('[name=summary]', 'Registration was down for an hour.');
    await page.fill('[name=went_well]', 'Everybody was told within ten minutes.');
    await t.press('Save');
    await t.look();
    await t.press('Publish to all who work here');
    await t.goto('/post-mortems');
    await t.sees('Registration was down for an hour.');
  },
};
