// A change from its order to its review: ranked, planned, decided in a meeting
// with minutes, made and looked back at.

import { inDays } from '../lib/steps.mjs';

/** Each size plans in weeks of its own, because they share an installation. */
const AHEAD = { desktop: 3, phone: 4, plain: 5 };

export default {
  name: 'changes',
  on: 'demo',
  variants: ['desktop', 'phone', 'plain'],
  async run(t) {
    const { page } = t;
    const day = inDays(AHEAD[t.variant]);
    const title = `New form for ${t.variant}`;

    // Ordered, as an urgent change: the shortest form.
    await t.signIn('maren');
    await t.goto('/catalog/urgent-change');
    await page.fill('[name=subject]', title);
    await page.locator('[name=reason][value=wrong]').check();
    await page.fill('[name=harm]', 'Ten people an hour order in vain');
    await page.fill('[name=change]', 'Take the old form off');
    await page.fill('[name=back]:not([type=hidden])', 'Put the old form back, two minutes');
    await page.locator('[name=tried][value=yes]').check();
    await t.press('Order now');
    await t.goto('/requests');
    await t.follow(title);
    await t.sees('An urgent change: it is made first and looked at afterwards.');
    const number = new URL(page.url()).pathname.split('/').pop();
    await t.look();

    // Ranked.
    await t.signIn('jonas');
    await t.goto(`/work/${number}/change`);
    await t.look();
    for (const [question, answer] of Object.entries({ before: 'once', tried: 'yes', back_time: 'minutes', notice: 'public', touches: 'none', down: 'no' })) {
      await page.locator(`[name=q_${question}][value=${answer}]`).check();
    }
    await t.press('Save the answers');
    await t.sees('Medium risk');
    await page.fill('[name=tool]', `Form of ${t.variant}`);
    await t.press('Save what it touches');
    await t.look();

    // Planned.
    await t.goto(`/calendar/new?change=${number}`);
    const put = { from: day, from_time: '05:00', to_time: '05:15' };
    for (const [name, value] of Object.entries(put)) await page.fill(`[name=${name}]`, value);
    await t.press('Put it in the calendar');
    await t.sees('is planned for');
    await t.goto('/changes');
    await t.sees(title);
    await t.look();

    // Another one is checked before it is made.
    const planned = `New list for ${t.variant}`;
    const ordered = await t.api('POST', '/orders', { lines: [{ service: 'checked-change', answers: {
      subject: planned, system: `List of ${t.variant}`, notice: 'staff', before: 'once', why: 'The old one is full.',
      steps: 'Make it, fill it, switch over.', back_time: 'minutes', back: 'Switch back.', touches: ['none'],
      day: inDays(AHEAD[t.variant] + 7), time: '7:30', down: false,
    } }] });
    const checked = ordered.requests[0];

    // Decided in a meeting of one's own series, with minutes.
    await t.goto('/meetings');
    await t.look();
    await t.goto('/meeting-series/new');
    await page.fill('[name=name]', `Board of ${t.variant}`);
    await t.look();
    await t.press('Save the series');
    await t.sees(`“Board of ${t.variant}” is saved`);
    await t.follow(new RegExp(`\\d:\\d\\d.*Board of ${t.variant}`));
    await page.locator('summary', { hasText: 'Add a point' }).click();
    await page.fill('[name=title]', 'Holidays');
    await t.press('Add the point');
    await t.sees('Holidays');
    if (!(await page.getByRole('link', { name: planned }).count())) {
      await page.locator('summary', { hasText: 'Add a point' }).click();
      await page.fill('[name=change]', String(checked.number));
      await t.press('Add the point');
    }
    const point = page.locator('main li.card', { hasText: planned });
    await point.locator('input[name^=words-]').fill('Before six in the morning');
    await t.press(/^Agreed with conditions/, point);
    await t.sees('Decision recorded');
    await t.look();
    await page.locator('select[name^=person-]').first().selectOption('present');
    await page.fill('[name=guests]', 'Olga Reuter');
    await t.press('Save attendance');
    await t.sees('Attendance saved');
    await t.press('Save the minutes');
    await t.sees('Minutes saved');
    const early = page.locator('[name=held_early]');
    if (await early.count()) await early.check();
    await t.press('Publish for good');
    await t.sees('stay as they are');
    await t.look();
    await t.goto(`/work/${checked.number}`);
    await t.sees('Before six in the morning');
    await t.look();

    // Looked back at.
    await t.goto(`/work/${number}/change`);
    await page.locator('[name=outcome][value=successful]').check();
    await page.fill('[name=happened]', 'Took four minutes; nobody noticed.');
    await page.locator('[name=followed][value=yes]').check();
    await t.press('Save the review');
    await t.sees('Somebody looked back: As planned.');
    await t.look();

    // And in one's own calendar program.
    await t.goto('/me/feeds');
    await t.look();
    await t.press('Make an address');
    await t.sees('Copy the address now');
    await t.look();
    const address = await page.locator('code.secret').innerText();
    const feed = await fetch(address);
    const text = await feed.text();
    if (feed.status !== 200 || !text.includes('BEGIN:VCALENDAR')) throw new Error(`the feed answers ${feed.status}`);
  },
};
