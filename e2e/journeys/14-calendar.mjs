// The change calendar: planned, refused because of what is in the way, kept
// with a reason, taken out again.

/** Each size plans in weeks of its own, because they share an installation. */
const AHEAD = { desktop: 70, phone: 110, plain: 150 };

export default {
  name: 'calendar',
  on: 'demo',
  variants: ['desktop', 'phone', 'plain'],
  async run(t) {
    const day = new Date(Date.now() + AHEAD[t.variant] * 86_400_000).toISOString().slice(0, 10);
    const put = async (what) => {
      for (const [name, value] of Object.entries(what)) await t.page.fill(`[name=${name}]`, value);
      await t.press('Put it in the calendar');
    };
    await t.signIn('jonas');
    await t.goto('/calendar');
    await t.sees('Inside a freeze');
    await t.look();
    await t.follow('Plan something');
    await t.look();
    await t.page.selectOption('[name=kind]', 'mailing');
    const times = { from: day, from_time: '10:00', to_time: '10:30', audience: 'Parents' };
    await put({ title: 'Letter to parents', ...times });
    await t.sees('“Letter to parents” is planned for');
    await t.look();

    // The same people the same day: refused, with a free time; nothing is lost.
    await t.goto('/calendar/new');
    await t.page.selectOption('[name=kind]', 'mailing');
    await put({ title: 'Second letter', ...times, from_time: '12:00', to_time: '12:30' });
    await t.sees('Same people: “Letter to parents”');
    await t.look();
    await t.page.fill('[name=reason]', 'The first one had a wrong date');
    await t.press('Put it in the calendar');
    await t.sees('“Second letter” is planned for');

    await t.goto(`/calendar?from=${day}`);
    await t.sees('The first one had a wrong date');
    await t.look();
    await t.goto(`/calendar?from=${day}&view=list`);
    await t.look();
    await t.page.locator('main table').getByRole('link', { name: 'Second letter' }).click();
    await t.press('Take it out of the calendar');
    await t.sees('is out of the calendar');
  },
};
