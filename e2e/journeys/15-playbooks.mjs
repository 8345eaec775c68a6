// A playbook: written by a lead, started beside a request, ticked, skipped with
// a reason, finished; and the next version beside the one before.
import { orderLogo, title } from '../lib/steps.mjs';

export default {
  name: 'playbooks',
  on: 'demo',
  variants: ['desktop', 'phone', 'plain'],
  async run(t) {
    const name = `Hand a stand over, ${t.variant}`;
    await t.signIn('jonas');
    await t.goto('/playbooks');
    await t.sees('Prepare a public lecture');
    await t.look();
    await t.follow('Write a playbook');
    await t.look();
    await t.page.fill('[name=name]', name);
    await t.page.fill('[name=purpose]', 'When a fair is over. Afterwards nothing of ours is left there.');
    await t.press('Go on to the steps');
    await t.page.locator('[name^="title."]').fill('Count the boxes');
    await t.press('Add a step');
    await t.page.locator('[name^="title."]').nth(1).fill('Take a picture of the floor');
    await t.press('Move step 2 up');
    await t.look();
    await t.press('Publish this version');
    await t.sees('Version 1 is published.');
    await t.look();
    const book = new URL(t.page.url()).pathname;

    // Beside a request.
    const request = await orderLogo(t, title('Logo for the stand'));
    const href = `/work/${request.number}`;
    await t.goto(`${book}?`);
    await t.page.fill('[name=item]', '1');
    await t.press('Start');
    await t.sees('There is no such request among those you see.');
    await t.page.fill('[name=item]', String(request.number));
    await t.press('Start');
    await t.look();
    await t.page.locator('summary', { hasText: 'step 1' }).click();
    await t.press('Skip');
    await t.sees('Say why this step is skipped.');
    await t.look();
    await t.page.locator('#note-1').fill('The floor was wet');
    await t.press('Skip');
    await t.sees('The floor was wet');
    await t.press('Done: step 2');
    await t.press('Finish');
    await t.sees('The run is finished.');
    await t.look();
    await t.goto(href);
    await t.sees(name);

    // The next version, compared.
    await t.goto(`${book}/edit`);
    await t.page.locator('[name^="title."]').nth(1).fill('Count the boxes twice');
    await t.page.fill('[name=note]', 'One was lost');
    await t.press('Publish this version');
    await t.goto(`${book}/versions/2`);
    await t.sees('Count the boxes twice');
    await t.look();
    await t.goto(`${book}/print`);
    await t.look();
    await t.goto('/playbook-runs?view=ended');
    await t.look();
  },
};
