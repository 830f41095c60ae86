/** Trains by the configuration given as JSON in the only argument; prints what bench/learning/sb3.py prints, by the same clock. */
import { type ConfigInput, train } from '../../src/agent/index.js';
import { version } from '../../src/version.js';
import type { EndLine, EvaluationLine } from './record.js';

const print = (line: EvaluationLine | EndLine) => process.stdout.write(`${JSON.stringify(line)}\n`);
let training = 0;
// The run's own clock starts when the environments are made; what passes from one evaluation to the next update is training.
let seen = 0;
const { steps } = await train(JSON.parse(process.argv[2]!) as ConfigInput, {
  python: process.argv[3],
  onMetrics: ({ seconds }) => {
    training += seconds - seen;
    seen = seconds;
  },
  onEvaluation: ({ steps, seconds, mean, std }) => {
    seen = seconds;
    print({ type: 'evaluation', steps, seconds: training, mean, std });
  },
});
print({ type: 'end', steps, seconds: training, versions: { node: process.version, mirrorflow: version } });
