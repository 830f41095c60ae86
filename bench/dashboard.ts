/**
 * `npm run bench -- dashboard [FILE] [ENV] [STEPS]`: a picture of the dashboard in Chromium, so many steps into a training run (docs/tools.md).
 * Needs Chromium at /usr/bin/chromium, or where CHROMIUM says.
 */
import { type Agent, readPreset, train } from '../src/agent/index.js';
import { Dashboard } from '../src/dashboard/index.js';
import { launchChromium } from '../test/dashboard/chromium.js';

const [file = 'docs/assets/dashboard.png', id = 'MountainCar-v0', steps = '45000'] = process.argv.slice(2);
const { threshold: _, ...evaluation } = readPreset(id).evaluation;
const config = { ...readPreset(id), evaluation };
const dashboard = await Dashboard.start(0, config);
const browser = await launchChromium();
const page = await browser.newPage({
  viewport: { width: 1280, height: 860 },
  colorScheme: process.env.SCHEME === 'dark' ? 'dark' : 'light',
});
await page.goto(dashboard.url);
const abort = new AbortController();
let reached: () => void;
const there = new Promise<void>((resolve) => {
  reached = resolve;
});
const training = train(config, {
  signal: abort.signal,
  onStart: (agent: Agent) => dashboard.begin(agent.core, []),
  onMetrics: (metrics) => {
    dashboard.metrics(metrics);
    if (metrics.steps >= Number(steps)) reached();
  },
  onEvaluation: (e) => dashboard.evaluation(e),
});
await page.locator('#picture').waitFor({ state: 'visible' });
await there;
await page.screenshot({ path: file });
abort.abort();
await training;
await dashboard.close({ reason: 'aborted' });
await browser.close();
process.stdout.write(`${file}\n`);
