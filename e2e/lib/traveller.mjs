// One person with one browser, and the words journeys are told in.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { problems } from './axe.mjs';

export const SIZES = {
  desktop: { viewport: { width: 1280, height: 900 } },
  phone: { viewport: { width: 375, height: 812 }, hasTouch: true, isMobile: true },
  plain: { viewport: { width: 1280, height: 900 }, javaScriptEnabled: false },
  'plain-phone': { viewport: { width: 375, height: 812 }, javaScriptEnabled: false },
};
/** The password of every account of the demo. */
export const PASSWORD = 'nordhaven-demo';
const out = new URL('../out/', import.meta.url).pathname;

/** Wait until something holds, for so many seconds at the most. */
export async function until(holds, otherwise, seconds = 30) {
  const deadline = Date.now() + seconds * 1000;
  while (!(await holds())) {
    if (Date.now() > deadline) assert.fail(typeof otherwise === 'function' ? otherwise() : otherwise);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export class Traveller {
  /** Things that are wrong but do not stop the journey. */
  complaints = [];
  /** Requests under way of the pages that are open. */
  pending = new Set();

  static async start(browser, origin, variant, label) {
    const context = await browser.newContext({
      ...SIZES[variant], baseURL: origin, colorScheme: 'light', reducedMotion: 'reduce',
      locale: 'en-GB', timezoneId: 'Europe/Berlin',
    });
    context.setDefaultTimeout(10_000);
    const self = new Traveller();
    Object.assign(self, { browser, context, origin, variant, label, page: await context.newPage() });
    self.watch(self.page);
    return self;
  }

  get scripted() { return !this.variant.startsWith('plain'); }
  get small() { return this.variant.endsWith('phone'); }

  /** Another person at another computer. */
  another(label = 'another') { return Traveller.start(this.browser, this.origin, this.variant, label); }

  watch(page) {
    let leaving = false;
    page.on('request', (request) => {
      if (request.isNavigationRequest() && request.frame() === page.mainFrame()) leaving = true;
      if (!['eventsource', 'ping'].includes(request.resourceType())) this.pending.add(request);
    });
    page.on('requestfinished', (request) => this.pending.delete(request));
    page.on('requestfailed', (request) => this.pending.delete(request));
    // The end of what a page had under way when it was left is not always told.
    page.on('framenavigated', (frame) => {
      if (frame === page.mainFrame() && leaving) {
        leaving = false;
        this.pending.clear();
      }
    });
    page.on('pageerror', (error) => this.complaints.push(`script error on ${page.url()}: ${error.message}`));
    page.on('console', (message) => {
      const text = message.text();
      if (message.type() === 'error' && !/Failed to load resource/.test(text)) this.complaints.push(`console on ${page.url()}: ${text}`);
    });
    page.on('response', (response) => {
      const status = response.status();
      if (status >= 500 || (status === 404 && response.request().resourceType() !== 'document' && !/\/api\//.test(response.url()))) {
        this.complaints.push(`${status} from ${response.request().method()} ${response.url()}`);
      }
    });
  }

  /** Check the page that is open now. */
  async look() {
    await this.page.waitForLoadState('load');
    this.complaints.push(...await problems(this.page, this.variant, this.scripted ? undefined : await this.reader()));
  }

  /** A browser that may run axe, for pages of one that runs no scripts. */
  async reader() {
    if (!this.scriptedPage) {
      const context = await this.browser.newContext({
        ...SIZES[this.variant], javaScriptEnabled: true, baseURL: this.origin, reducedMotion: 'reduce',
      });
      this.scriptedPage = await context.newPage();
    }
    return this.scriptedPage;
  }

  async goto(path, status = 200) {
    const response = await this.page.goto(path);
    assert.equal(response.status(), status, `${path} answers ${response.status()}`);
    await this.look();
  }

  /** Sign in as somebody of the demo, by the first part of their address. */
  async signIn(who, password = PASSWORD) {
    const email = who.includes('@') ? who : `${who}@nordhaven.example`;
    await this.context.clearCookies();
    await this.page.goto('/sign-in');
    await this.page.getByLabel('Email', { exact: true }).fill(email);
    await this.page.getByLabel('Password', { exact: true }).fill(password);
    await this.press('Sign in');
    assert.notEqual(new URL(this.page.url()).pathname, '/sign-in', `${email} could not sign in`);
  }

  /** Do something and wait for the requests that come of it, if any do. */
  async settle(action) {
    const begins = this.page.waitForRequest((request) => request.resourceType() !== 'eventsource', { timeout: 300 });
    begins.catch(() => {});
    await action();
    await begins.catch(() => {});
    await until(() => this.pending.size === 0, () => `requests of ${this.page.url()} do not end: ${[...this.pending].map((request) => `${request.method()} ${request.url()}`).join(', ')}`);
    await this.page.waitForLoadState('load');
  }

  /** Press the first button of that name and wait for what comes of it. */
  async press(name, within = this.page) {
    await this.settle(() => within.getByRole('button', { name }).filter({ visible: true }).first().click());
  }

  /** Follow the first link of that name. */
  async follow(name, within = this.page) {
    await this.settle(() => within.getByRole('link', { name }).filter({ visible: true }).first().click());
  }

  /** Fill the field with that label. */
  async fill(label, value, within = this.page) { await this.field(label, within).fill(value); }

  field(label, within = this.page) {
    return within.getByLabel(label).and(this.page.locator('input, textarea, select')).filter({ visible: true }).first();
  }

  /** Choose a radio button, a card or a tick by what it says. */
  async choose(words, within = this.page) {
    await within.locator('label').filter({ hasText: words }).filter({ visible: true }).first().click();
  }

  /** Choose from a list by what it says. */
  async pick(label, words, within = this.page) { await this.field(label, within).selectOption({ label: words }); }

  /** Tick a line that is saved at once; without scripts it has a button. */
  async tick(words) {
    if (this.scripted) await this.settle(() => this.page.getByRole('checkbox', { name: words }).check());
    else {
      await this.page.getByRole('checkbox', { name: words }).check();
      await this.press(new RegExp(`^Save .*${words}`));
    }
  }

  heading() { return this.page.locator('h1').first().innerText(); }

  /** Wait until the words can be seen. */
  async sees(words, within = this.page) {
    const found = within.getByText(words).filter({ visible: true }).first();
    await found.waitFor({ state: 'visible' }).catch(() => assert.fail(`cannot see ${words} on ${this.page.url()}`));
    return found;
  }

  async seesNot(words, within = this.page) {
    assert.equal(await within.getByText(words).filter({ visible: true }).count(), 0, `${words} should not be on ${this.page.url()}`);
  }

  /** JSON of the API, as this person. */
  async api(method, path, data) {
    const response = await this.context.request.fetch(`${this.origin}/api/v1${path}`, {
      method, data, headers: { accept: 'application/json', origin: this.origin },
    });
    assert.ok(response.ok(), `${method} ${path}: ${response.status()} ${await response.text()}`);
    const text = await response.text();
    return text ? JSON.parse(text) : undefined;
  }

  async picture() {
    mkdirSync(out, { recursive: true });
    const path = `${out}${this.label.replace(/\W+/g, '-')}.png`;
    await this.page.screenshot({ path, fullPage: true }).catch(() => {});
    return path;
  }

  async end() {
    await this.scriptedPage?.context().close();
    await this.context.close();
  }
}
