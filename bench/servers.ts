/**
 * `npm run bench -- servers [--seconds 3]`: environment steps a second by the number of server processes, up to twice the cores: how far more
 * of them help, and what too many cost.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { VectorEnv } from '../src/bridge/index.js';
import { table } from '../src/cli/table.js';

const { values: options } = parseArgs({ options: { seconds: { type: 'string', default: '3' } } });
const seconds = Number(options.seconds);
const NUM_ENVS = 64;

/** Steps of all environments a second, with a group for each server. */
async function stepsPerSecond(servers: number): Promise<number> {
  const env = await VectorEnv.make('CartPole-v1', { numEnvs: NUM_ENVS, servers, groups: servers, info: false });
  let steps = 0;
  await env.reset({ seed: 1 });
  const started = performance.now();
  const loop = async (group: VectorEnv) => {
    const actions = Int32Array.from({ length: group.numEnvs }, (_, i) => i % 2);
    while (performance.now() < started + seconds * 1000) {
      await group.step(actions);
      steps += group.numEnvs;
    }
  };
  await Promise.all(env.groups.map(loop));
  const rate = (steps / (performance.now() - started)) * 1000;
  await env.close();
  return rate;
}

const cores = availableParallelism();
const rows: { servers: number; stepsPerSecond: number }[] = [];
for (let servers = 1; servers <= Math.min(2 * cores, NUM_ENVS); servers *= 2) {
  rows.push({ servers, stepsPerSecond: await stepsPerSecond(servers) });
}
const one = rows[0].stepsPerSecond;
process.stdout.write(
  table(
    ['servers', 'steps/s', 'of one server'],
    rows.map((row) => [String(row.servers), row.stepsPerSecond.toFixed(0), (row.stepsPerSecond / one).toFixed(2)]),
  ),
);
process.stdout.write(`CartPole, ${NUM_ENVS} environments, ${cores} cores\n`);
mkdirSync('bench/results', { recursive: true });
writeFileSync(
  'bench/results/servers.json',
  `${JSON.stringify({ node: process.version, seconds, cores, rows }, null, 2)}\n`,
);
