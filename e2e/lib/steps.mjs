// Steps that several journeys share.
import assert from 'node:assert/strict';

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

/** Order a change of a web page through the API; answers the request. */
export async function orderPage(t, subject) {
  const { requests: [request] } = await t.api('POST', '/orders', {
    lines: [{
      service: 'update-a-web-page',
      answers: {
        subject, address: 'https://www.nordhaven.example/fees', change: 'The fees of 2027.', timed: 'no',
      },
    }],
  });
  return request;
}
