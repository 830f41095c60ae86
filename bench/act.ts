/**
 * `npm run bench -- act [--seconds 2] [--rounds 3]`: the round trip of `predict` beside a raw ZeroMQ echo of the same bytes (an echo in Node, a bare
 * DEALER in Python), and the same while another client teaches. Both sides of the ratio are measured in turn, in the same run.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { table } from '../src/cli/table.js';
import { type ClientFigures, ServedAgent } from './bridge/agent.js';

const { values: options } = parseArgs({
  options: { seconds: { type: 'string', default: '2' }, rounds: { type: 'string', default: '3' } },
});
const seconds = Number(options.seconds);

const served = await ServedAgent.start();
const rounds: [ClientFigures, ClientFigures][] = [];
for (let i = 0; i < Number(options.rounds); i++)
  rounds.push([await served.predict(seconds), await served.raw(seconds)]);
const [learning, taught] = await Promise.all([served.predict(5 * seconds), served.teach(5 * seconds + 3)]);
await served.end();

const sorted = rounds.toSorted(([a, b], [c, d]) => a.p50 / b.p50 - c.p50 / d.p50);
const [predict, raw] = sorted[Math.floor(sorted.length / 2)];
const row = (name: string, f: ClientFigures, rest = '') => [
  name,
  ...[f.p50, f.p99, f.max].map((x) => x.toFixed(0)),
  rest,
];
process.stdout.write(
  table(
    ['round trip, µs', 'median', 'p99', 'max', ''],
    [
      row('predict', predict, `${(predict.p50 / raw.p50).toFixed(2)} × raw (goal ≤ 0.75)`),
      row('raw echo of the same bytes', raw),
      row('predict while another client teaches', learning, `${taught.mean} policy updates`),
    ],
  ),
);
mkdirSync('bench/results', { recursive: true });
writeFileSync(
  'bench/results/act.json',
  `${JSON.stringify({ node: process.version, rounds, learning, taught }, null, 2)}\n`,
);
