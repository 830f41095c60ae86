/** Trains by the configuration given as JSON in the only argument; prints what bench/learning/sb3.py prints, by the same clocks. */
import { readdirSync, readFileSync } from 'node:fs';
import { type ConfigInput, train } from '../../src/agent/index.js';
import { version } from '../../src/version.js';
import type { EndLine, EvaluationLine } from './record.js';

const print = (line: EvaluationLine | EndLine) => process.stdout.write(`${JSON.stringify(line)}\n`);
/** Processes that were there when training began: the environments', not the evaluation's, which starts later. */
let children: string[] = [];

/** Processor seconds of this process and of those. */
function processorTime(): number {
  const { user, system } = process.cpuUsage();
  const theirs = children.map((pid) => {
    // After the name in brackets: user and system time are the 12th and 13th field, in hundredths of a second.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  });
  return (user + system) / 1e6 + theirs.reduce((a, b) => a + b, 0);
}

const trained = { seconds: 0, processor: 0 };
const now = () => ({ seconds: performance.now() / 1000, processor: processorTime() });
// What passes from the start, or from an evaluation's end, to an update is training.
let before = now();
const { steps } = await train(JSON.parse(process.argv[2]!) as ConfigInput, {
  python: process.argv[3],
  onStart: () => {
    children = readdirSync('/proc/self/task').flatMap((thread) =>
      readFileSync(`/proc/self/task/${thread}/children`, 'utf8').split(' ').filter(Boolean),
    );
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
