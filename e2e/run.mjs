// Runs the browser journeys: node e2e/run.mjs [part of a name]
//
// A file in journeys/ tells one journey or several, each with `name`,
// `variants`, `on` (which installation it needs), `run(traveller, installation)`
// and perhaps `postgres` (once more on that database).
import { readdirSync, rmSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { start } from './lib/server.mjs';
import { Traveller } from './lib/traveller.mjs';

const here = new URL('.', import.meta.url);
const wanted = process.argv[2] ?? '';
rmSync(new URL('out/', here), { recursive: true, force: true });

const runs = [];
for (const file of readdirSync(new URL('journeys/', here)).sort()) {
  const { default: told } = await import(new URL(`journeys/${file}`, here));
  for (const journey of [told].flat()) {
    for (const variant of journey.variants) runs.push({ ...journey, variant, label: `${journey.name}, ${variant}` });
    if (journey.postgres && process.env.MIL_TEST_POSTGRES) {
      const variant = journey.variants[0];
      runs.push({ ...journey, variant, on: `${journey.on}-postgres`, label: `${journey.name}, ${variant}, PostgreSQL` });
    }
  }
}
const chosen = runs.filter(({ label }) => label.includes(wanted));

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage'],
});

// `empty` is a new installation for each run; `demo` is shared by all that need
// it, or is the one that runs at the origin MIL_E2E_DEMO.
const shared = new Map();
function installation(on) {
  const [kind, database] = on.split('-');
  const options = { postgres: database === 'postgres' };
  if (kind === 'empty') return start('serve', options);
  if (on === 'demo' && process.env.MIL_E2E_DEMO) return { origin: process.env.MIL_E2E_DEMO, stop: () => 0, words: () => '' };
  if (!shared.has(on)) shared.set(on, start('demo', options));
  return shared.get(on);
}

let passed = 0;
let failed = 0;

async function travel({ on, label, variant, run }) {
  const began = Date.now();
  const wrong = [];
  let mil;
  let traveller;
  try {
    mil = await installation(on);
    traveller = await Traveller.start(browser, mil.origin, variant, label);
    await run(traveller, mil);
  } catch (error) {
    wrong.push(error.stack.replace(/\x1b\[\d+m/g, '').split('\n').filter((line) => !/node_modules|node:internal/.test(line)).slice(0, 12).join('\n    '));
    if (traveller) wrong.push(`picture: ${await traveller.picture()}`);
  }
  wrong.push(...new Set(traveller?.complaints ?? []));
  await traveller?.end();
  if (mil && on.startsWith('empty')) {
    const code = await mil.stop();
    if (code !== 0) wrong.push(`mil ended with ${code}:\n${mil.words()}`);
  }
  const seconds = ((Date.now() - began) / 1000).toFixed(1);
  if (wrong.length === 0) {
    passed += 1;
    console.log(`ok      ${label} (${seconds} s)`);
  } else {
    failed += 1;
    console.log(`FAILED  ${label} (${seconds} s)\n${wrong.map((text) => `    ${text}`).join('\n')}`);
  }
}

// Two at a time: one waits for its server while the other draws.
const queue = [...chosen];
await Promise.all([0, 1].map(async () => {
  for (let next = queue.shift(); next; next = queue.shift()) await travel(next);
}));

await browser.close();
for (const mil of shared.values()) await (await mil.catch(() => undefined))?.stop();
if (chosen.length === 0) {
  console.log(`no journey is called ${wanted}`);
  failed = 1;
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
