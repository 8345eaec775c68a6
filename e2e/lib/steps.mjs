// Steps that several journeys share.
import assert from 'node:assert/strict';
import { PASSWORD, until } from './traveller.mjs';

/** Wait until the sizes of an asset are made: `who` sees it. The demo's library is
 * made at the same time, so that may take a while. */
export async function sizesMade(who, asset) {
  await until(async () => (await who.api('GET', asset)).offers.length > 1, 'the sizes were not made', 120);
}

/** A day from now as a date field takes it. */
export function inDays(days) {
  return new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
}

export const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
);

let count = 0;
/** A title that no other run uses. */
export function title(words) {
  count += 1;
  return `${words} ${process.pid}-${count}`;
}

/** The number of the request that the page is about. */
export function number(t) {
  const found = new URL(t.page.url()).pathname.match(/\/(?:requests|work|orders)\/(\d+)/);
  assert.ok(found, `${t.page.url()} names no request`);
  return found[1];
}

/** Maren orders a change of a web page, without a browser; answers the request. */
export const orderPage = (t, subject) => order(t, 'update-a-web-page', {
  subject, address: 'https://www.nordhaven.example/fees', change: 'The fees of 2027.', timed: false,
});

/** Maren orders a logo, without a browser; answers the request. */
export const orderLogo = (t, subject) => order(t, 'logo-files', { subject, format: 'png' });

async function order(t, service, answers) {
  const context = await t.browser.newContext({ baseURL: t.origin });
  try {
    const form = { email: 'maren@nordhaven.example', password: PASSWORD };
    await context.request.post('/sign-in', { form, maxRedirects: 0 });
    const response = await context.request.post('/api/v1/orders', {
      data: { lines: [{ service, answers }] },
    });
    assert.equal(response.status(), 201, await response.text());
    return (await response.json()).requests[0];
  } finally {
    await context.close();
  }
}
