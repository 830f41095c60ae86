/**
 * `npm run bench -- bridge [--seconds 2] [--rounds 5] [--only TEXT]`: environment steps a second over the bridge beside Gymnasium in process; the round trips of
 * one environment and of `RemoteAgent.predict` beside a raw ZeroMQ echo of the same bytes; images beside raw ZeroMQ. Each row is measured over ZeroMQ alone and
 * over the lane (`auto`), by turns with its reference in the same run. The table has the medians of the rounds; a ratio is the median of the
 * rounds' ratios. `--only` takes the rows whose name has the text. Writes bench/results/bridge.json.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { table } from '../src/cli/table.js';
import { type Compared, cells, compare, HEAD } from './bridge/compare.js';
import { chooseRows } from './bridge/rows.js';
import { wholeNumber } from './flags.js';

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '5' },
    only: { type: 'string', default: '' },
  },
});
const seconds = Number(options.seconds);
if (!(seconds > 0)) throw new Error(`--seconds is ${options.seconds}; expected a number above 0.`);
const rounds = wholeNumber('rounds', options.rounds, 1);

const rows: Compared[] = [];
for (const row of chooseRows(options.only)) {
  const compared = await compare(row, seconds, rounds);
  for (const { what, transport, ratio } of compared)
    process.stderr.write(`${what}, over ${transport} … ${ratio.toFixed(2)}\n`);
  rows.push(...compared);
}
process.stdout.write(table(HEAD, rows.map(cells)));
mkdirSync('bench/results', { recursive: true });
writeFileSync(
  'bench/results/bridge.json',
  `${JSON.stringify({ node: process.version, seconds, rounds, rows }, null, 2)}\n`,
);
