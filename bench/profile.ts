/**
 * `npm run bench -- profile [ENV …] [--steps 100000]`: where the time of training by a preset goes, by V8's sampling profiler: the agent's own folders of src/, the
 * bridge, and waiting for the environments. From the first policy update on, without evaluations or a threshold. Writes bench/results/profile.json.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { type Profiler, Session } from 'node:inspector';
import { parseArgs } from 'node:util';
import { readPreset, train } from '../src/agent/index.js';
import { table } from '../src/cli/table.js';
import { timeOf } from './profile/timeOf.js';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { steps: { type: 'string', default: '100000' } },
});
const AGENT = ['features', 'policy', 'critic', 'actor', 'measure', 'sampling', 'agent'];
/** Microseconds between samples. */
const INTERVAL = 200;

/** Profiles a training run from its first update until `steps` transitions. */
async function profile(id: string, steps: number): Promise<{ steps: number; seconds: Map<string, number> }> {
  const session = new Session();
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.setSamplingInterval', { interval: INTERVAL });
  const stop = new AbortController();
  let first = 0;
  let done: { steps: number; profile: Profiler.Profile } | null = null;
  const preset = readPreset(id);
  const evaluation = { ...preset.evaluation, every: Number.MAX_SAFE_INTEGER };
  await train(
    { ...preset, totalSteps: Number.MAX_SAFE_INTEGER, evaluation },
    {
      signal: stop.signal,
      onMetrics: (metrics) => {
        if (first === 0) {
          first = metrics.steps;
          session.post('Profiler.start');
        } else if (metrics.steps >= steps && done === null) {
          // A session on its own thread answers before it returns.
          session.post('Profiler.stop', (error, result) => {
            if (error) throw error;
            done = { steps: metrics.steps - first, profile: result.profile };
          });
          stop.abort();
        }
      },
    },
  );
  session.disconnect();
  const { steps: counted, profile } = done!;
  return { steps: counted, seconds: timeOf(profile) };
}

const ids = positionals.length > 0 ? positionals : ['CartPole-v1'];
const columns = [...AGENT, 'bridge', 'waiting', 'garbage collector', 'other'];
const results: { env: string; steps: number; seconds: Record<string, number>; total: number; agent: number }[] = [];
for (const id of ids) {
  // The first is short: code that V8 has not optimised yet.
  for (const steps of [5000, Number(options.steps)]) {
    const { steps: counted, seconds } = await profile(id, steps);
    const total = [...seconds.values()].reduce((a, b) => a + b, 0);
    const agent = AGENT.reduce((sum, name) => sum + (seconds.get(name) ?? 0), 0);
    results.push({ env: id, steps: counted, seconds: Object.fromEntries(seconds), total, agent });
  }
}
const percent = (part: number, whole: number) => `${((100 * part) / whole).toFixed(1)}`;
process.stdout.write(
  table(
    ['environment', 'steps', 'µs a step', 'agent in all %', ...columns.map((name) => `${name} %`)],
    results.map((r) => [
      r.env,
      String(r.steps),
      ((1e6 * r.total) / r.steps).toFixed(1),
      percent(r.agent, r.total),
      ...columns.map((name) => percent(r.seconds[name] ?? 0, r.total)),
    ]),
  ),
);
mkdirSync('bench/results', { recursive: true });
writeFileSync('bench/results/profile.json', `${JSON.stringify(results, null, 2)}\n`);
