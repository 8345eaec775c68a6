// Accounts: an invitation from link to first sign-in, and the second step.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { title } from '../lib/steps.mjs';

/** The code of an authenticator app (RFC 6238: HMAC-SHA-1, 30 seconds, six digits). */
function code(key, at = Date.now()) {
  const bits = [...key.replace(/\s/g, '')].map((c) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0')).join('');
  const bytes = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)));
  const hash = createHmac('sha1', bytes).update(counter).digest();
  const from = hash[19] & 15;
  return String((hash.readUInt32BE(from) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

export default {
  name: 'invitation and second step',
  on: 'demo',
  variants: ['desktop', 'phone', 'plain'],
  async run(t) {
    const email = `${title('nora').replace(/\W/g, '-')}-${t.variant}@nordhaven.example`;
    const password = 'seven blue boats at noon';
    const admin = await t.another('administrator');
    await admin.signIn('ada');
    await admin.goto('/admin/people');
    await admin.goto('/admin/people/new');
    await admin.fill('Name', 'Nora Newcomer');
    await admin.fill('Email', email);
    await admin.press(/^(Create|Invite)/);
    await admin.look();
    const link = (await admin.page.content()).match(/https?:\/\/[^"<\s]+(\/link\/[^"<\s]+)/);
    assert.ok(link, 'the link is shown');

    await t.goto(link[1]);
    await t.look();
    await t.fill('New password', password);
    await t.press('Set password');
    await t.sees(/Your password is set/);
    await t.signIn(email, password);
    await t.goto('/me/security');
    await t.press('Set up the second step');
    await t.look();
    const key = (await t.page.locator('code.secret').innerText()).replace(/\s/g, '');
    await t.fill('Code', '000000');
    await t.fill('Present password', password);
    await t.press('Switch the second step on');
    await t.look();
    await t.fill('Code', code(key));
    await t.fill('Present password', password);
    await t.press('Switch the second step on');
    await t.look();
    const recovery = (await t.page.locator('main').innerText()).match(/\b[a-z0-9]{4,5}(-[a-z0-9]{4,5})+\b/i)?.[0];
    assert.ok(recovery, 'recovery codes are shown');

    // From now on the password alone opens nothing.
    const again = await t.another('the same person, elsewhere');
    await again.page.goto('/sign-in');
    await again.fill('Email', email);
    await again.fill('Password', password);
    await again.press('Sign in');
    assert.match(again.page.url(), /\/sign-in\/code/);
    await again.look();
    await again.fill('Code', '123');
    await again.press('Sign in');
    assert.match(again.page.url(), /\/sign-in\/code/);
    await again.fill('Code', recovery);
    await again.press('Sign in');
    await again.sees(/recovery code is used up/);
    await again.goto('/me/security');
    t.complaints.push(...admin.complaints, ...again.complaints);
    await admin.end();
    await again.end();
  },
};
