/**
 * `npm run bench -- presets [--seeds 5] [--episodes 100] [ENV …]`: trains every preset (or those named) on seeds 0, 1, … and evaluates the trained
 * policy on fresh episodes, other than those by which training stopped. All seeds are reported. Writes bench/results/presets.json, and as Markdown
 * bench/results/presets.md: mean ± standard deviation of the return over all episodes of all seeds, the columns of RL Baselines3 Zoo's benchmark.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { seedOf } from '../src/agent/environments.js';
import { evaluatePolicy, makeEvaluationEnv, presetIds, readPreset, train } from '../src/agent/index.js';
import { table } from '../src/cli/table.js';
import { wholeNumber } from './flags.js';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { seeds: { type: 'string', default: '5' }, episodes: { type: 'string' } },
});
const seeds = wholeNumber('seeds', options.seeds, 1);
const ids = positionals.length > 0 ? positionals : presetIds();

interface Result {
  env: string;
  seed: number;
  steps: number;
  seconds: number;
  reason: string;
  mean: number;
  std: number;
  episodes: number;
  standardError: number;
}

async function runSeed(id: string, seed: number): Promise<Result> {
  const config = { ...readPreset(id), seed };
  const { agent, steps, seconds, reason } = await train(config);
  const episodes =
    options.episodes === undefined ? config.evaluation.episodes : wholeNumber('episodes', options.episodes, 1);
  const env = await makeEvaluationEnv(config, Math.min(64, episodes), {});
  const { mean, std } = await evaluatePolicy(env, agent.core, {
    episodes,
    deterministic: config.evaluation.deterministic,
    seed: seedOf(seed, 'report', 0),
  });
  await env.close();
  return { env: id, seed, steps, seconds, reason, mean, std, episodes, standardError: std / Math.sqrt(episodes) };
}

const results: Result[] = [];
for (const id of ids) {
  for (let seed = 0; seed < seeds; seed++) {
    const r = await runSeed(id, seed);
    results.push(r);
    process.stderr.write(
      `${id} seed ${seed}: ${r.mean.toFixed(2)} after ${r.steps} steps, ${r.seconds.toFixed(1)} s\n`,
    );
  }
}
const rows = ids.map((id) => {
  const own = results.filter((r) => r.env === id);
  const list = (f: (r: Result) => string) => own.map(f).join(' ');
  return [
    id,
    String(readPreset(id).evaluation.threshold ?? ''),
    list((r) => r.mean.toFixed(id.startsWith('FrozenLake') ? 3 : 1)),
    list((r) => `${(r.steps / 1000).toFixed(1)}k`),
    list((r) => r.seconds.toFixed(1)),
  ];
});
process.stdout.write(table(['environment', 'threshold', 'return of each seed', 'steps', 'seconds'], rows));
mkdirSync('bench/results', { recursive: true });
writeFileSync('bench/results/presets.json', `${JSON.stringify(results, null, 2)}\n`);

/** Standard deviation of all episodes of all seeds about their common mean (of the sample: n − 1), from each seed's mean, std and number. */
function pooled(own: Result[]): { mean: number; std: number; episodes: number } {
  const episodes = own.reduce((n, r) => n + r.episodes, 0);
  const mean = own.reduce((sum, r) => sum + r.episodes * r.mean, 0) / episodes;
  const squares = own.reduce((sum, r) => sum + (r.episodes - 1) * r.std ** 2 + r.episodes * (r.mean - mean) ** 2, 0);
  return { mean, std: Math.sqrt(squares / (episodes - 1)), episodes };
}

const lines = ids.map((id) => {
  const own = results.filter((r) => r.env === id);
  const { mean, std, episodes } = pooled(own);
  const most = Math.max(...own.map((r) => r.steps));
  return `| ${id} | ${mean.toFixed(3)} ± ${std.toFixed(3)} | ${episodes} | ${own.length} | ${most} |\n`;
});
const markdown = `| environment | return, mean ± std | episodes | seeds | training steps at most |\n|---|---|---|---|---|\n${lines.join('')}`;
process.stdout.write(`\n${markdown}`);
writeFileSync('bench/results/presets.md', markdown);
