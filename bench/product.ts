/**
 * `npm run bench -- product`: the matrix product of learned features (src/numeric/matrixKernel.wat) beside ml-matrix's, at the shapes of networks of two layers of 64
 * and of 256 in minibatches of 128: 10⁹ floating-point operations a second, the best of five rounds in turn.
 */
import { Matrix } from 'ml-matrix';
import { table } from '../src/cli/table.js';
import { multiplyTransposed } from '../src/numeric/matrix.js';
import { createRng } from '../src/spaces/index.js';

const ROUNDS = 5;
const SECONDS = 0.3;
const rng = createRng(0);
const random = (length: number) => Float64Array.from({ length }, () => rng.normal());

/** Calls of f a second. */
function rate(f: () => void): number {
  const start = performance.now();
  let calls = 0;
  for (; performance.now() - start < SECONDS * 1000; calls++) f();
  return (calls * 1000) / (performance.now() - start);
}

const rows = [
  [128, 64, 8],
  [128, 64, 64],
  [128, 256, 256],
].map(([n, m, k]) => {
  const [a, b, bias, out] = [random(n! * k!), random(m! * k!), random(m!), new Float64Array(n! * m!)];
  const left = Matrix.from1DArray(n!, k!, a);
  const right = Matrix.from1DArray(k!, m!, b);
  const products = [() => multiplyTransposed(a, b, bias, out, n!, m!, k!), () => void left.mmul(right)];
  const best = [0, 0];
  for (let round = 0; round < ROUNDS; round++) {
    products.forEach((f, i) => {
      best[i] = Math.max(best[i], rate(f));
    });
  }
  const speed = best.map((calls) => (2 * n! * m! * k! * calls) / 1e9);
  return [`${n}×${k} · ${k}×${m}`, ...speed.map((x) => x.toFixed(2)), (speed[0] / speed[1]).toFixed(1)];
});
process.stdout.write(table(['product', 'ours', 'ml-matrix', 'ratio'], rows));
