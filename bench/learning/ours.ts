/** Trains by the configuration given as JSON in the only argument; prints what bench/learning/sb3.py prints, by the same clocks. */
import { type ConfigInput, train } from '../../src/agent/index.js';
import { version } from '../../src/version.js';
import { ProcessorClock } from './processorClock.js';
import type { EndLine, EvaluationLine } from './record.js';

const print = (line: EvaluationLine | EndLine) => process.stdout.write(`${JSON.stringify(line)}\n`);
const trained = { seconds: 0, processor: 0 };
const clock = new ProcessorClock();
const now = () => ({ seconds: performance.now() / 1000, processor: clock.own() + clock.environments() });
// What passes from the start, or from an evaluation's end, to an update is training.
let before = now();
const { steps } = await train(JSON.parse(process.argv[2]) as ConfigInput, {
  python: process.argv[3],
  onStart: () => {
    clock.start();
    before = now();
  },
  onMetrics: () => {
    const at = now();
    trained.seconds += at.seconds - before.seconds;
    trained.processor += at.processor - before.processor;
    before = at;
  },
  onEvaluation: ({ steps, mean, std }) => {
    print({ type: 'evaluation', steps, ...trained, mean, std });
    before = now();
  },
});
print({ type: 'end', steps, ...trained, versions: { node: process.version, mirrorflow: version } });
