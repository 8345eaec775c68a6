// Rules: "when a print request waits two days for approval, remind the approver's
// substitute", with the keys alone and counted; what it would have done; a macro.
import assert from 'node:assert/strict';

// How long somebody takes who types 40 words a minute: each key, and a moment of
// thought before each field (the keystroke-level model of Card, Moran and Newell).
const KEY = 0.28;
const THOUGHT = 1.35;

/** Somebody who uses the keys only, and how many. */
class Keys {
  constructor(t) { Object.assign(this, { t, keys: 0, thoughts: 0 }); }

  get seconds() { return this.keys * KEY + this.thoughts * THOUGHT; }

  async press(key) {
    this.keys += 1;
    await this.t.page.keyboard.press(key);
  }

  /** Tab on until it has the focus. */
  async to(locator) {
    this.thoughts += 1;
    for (let n = 0; n < 40; n += 1) {
      if (await locator.evaluate((element) => element === document.activeElement)) return;
      await this.press('Tab');
    }
    assert.fail(`the Tab key does not lead to ${locator}`);
  }

  async type(text) {
    this.keys += text.length;
    await this.t.page.keyboard.type(text);
  }

  /** Choose from a list that has the focus by some of its letters. */
  async choose(text) {
    await this.type(text);
    if (!this.t.scripted) return; // the browser's own list goes along with the letters
    await this.press('ArrowDown');
    await this.press('Enter');
  }

  async go() { await this.t.settle(() => this.press('Enter')); }
}

export default {
  name: 'rules',
  on: 'demo',
  variants: ['desktop', 'phone', 'plain'],
  async run(t) {
    await t.signIn('ada');
    await t.goto('/admin/rules');
    await t.sees('Urgent changes: tell the leads');
    await t.page.getByRole('link', { name: 'Remind the substitute when an approval waits' }).focus();
    await t.settle(() => t.page.keyboard.press('Enter'));
    await t.look();
    await t.press('What would it have done?');
    await t.sees('What it would have done');
    await t.sees("When an approval has waited for 2 working days: remind the approver's substitute.");
    await t.look();
    await t.goto('/admin/rules/new');

    // From an empty form to the rule.
    const hand = new Keys(t);
    await hand.to(t.page.getByLabel('Name', { exact: true }));
    await hand.type(`Print waits ${t.variant}`);
    await hand.to(t.page.getByLabel('this happens'));
    await hand.type('an approval has');
    await hand.to(t.page.getByLabel(/^How long/));
    assert.equal(await t.page.getByLabel(/^How long/).inputValue(), '2', 'two days are the suggestion');
    await hand.to(t.page.locator('#f-test1'));
    await hand.choose('Team: Print');
    await hand.to(t.page.locator('#f-deed1'));
    await hand.choose("remind the approver's");
    // What it would have done comes first, and the next button is at hand there.
    await hand.to(t.page.getByRole('button', { name: 'What would it have done?' }));
    await hand.go();
    await t.sees("When an approval has waited for 2 working days, if Team: Print and events: remind the approver's substitute.");
    await hand.to(t.page.locator('#dry').getByRole('button', { name: 'Switch it on' }));
    await hand.go();
    await t.sees('The rule is on');
    await t.look();
    assert.ok(hand.seconds < 60, `${hand.keys} keys and ${hand.thoughts} fields take ${hand.seconds.toFixed(1)} s`);
    await t.press('Remove the rule');
    await t.sees('The rule is removed');

    // What it takes to be wrong: nothing that was typed is lost.
    await t.goto('/admin/rules/new');
    await t.page.locator('[name=name]').fill('Half a rule');
    await t.press('Switch it on');
    await t.sees('Choose what sets the rule off.');
    assert.equal(await t.page.locator('[name=name]').inputValue(), 'Half a rule');
    await t.look();
    await t.goto('/admin/macros');
    await t.sees('Ask the print shop for a price');
    await t.look();
  },
};
