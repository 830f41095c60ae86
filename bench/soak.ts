/**
 * `npm run bench -- soak [--minutes 10]`: steps CartPole and images by turns for so long, over the lane where the servers offer one, and says whether the memory
 * of this process and of the servers stays flat. (Linux: resident memory is read from /proc.)
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { VectorEnv } from '../src/bridge/index.js';
import { table } from '../src/cli/table.js';

const { values: options } = parseArgs({ options: { minutes: { type: 'string', default: '10' } } });
const minutes = Number(options.minutes);
/** MiB a minute over the second half: more than this is a leak. A leak of one byte a step would be about 2. */
const BOUND = 1;
const SAMPLES = 60;
const SLICE_MS = 500;

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;

interface Sample {
  minute: number;
  node: number;
  cartPole: number;
  images: number;
}

/** Resident memory in MiB. */
function resident(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1];
  return Number(kilobytes) / 1024;
}

/** Steps each group on its own for a while. @returns the steps of all environments */
async function run(env: VectorEnv): Promise<number> {
  const end = performance.now() + SLICE_MS;
  let steps = 0;
  const loop = async (group: VectorEnv) => {
    const actions = Int32Array.from({ length: group.numEnvs }, (_, i) => i % 2);
    while (performance.now() < end) {
      await group.step(actions);
      steps += group.numEnvs;
    }
  };
  await Promise.all(env.groups.map(loop));
  return steps;
}

/** The slope of the least-squares line, MiB a minute. */
function slope(samples: readonly Sample[], what: keyof Sample): number {
  const mean = (f: (s: Sample) => number) => samples.reduce((sum, s) => sum + f(s), 0) / samples.length;
  const time = mean((s) => s.minute);
  const value = mean((s) => s[what]);
  const covariance = mean((s) => (s.minute - time) * (s[what] - value));
  return covariance / mean((s) => (s.minute - time) ** 2);
}

const cartPole = await VectorEnv.make('CartPole-v1', { numEnvs: 64, groups: 2 });
const images = await VectorEnv.make('mirrorflow-bench/Images-v0', {
  numEnvs: 64,
  imports: ['bridge_reference'],
  env: { PYTHONPATH: fileURLToPath(new URL('.', import.meta.url)) },
  backend: 'vector_entry_point',
});
const [cartPolePid, imagesPid] = [cartPole, images].map((env) => env.serverInfos[0].server.pid) as [number, number];
const transport = { cartPole: cartPole.transport, images: images.transport };
await cartPole.reset({ seed: 1 });
await images.reset();

const samples: Sample[] = [];
let cartPoleSteps = 0;
let imageSteps = 0;
const started = performance.now();
const elapsed = () => (performance.now() - started) / 60_000;
while (elapsed() < minutes) {
  cartPoleSteps += await run(cartPole);
  imageSteps += await run(images);
  if (elapsed() < ((samples.length + 1) * minutes) / SAMPLES) continue;
  gc();
  const sample = {
    minute: elapsed(),
    node: resident(process.pid),
    cartPole: resident(cartPolePid),
    images: resident(imagesPid),
  };
  samples.push(sample);
  process.stderr.write(
    `${sample.minute.toFixed(2)} min: Node ${sample.node.toFixed(1)}, CartPole's server ${sample.cartPole.toFixed(1)}, images' server ${sample.images.toFixed(1)} MiB\n`,
  );
}
await Promise.all([cartPole.close(), images.close()]);

const half = samples.slice(samples.length >> 1);
const rows = (['node', 'cartPole', 'images'] as const).map((what) => {
  const values = samples.map((sample) => sample[what]);
  const rate = slope(half, what);
  return {
    what,
    first: values[0],
    most: Math.max(...values),
    last: values.at(-1)!,
    slope: rate,
    isFlat: rate < BOUND,
  };
});
process.stdout.write(
  table(
    ['resident memory of', 'first', 'most', 'last', 'slope, second half', `flat (< ${BOUND} MiB/min)`],
    rows.map((row) => [
      { node: 'Node', cartPole: 'the server of CartPole', images: 'the server of images' }[row.what],
      `${row.first.toFixed(1)} MiB`,
      `${row.most.toFixed(1)} MiB`,
      `${row.last.toFixed(1)} MiB`,
      `${row.slope.toFixed(2)} MiB/min`,
      row.isFlat ? 'yes' : 'NO',
    ]),
  ),
);
process.stdout.write(
  `${minutes} minutes: ${cartPoleSteps} steps of CartPole (over ${transport.cartPole}), ${imageSteps} of images (over ${transport.images})\n`,
);
mkdirSync('bench/results', { recursive: true });
writeFileSync(
  'bench/results/soak.json',
  `${JSON.stringify({ node: process.version, minutes, transport, cartPoleSteps, imageSteps, bound: BOUND, rows, samples }, null, 2)}\n`,
);
process.exitCode = rows.every((row) => row.isFlat) ? 0 : 1;
