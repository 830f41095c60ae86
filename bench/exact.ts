/**
 * `npm run bench -- exact [--seeds 10] [ENV …]`: trains the presets of environments with a transition table P and of Blackjack (or those named) on seeds 0, 1, … and
 * evaluates each trained policy exactly, beside the exact optimum. All seeds are reported. Writes bench/results/exact.json.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type Agent, type Config, makeEnv, readPreset, train } from '../src/agent/index.js';
import { type ExactEvaluation, evaluateExactly } from '../src/cli/exactEvaluation.js';
import { table } from '../src/cli/table.js';
import { blackjackTable, evaluateBlackjack } from './exact/blackjack.js';
import { wholeNumber } from './flags.js';

const TABULAR = [
  'FrozenLake-v1',
  'FrozenLake8x8-v1',
  'CliffWalking-v1',
  'CliffWalkingSlippery-v1',
  'Taxi-v4',
  'Blackjack-v1',
];

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { seeds: { type: 'string', default: '10' } },
});
const seeds = wholeNumber('seeds', options.seeds, 1);
const ids = positionals.length > 0 ? positionals : TABULAR;

type Result = ExactEvaluation & { env: string; seed: number; steps: number; seconds: number };

/** By the environment's P; Blackjack has none, so that its process is computed. */
async function evaluate(agent: Agent, config: Config): Promise<ExactEvaluation> {
  const { deterministic } = config.evaluation;
  if (config.env.id !== 'Blackjack-v1') return evaluateExactly(agent, { deterministic });
  const env = await makeEnv(config, 1, {});
  await env.close();
  return evaluateBlackjack(blackjackTable(agent, env.singleObservationSpace, deterministic));
}

const results: Result[] = [];
for (const env of ids) {
  for (let seed = 0; seed < seeds; seed++) {
    const config = { ...readPreset(env), seed };
    const { agent, steps, seconds } = await train(config);
    const exact = await evaluate(agent, config);
    results.push({ env, seed, steps, seconds, ...exact });
    process.stderr.write(
      `${env} seed ${seed}: ${exact.policyReturn.toFixed(4)}, optimum ${exact.optimum.toFixed(4)}, ${steps} steps, ${seconds.toFixed(1)} s\n`,
    );
  }
}
const rows = ids.map((id) => {
  const own = results.filter((r) => r.env === id);
  const list = (f: (r: Result) => string) => own.map(f).join(' ');
  return [
    id,
    own[0].optimum.toFixed(4),
    list((r) => r.policyReturn.toFixed(4)),
    `${own.filter((r) => r.ratio >= 0.99).length} of ${own.length}`,
    list((r) => (r.steps / 1000).toFixed(0)),
    list((r) => r.seconds.toFixed(0)),
  ];
});
const head = ['environment', 'optimum', 'exact return of each seed', 'within 1 %', 'steps (thousands)', 'seconds'];
process.stdout.write(table(head, rows));
mkdirSync('bench/results', { recursive: true });
writeFileSync('bench/results/exact.json', `${JSON.stringify(results, null, 2)}\n`);
