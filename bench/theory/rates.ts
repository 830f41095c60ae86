import {
  type ExactProblem,
  finiteProblem,
  linearMdp,
  lqrProblem,
  planarLqr,
  runLab,
  scalarLqr,
} from '../../src/theory/index.js';
import { garnets, spread } from './problems.js';

/** The measured rate beside τ/2, over many processes. */
export function rateTable() {
  const linear = Array.from({ length: 5 }, (_, seed) => {
    const { mdp, features } = linearMdp({ states: 10, actions: 3, features: 5, seed });
    return finiteProblem(mdp, features, 0.2);
  });
  const regulators = [scalarLqr(), planarLqr()].map((lqr) => lqrProblem(lqr, 0.3));
  const rows: [string, ExactProblem[], number | undefined][] = [
    ['50 Garnets, tabular', garnets(50), 1],
    ['50 Garnets, tabular', garnets(50), 5],
    ['50 Garnets, tabular', garnets(50), undefined],
    ['5 linear MDPs, N < |S||A|', linear, 5],
    ['5 linear MDPs, N < |S||A|', linear, undefined],
    ['2 regulators', regulators, 2],
  ];
  return rows.map(([processes, problems, eta0]) => {
    const runs = problems.map((problem) => ({ problem, run: runLab(problem, { eta0, samples: 41 }) }));
    const verdicts = runs.map(({ run }) => run.certificate.entries.find((e) => e.key === 'theorem2')!.verdict);
    const held = verdicts.filter((verdict) => verdict === 'holds').length;
    const applies = verdicts.filter((verdict) => verdict !== 'does not apply').length;
    return {
      processes,
      eta0: eta0 === undefined ? '2τ/Γ' : String(eta0),
      ratios: spread(runs.map(({ problem, run }) => run.certificate.rate / (problem.tau / 2))),
      bound: applies === 0 ? 'does not apply' : `${held} of ${applies}`,
    };
  });
}
