// Two people at the same request: one sees what the other does, and neither
// overwrites the other unseen.
import assert from 'node:assert/strict';
import { orderPage, title } from '../lib/steps.mjs';

async function both(t, run) {
  const other = await t.another('the other');
  try {
    await run(other);
  } finally {
    t.complaints.push(...other.complaints);
    await other.end();
  }
}

export const live = {
  name: 'live update',
  on: 'demo',
  variants: ['desktop', 'phone'],
  async run(t) {
    await both(t, async (other) => {
      await other.signIn('clara');
      await t.signIn('aisha');
      const { number } = await orderPage(other, title('Live'));
      await t.goto(`/work/${number}`);
      await t.page.locator('textarea[name=body]').first().fill('I am in the middle of a sentence');
      await other.api('POST', `/requests/${number}/comments`, { body: 'News from the other desk.', visibility: 'internal' });
      await t.page.getByRole('button', { name: /1 new/ }).click();
      await t.sees('News from the other desk.');
      await other.api('PATCH', `/requests/${number}`, { priority: 'urgent' });
      await t.page.waitForFunction(() => document.querySelector('select[name=priority]')?.value === 'urgent');
      assert.equal(await t.page.locator('textarea[name=body]').first().inputValue(), 'I am in the middle of a sentence', 'the draft is kept');
    });
  },
};

export const conflict = {
  name: 'conflict of two editors',
  on: 'demo',
  variants: ['plain', 'plain-phone'],
  async run(t) {
    await both(t, async (other) => {
      await other.signIn('clara');
      await t.signIn('aisha');
      const { number } = await orderPage(other, title('Conflict'));
      await t.goto(`/work/${number}`);
      await other.api('PATCH', `/requests/${number}`, { priority: 'low' });
      await t.pick('Priority', 'Urgent');
      await t.press('Change priority');
      await t.sees('This changed while you had it open');
      await t.sees(/Clara Vogt/);
      await t.look();
      assert.equal((await t.api('GET', `/requests/${number}`)).priority, 'low', 'nothing was overwritten');
      await t.press('Apply my change');
      assert.equal((await t.api('GET', `/requests/${number}`)).priority, 'urgent');
    });
  },
};

export default [live, conflict];
