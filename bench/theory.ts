/**
 * The theory lab's figures and tables: `npm run bench -- theory`. Writes docs/assets/theory-*.svg and bench/results/theory.json. It fails where
 * an inequality is violated or a planted bug is not caught.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { table } from '../src/cli/table.js';
import { mutantRows, tightnessRows } from './theory/certificates.js';
import { explicitRows, relaxationRows } from './theory/exactCritic.js';
import { boundFigure, contrastFigure, discreteFigure, sampledFigure } from './theory/figures.js';
import { floorFigure, floorRows } from './theory/floor.js';
import { rateTable } from './theory/rates.js';
import { verdictRows } from './theory/verdicts.js';

const assets = new URL('../docs/assets/', import.meta.url);
const results = new URL('results/', import.meta.url);
for (const directory of [assets, results]) mkdirSync(directory, { recursive: true });

const rates = rateTable();
print(
  ['processes', 'η₀', 'rate / (τ/2): least', 'median', 'greatest', 'bound holds'],
  rates.map((r) => [r.processes, r.eta0, ...r.ratios.map((x) => x.toFixed(2)), r.bound]),
);
const verdicts = verdictRows();
print(
  ['η₀', 'k₁', 'Theorem 2 on 6 Garnets(8,3,3), τ = 1'],
  verdicts.map((r) => [
    r.eta0,
    r.k1,
    Object.entries(r.verdicts)
      .map(([verdict, n]) => `${n} × ${verdict}`)
      .join(', '),
  ]),
);
const tightness = tightnessRows(200);
print(
  ['inequality', 'processes', 'violations', 'measured/bound: least', 'median', 'greatest'],
  tightness.map((r) => [r.inequality, String(r.processes), String(r.violations), ...r.ratios.map(short)]),
);
const bugs = mutantRows(200);
print(
  ['planted bug', 'self-test fails', 'residual: least', 'greatest'],
  bugs.map((r) => [r.bug, `${r.failed} of ${r.processes}`, short(r.least), short(r.greatest)]),
);
const relaxation = relaxationRows(50);
print(
  ['λτ, proximal, exact critic', 'processes', 'rate an update / −2 log(1−σ): least', 'median', 'greatest'],
  relaxation.map((r) => [String(r.share), String(r.processes), ...r.ratios.map((x) => x.toFixed(3))]),
);
const explicit = explicitRows(60, 1200);
print(
  ['λτ, explicit, exact critic', 'gap above 10⁻⁶ after 1,200 updates'],
  explicit.map((r) => [String(r.share), `${r.restless} of ${r.processes}`]),
);
const floors = floorRows();
print(
  ['process', 'ε', "A3's residual", 'e at rest', 'gap at rest', 'floor', 'gap/floor'],
  floors.map((r) => [r.process, ...[r.epsilon, r.residual, r.error, r.gap, r.floor, r.gap / r.floor].map(short)]),
);

const figures: Record<string, string> = {
  bound: await boundFigure(),
  contrasts: await contrastFigure(),
  discrete: await discreteFigure(),
  sampled: await sampledFigure(),
  floor: await floorFigure(floors),
};
for (const [name, svg] of Object.entries(figures)) writeFileSync(new URL(`theory-${name}.svg`, assets), svg);
writeFileSync(
  new URL('theory.json', results),
  `${JSON.stringify({ rates, verdicts, tightness, bugs, relaxation, explicit, floors }, null, 1)}\n`,
);
const missed = bugs.filter((r) => r.failed !== (r.bug === 'none' ? 0 : r.processes));
if (missed.length > 0 || tightness.some((r) => r.violations > 0) || floors.some((r) => r.gap > 1.0001 * r.floor)) {
  process.stderr.write('theory: an inequality is violated, or a planted bug is not caught; the tables say which.\n');
  process.exitCode = 1;
}

function print(head: string[], rows: string[][]): void {
  process.stdout.write(`${table(head, rows)}\n`);
}

function short(x: number): string {
  return x !== 0 && (Math.abs(x) < 1e-3 || Math.abs(x) >= 1e4) ? x.toExponential(2) : String(Number(x.toPrecision(3)));
}
