/** A process of one's own with 20 states, or that of a file, to the certificate of its flow and the report. Run: npx tsx examples/theory.ts [FILE] */
import { readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { flowReport } from 'mirrorflow/report';
import { flow, type ProblemDescription, problemFrom, readData } from 'mirrorflow/theory';

/** A ring: action 0 steps back, action 1 ahead, either slips with probability 0.2; state 0 costs nothing. */
const S = 20;
const states = Array.from({ length: S }, (_, s) => s);
const ring: ProblemDescription = {
  name: 'ring',
  gamma: 0.9,
  P: states.map((s) => [0.2, 0.8].map((ahead) => Float64Array.from(states, (t) => step(t - s, ahead)))),
  cost: states.map((s) => [s === 0 ? 0 : 1, s === 0 ? 0 : 1]),
  mu: [0.5, 0.5],
  beta: states.map((s) => [(s + 1) / 420, (s + 1) / 420]),
  features: states.map((s) => [0, 1].map((a) => states.map((i) => (i === 2 * Math.floor(s / 2) + a ? 1 : 0)))),
};

function step(distance: number, ahead: number): number {
  return (distance + S) % S === 1 ? ahead : (distance + S) % S === S - 1 ? 1 - ahead : 0;
}

const file = process.argv[2];
const description = file === undefined ? ring : (readData(readFileSync(file), file) as ProblemDescription);
const result = flow(problemFrom(description, { tau: 0.2 }));
for (const { name, verdict, figure } of result.certificate.entries) console.log(`${name}: ${verdict}; ${figure}`);

const report = join(tmpdir(), 'mirrorflow-theory.html');
writeFileSync(report, await flowReport(result));
console.log(`the gap at t = ${result.horizon} is ${result.diagnosis.gap.at(-1)}; report: ${report}`);
