// A new installation asks for its administrator, and for nothing twice.
import assert from 'node:assert/strict';

export default {
  name: 'first run',
  on: 'empty',
  variants: ['desktop', 'phone', 'plain', 'plain-phone'],
  postgres: true,
  async run(t) {
    await t.goto('/sign-in');
    assert.match(t.page.url(), /\/welcome$/, 'a new installation welcomes');
    await t.fill('Name of your organisation or department', 'Nordhaven University');
    await t.fill('Your name', 'Ada Admin');
    await t.fill('Email', 'ada@nordhaven.example');
    await t.fill('Password', 'six green lamps over water');
    await t.press('Create the administrator');
    await t.goto('/welcome');
    assert.doesNotMatch(t.page.url(), /\/welcome$/, 'there is only one first run');
  },
};
