import { finiteProblem, garnet, type LabOptions, runLab, tabular, type Verdict } from '../../src/theory/index.js';

/** The verdicts on Theorem 2 over some processes with one speed of the critic. */
export interface VerdictRow {
  readonly eta0: string;
  readonly k1: string;
  readonly verdicts: Readonly<Partial<Record<Verdict, number>>>;
}

/** Six Garnets at τ = 1, by the critic's speed: where it is too slow the theorem says nothing, or the horizon is too short to tell. */
export function verdictRows(): VerdictRow[] {
  const speeds: [string, string, LabOptions][] = [
    ['1', '0', { eta0: 1, k1: 0 }],
    ['1', '0.02', { eta0: 1, k1: 0.02 }],
    ['1', 'τ/2', { eta0: 1 }],
    ['2τ/Γ', 'τ/2', {}],
  ];
  return speeds.map(([eta0, k1, options]) => {
    const verdicts: Partial<Record<Verdict, number>> = {};
    for (let seed = 0; seed < 6; seed++) {
      const mdp = garnet({ states: 8, actions: 3, branching: 3, seed });
      const { certificate } = runLab(finiteProblem(mdp, tabular(mdp), 1), options);
      const { verdict } = certificate.entries.find((entry) => entry.key === 'theorem2')!;
      verdicts[verdict] = (verdicts[verdict] ?? 0) + 1;
    }
    return { eta0, k1, verdicts };
  });
}
