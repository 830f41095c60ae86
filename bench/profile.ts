/**
 * `npm run bench -- profile [ENV …] [--steps 100000]`: where the time of training by a preset goes, by V8's sampling profiler: the agent's own folders of src/, the
 * bridge, and waiting for the environments; and the processor time of Node and of the environments, which other programs of the machine disturb less. From the first policy update on, without evaluations or a threshold. Writes bench/results/profile.json.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { type Profiler, Session } from 'node:inspector';
import { parseArgs } from 'node:util';
import { readPreset, train } from '../src/agent/index.js';
import { table } from '../src/cli/table.js';
import { ProcessorClock } from './learning/processorClock.js';
import { timeOf } from './profile/timeOf.js';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { steps: { type: 'string', default: '100000' } },
});
const AGENT = ['features', 'policy', 'critic', 'actor', 'measure', 'sampling', 'agent'];
/** Microseconds between samples. */
const INTERVAL = 200;

interface Result {
  env: string;
  steps: number;
  /** Seconds by folder (bench/profile/timeOf.ts). */
  seconds: Record<string, number>;
  /** Processor seconds. */
  node: number;
  environments: number;
}

/** Profiles a training run from its first update until `steps` transitions. */
async function profile(id: string, steps: number): Promise<Result> {
  const session = new Session();
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.setSamplingInterval', { interval: INTERVAL });
  const stop = new AbortController();
  const clock = new ProcessorClock();
  const now = (steps: number) => ({ steps, node: clock.own(), environments: clock.environments() });
  let first: ReturnType<typeof now> | null = null;
  let last: ReturnType<typeof now> | null = null;
  let taken: Profiler.Profile | null = null;
  const preset = readPreset(id);
  const evaluation = { ...preset.evaluation, every: Number.MAX_SAFE_INTEGER };
  await train(
    { ...preset, totalSteps: Number.MAX_SAFE_INTEGER, evaluation },
    {
      signal: stop.signal,
      onStart: () => clock.start(),
      onMetrics: (metrics) => {
        if (first === null) {
          first = now(metrics.steps);
          session.post('Profiler.start');
        } else if (metrics.steps >= steps && last === null) {
          last = now(metrics.steps);
          // A session on its own thread answers before it returns.
          session.post('Profiler.stop', (error, result) => {
            if (error) throw error;
            taken = result.profile;
          });
          stop.abort();
        }
      },
    },
  );
  session.disconnect();
  const [from, to] = [first!, last!];
  return {
    env: id,
    steps: to.steps - from.steps,
    seconds: Object.fromEntries(timeOf(taken!)),
    node: to.node - from.node,
    environments: to.environments - from.environments,
  };
}

const ids = positionals.length > 0 ? positionals : ['CartPole-v1'];
const columns = [...AGENT, 'bridge', 'waiting', 'garbage collector', 'other'];
const results: Result[] = [];
for (const id of ids) {
  // The first is short: code that V8 has not optimised yet.
  for (const steps of [5000, Number(options.steps)]) results.push(await profile(id, steps));
}
const percent = (part: number) => (100 * part).toFixed(1);
process.stdout.write(
  table(
    [
      'environment',
      'steps',
      'µs/step',
      'agent %',
      ...columns.map((name) => (name === 'agent' ? 'loop %' : `${name} %`)),
      'Node CPU µs/step',
      'environments CPU µs/step',
      'agent % of CPU',
    ],
    results.map(({ env, steps, seconds, node, environments }) => {
      const total = Object.values(seconds).reduce((a, b) => a + b, 0);
      const agent = AGENT.reduce((sum, name) => sum + (seconds[name] ?? 0), 0);
      const awake = total - (seconds.waiting ?? 0);
      return [
        env,
        String(steps),
        ((1e6 * total) / steps).toFixed(1),
        percent(agent / total),
        ...columns.map((name) => percent((seconds[name] ?? 0) / total)),
        ((1e6 * node) / steps).toFixed(1),
        ((1e6 * environments) / steps).toFixed(1),
        percent(((agent / awake) * node) / (node + environments)),
      ];
    }),
  ),
);
mkdirSync('bench/results', { recursive: true });
writeFileSync('bench/results/profile.json', `${JSON.stringify(results, null, 2)}\n`);
