import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type axe from 'axe-core';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startChromium } from '../helpers/chromium.ts';
import { accountLinkOf } from '../helpers/page-visitor.ts';
import { type AccountStage, setAccountStage } from './account-stage.ts';

const browser = await startChromium('the account page in a browser');
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const PHONE = { width: 390, height: 844 };
const DESK = { width: 1_120, height: 900 };

/** Of the page's height, in a screenshot. */
const SHOWN = 1_400;

interface ChartWindow {
  document: { querySelector(selector: string): unknown };
  Chart: {
    getChart(canvas: unknown): {
      id: string;
      data: { labels: string[]; datasets: { label: string; data: number[]; backgroundColor: string }[] };
    };
  };
}

/** Set, the screenshots in docs/ are made again. */
const TAKES_SCREENSHOTS = process.env.SCREENSHOTS === 'yes';

describe.skipIf(browser === null)('the account page in Chromium', () => {
  let stage: AccountStage;
  let context: BrowserContext;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    stage = await setAccountStage();
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    await stage?.bot.close();
  });

  beforeEach(async () => {
    if (browser === null) throw new Error('expected a browser');
    context = await browser.newContext({ viewport: DESK, colorScheme: 'light', locale: 'en-GB', timezoneId: 'UTC' });
    page = await context.newPage();
    complaints = [];
    page.on('console', (message) => {
      const isOurs = message.location().url.startsWith(stage.bot.app.url);
      if (isOurs && ['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(await accountLinkOf(stage.ann));
  });

  /** Refusals by the Content-Security-Policy are console errors too. */
  afterEach(async () => {
    await context.close();
    expect(complaints).toEqual([]);
  });

  async function signIn(): Promise<void> {
    await page.getByRole('button', { name: 'Open my account' }).click();
    await page.waitForURL('**/account');
  }

  /** @returns what axe finds once no colour is on its way from one to another, which is in neither scheme */
  async function violations(): Promise<string[]> {
    await page.evaluate('Promise.allSettled(document.getAnimations().map((animation) => animation.finished))');
    await page.evaluate(AXE);
    const { violations: found } = await page.evaluate(() => (globalThis as unknown as { axe: typeof axe }).axe.run());
    return found.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
  }

  /** @returns by how many pixels the page is wider than the window */
  const overhang = () => page.evaluate('document.documentElement.scrollWidth - innerWidth');

  async function screenshot(name: string): Promise<void> {
    if (!TAKES_SCREENSHOTS) return;
    const path = new URL(`../../docs/${name}.png`, import.meta.url).pathname;
    const width = page.viewportSize()?.width ?? DESK.width;
    await page.screenshot({ path, fullPage: true, clip: { x: 0, y: 0, width, height: SHOWN } });
  }

  it('opens by the link and shows the wallet', async () => {
    await signIn();
    const account = stage.bot.kept.accounts().find(({ customerId }) => customerId !== null);
    const left = (account?.ledger?.balance ?? 0) - (stage.bot.kept.receipts().at(-1)?.charged ?? 0);
    await expect(page.locator('.figure strong').textContent()).resolves.toBe(left.toLocaleString('en-US'));
    await expect(page.locator('section:has(#receipts) tbody tr').count()).resolves.toBe(20);
    await expect(page.getByText('Your plan: NeuralAPI Pro').count()).resolves.toBe(1);
  });

  it.each(['light', 'dark'] as const)('has nothing that axe finds wrong, in %s', async (colorScheme) => {
    await page.emulateMedia({ colorScheme });
    expect(await violations()).toEqual([]);
    await signIn();
    await page.waitForLoadState('networkidle');
    expect(await violations()).toEqual([]);
    await screenshot(`account-${colorScheme}`);
    await page.getByRole('link', { name: 'Erase my data' }).click();
    await page.getByRole('heading', { name: 'What stays, for the books' }).waitFor();
    expect(await violations()).toEqual([]);
    await page.getByRole('link', { name: 'Back to your account' }).click();
    await page.getByRole('button', { name: 'Change to Starter' }).click();
    await page.getByRole('heading', { name: 'Your plan' }).waitFor();
    expect(await violations()).toEqual([]);
  });

  it('fits a phone, and the narrowest one', async () => {
    await page.setViewportSize(PHONE);
    expect(await overhang()).toBe(0);
    await signIn();
    expect(await overhang()).toBe(0);
    expect(await violations()).toEqual([]);
    await screenshot('account-phone');
    await page.setViewportSize({ width: 320, height: 568 });
    expect(await overhang()).toBe(0);
  });

  it('draws the usage that the table tells, for each model, again when the page turns dark', async () => {
    await signIn();
    const drawn = () =>
      page.evaluate(() => {
        const { Chart, document } = globalThis as unknown as ChartWindow;
        const { data, id } = Chart.getChart(document.querySelector('canvas'));
        const colours = data.datasets.map(({ backgroundColor }) => backgroundColor);
        return {
          id,
          colours,
          labels: data.labels,
          series: data.datasets.map(({ label, data: tokens }) => [label, tokens]),
        };
      });
    const light = await drawn();
    const receipts = stage.bot.kept.receipts();
    expect(light.labels).toHaveLength(30);
    expect(light.series.map(([name]) => name).toSorted()).toEqual(['gpt-5-mini', 'gpt-5.4-mini']);
    const drawnTokens = light.series.flatMap(([, tokens]) => tokens as number[]);
    expect(drawnTokens.reduce((sum, tokens) => sum + tokens, 0)).toBe(
      receipts.reduce((sum, { charged }) => sum + charged, 0),
    );
    await page.getByText('The same as a table').click();
    await expect(page.locator('#usage-table tbody tr').count()).resolves.toBe(30);
    await page.emulateMedia({ colorScheme: 'dark' });
    await expect.poll(async () => (await drawn()).colours).not.toEqual(light.colours);
    expect((await drawn()).series).toEqual(light.series);
  });

  it('makes a key, and tries the API with it', async () => {
    await signIn();
    await page.getByLabel('Name of a new key').fill('laptop');
    await page.getByRole('button', { name: 'Make a key' }).click();
    const secret = (await page.locator('code.secret').textContent()) ?? '';
    await expect(page.getByLabel('API key (it stays').inputValue()).resolves.toBe(secret);
    const before = stage.bot.kept.receipts().length;
    await page.getByRole('button', { name: 'Send' }).click();
    const answer = page.locator('#try-answer');
    await answer.getByText('ask_id').waitFor();
    await expect(answer.textContent()).resolves.toMatch(/^200 OK/);
    expect(stage.bot.kept.receipts()).toHaveLength(before + 1);
    await page.getByLabel('API key (it stays').fill('wrong');
    await page.getByRole('button', { name: 'Send' }).click();
    await answer.getByText('401').waitFor();
    complaints = complaints.filter((text) => !text.includes('401'));
  });

  it('can be walked and worked with the keyboard alone', async () => {
    // The browser gives it the focus when it first draws the page.
    await page.locator('button:focus').waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL('**/account');
    await page.keyboard.press('Tab');
    await expect(page.locator(':focus').textContent()).resolves.toBe('Skip to the content');
    const order: string[] = [];
    while (order.at(-1) !== 'cap' && order.length < 40) {
      const name = "document.activeElement.getAttribute('name') ?? document.activeElement.textContent.trim()";
      if (order.length > 0) await page.keyboard.press('Tab');
      order.push(String(await page.evaluate(name)));
    }
    expect(order.at(-1)).toBe('cap');
    expect(order).toEqual(expect.arrayContaining(['Sign out', 'packs', 'Top up', 'Open the payment portal', 'Older']));
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.type('20');
    await expect(page.locator(':focus').inputValue()).resolves.toBe('20');
    await page.keyboard.press('Enter');
    await page.waitForURL(/said=alerts/);
    await expect(page.locator(':focus').textContent()).resolves.toBe('Your alerts are saved.');
    await expect(page.getByLabel('Most overage in a cycle').inputValue()).resolves.toBe('20');
  });

  it('works without script', async () => {
    const plain = await browser?.newContext({ javaScriptEnabled: false });
    const noScript = await plain?.newPage();
    await noScript?.goto(await accountLinkOf(stage.ann));
    await noScript?.getByRole('button', { name: 'Open my account' }).click();
    await noScript?.getByLabel('Most overage in a cycle').fill('30');
    await noScript?.getByRole('button', { name: 'Save alerts' }).click();
    await expect(noScript?.getByRole('status').textContent()).resolves.toBe('Your alerts are saved.');
    await plain?.close();
  });

  it('leads to the checkout at Dodo, though its own policy lets forms go nowhere else', async () => {
    await signIn();
    await page.getByRole('button', { name: 'Top up' }).click();
    await page.waitForURL(`${stage.bot.world.dodo.url}/**`);
  });

  it('signs out', async () => {
    await signIn();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'You are signed out' }).waitFor();
    const again = await page.goto(`${stage.bot.app.url}/account`);
    expect(again?.status()).toBe(401);
    // Chromium reports the 401 that this test asks for.
    complaints = complaints.filter((text) => !text.includes('401'));
  });
});
