// Self-help: an answer beside the form solves it, and the report counts it.
import assert from 'node:assert/strict';

export default {
  name: 'self-help',
  on: 'demo',
  variants: ['desktop', 'phone', 'plain'],
  async run(t) {
    const solved = async () => (await t.api('GET', '/self-help?days=30')).demand.solves;
    await t.signIn('jonas');
    const before = await solved();
    await t.signIn('maren');
    await t.goto('/catalog/logo-files');
    const list = t.page.locator('#answers');
    if (t.variant === 'plain') {
      await t.page.fill('[name=subject]', 'Scalable logo as EPS');
      await t.press('Look for answers');
    } else {
      await t.page.locator('[name=subject]').pressSequentially('Scalable logo as EPS', { delay: 10 });
    }
    await list.getByRole('link', { name: 'vector file' }).waitFor();
    await t.look();
    const row = list.getByRole('listitem').filter({ hasText: 'vector file' });
    if (await row.getByRole('button', { name: 'Take it back' }).count()) await t.press('Take it back', row);
    await t.press('This solved it', t.page.locator('#answers').getByRole('listitem').filter({ hasText: 'vector file' }));
    await t.sees('You need not order anything');
    await t.look();
    await t.goto('/ask?q=scalable+logo');
    await t.sees('This may solve it');
    await t.look();
    await t.signIn('jonas');
    // Once a day, whoever says it again.
    assert.ok((await solved()) >= before);
    await t.goto('/insight/self-help');
    await t.sees('Self-help saved between');
    await t.sees('Logo file');
    await t.look();
    await t.page.getByText('Show as table').first().click();
    await t.look();
  },
};
