#!/usr/bin/env node
// Takes the pictures of the README from the demo: docs/pictures/*.png
//
// Needs `cargo build` and `npm ci --ignore-scripts` in e2e/ beforehand.
import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { start } from '../e2e/lib/server.mjs';
import { PASSWORD } from '../e2e/lib/traveller.mjs';

const { chromium } = createRequire(new URL('../e2e/package.json', import.meta.url))('playwright-core');
const out = new URL('../docs/pictures/', import.meta.url).pathname;
mkdirSync(out, { recursive: true });

/** File name, who looks, where. */
const PICTURES = [
  ['portal', 'maren', '/'],
  ['queue', 'priya', '/queue'],
];

const mil = await start('demo');
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage'],
});
try {
  for (const [name, who, path] of PICTURES) {
    const context = await browser.newContext({
      viewport: { width: 1280, height: 800 }, baseURL: mil.origin, reducedMotion: 'reduce',
      locale: 'en-GB', timezoneId: 'Europe/Berlin',
    });
    const page = await context.newPage();
    await page.goto('/sign-in');
    await page.getByLabel('Email', { exact: true }).fill(`${who}@nordhaven.example`);
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).first().click();
    await page.waitForURL((url) => url.pathname !== '/sign-in');
    await page.goto(path);
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.screenshot({ path: `${out}${name}-${colorScheme}.png` });
      console.log(`docs/pictures/${name}-${colorScheme}.png`);
    }
    await context.close();
  }
} finally {
  await browser.close();
  await mil.stop();
}
