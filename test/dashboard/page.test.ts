import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseConfig, readPreset, train } from '../../src/agent/index.js';
import { Dashboard } from '../../src/dashboard/index.js';
import { folder } from '../support/folder.js';
import { chromiumPath, hasChromium, launchChromium } from './chromium.js';

const program = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

if (!hasChromium) {
  process.stderr.write(
    `The dashboard's page is not tested: there is no Chromium at ${chromiumPath} (apt-get install chromium, or set CHROMIUM).\n`,
  );
}

describe.skipIf(!hasChromium)('the page, in Chromium', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());

  /** A page that fails the test by an error of its own or a request to anywhere but its server. */
  async function open(url: string, colorScheme: 'light' | 'dark' = 'light') {
    const page = await browser.newPage({ colorScheme, viewport: { width: 1280, height: 900 } });
    const faults: string[] = [];
    page.on('pageerror', (error) => faults.push(String(error)));
    page.on('request', (request) => {
      if (!request.url().startsWith(url) && !request.url().startsWith('data:')) faults.push(request.url());
    });
    await page.goto(url);
    return { page, faults };
  }

  const state = (page: Page, name: string) => page.locator(`body[data-state="${name}"]`).waitFor({ timeout: 60_000 });
  const text = (page: Page, selector: string) => page.locator(selector).textContent();

  test('follows a training run to its end: numbers, curves, picture, maps, by pointer and by keyboard', async () => {
    const { threshold: _, ...evaluation } = readPreset('MountainCar-v0').evaluation;
    const config = parseConfig({
      ...readPreset('MountainCar-v0'),
      totalSteps: 100_000,
      evaluation: { ...evaluation, every: 2000, episodes: 8 },
    });
    const dashboard = await Dashboard.start(0, config);
    const { page, faults } = await open(dashboard.url);
    await page.locator('.chart .empty').first().waitFor();
    expect(await text(page, '#curve')).toContain('begins with the first episode');
    expect(await text(page, '#value')).toContain('Training has not begun');

    const abort = new AbortController();
    let last = 0;
    const training = train(config, {
      signal: abort.signal,
      onStart: (agent) => dashboard.begin(agent.core, []),
      onMetrics: (metrics) => {
        last = metrics.steps;
        dashboard.metrics(metrics);
      },
      onEvaluation: (e) => dashboard.evaluation(e),
    });
    try {
      await state(page, 'live');
      expect(await page.title()).toBe('MountainCar-v0 – mirrorflow');
      await page.locator('#picture').waitFor({ state: 'visible', timeout: 60_000 });
      // The car moves: two pictures a second apart are not the same.
      const pixels = () => page.evaluate('document.querySelector("#picture").toDataURL()');
      const before = await pixels();
      await expect.poll(pixels, { timeout: 20_000 }).not.toBe(before);
      await page.locator('#value canvas[role=img]').waitFor();
      await expect.poll(() => page.locator('#curve circle').count(), { timeout: 60_000 }).toBeGreaterThan(1);

      await page.locator('#curve svg').focus();
      await page.keyboard.press('Home');
      expect(await text(page, '#curve .readout')).toMatch(/step [\d,]+\n/);
      await page.keyboard.press('Escape');
      expect(await page.locator('#curve .readout').isVisible()).toBe(false);
      await page.locator('#policy canvas[role=img]').hover({ position: { x: 20, y: 20 } });
      expect(await text(page, '#policy .readout')).toMatch(/s\[0\] −1\.\d+, s\[1\] 0\.0\d+\naction [012], probability/);

      await page.selectOption('#slice-x', '1');
      await expect.poll(() => text(page, '#value .axis-x')).toMatch(/s\[1\]/);
      expect(await page.inputValue('#slice-y')).toBe('0');
      await page.click('#pause');
      expect(await page.getAttribute('#pause', 'aria-pressed')).toBe('true');
    } finally {
      abort.abort();
      await training;
      await dashboard.close({ reason: 'aborted' });
    }
    await state(page, 'ended');
    expect(await text(page, '#status')).toBe('Training was stopped');
    expect(await text(page, '#steps')).toBe(last.toLocaleString('en'));
    expect(faults).toEqual([]);
    await page.close();
  }, 180_000);

  test('says that a run failed and why, and that a connection was lost', async () => {
    const first = await Dashboard.start(0, readPreset('CartPole-v1'));
    const { page, faults } = await open(first.url, 'dark');
    await state(page, 'connecting');
    const colours = 'getComputedStyle(document.body).backgroundColor + getComputedStyle(document.body).color';
    expect(await page.evaluate(colours)).toBe('rgb(14, 18, 23)rgb(232, 237, 242)');
    await first.close({ reason: 'error', message: 'observation[1] = NaN' });
    await state(page, 'failed');
    expect(await text(page, '#status')).toContain('observation[1] = NaN');

    expect(faults).toEqual([]);
    await page.close();

    const args = ['train', 'MountainCar-v0', '--json', '--out', folder(), '--dashboard'];
    const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'ignore'] });
    const url = await new Promise<string>((resolve) => {
      child.stdout.on('data', (data) => {
        const found = /http:\/\/127\.0\.0\.1:\d+\/[\w-]+\//.exec(String(data));
        if (found) resolve(found[0]);
      });
    });
    const { page: other } = await open(url);
    await state(other, 'live');
    child.kill('SIGKILL');
    await state(other, 'lost');
    expect(await text(other, '#status')).toContain('Connection lost');
    await other.close();
  }, 60_000);
});
