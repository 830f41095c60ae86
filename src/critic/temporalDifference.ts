import type { Batch } from '../sampling/batch.js';
import { buildCritic } from './buildCritic.js';
import { type Critic, type CriticContext, type CriticOptions, type CriticProblem, StateValues } from './critic.js';
import { temporalDifferenceState } from './criticState.js';
import { RootMeanSquare } from './rootMeanSquare.js';
import { temporalDifferenceError } from './temporalDifferenceError.js';
import { EligibilityTrace, type TraceKind } from './trace.js';

export interface TemporalDifferenceOptions extends CriticOptions {
  traces: TraceKind;
}

/**
 * The semi-gradient step of slide 4 on samples, θ ← θ − h (Q(s,a;θ) − T_τ^π Q(s,a;θ)) φ(s,a), with TD(λ) traces in place of
 * the bare φ(s,a). The target c + γ V̄(s';θ) integrates over a' instead of drawing one; it is c after a terminated step.
 */
export function temporalDifference(
  { features, family, numEnvs }: Omit<CriticProblem, 'seed'>,
  options: TemporalDifferenceOptions,
): Critic {
  const theta = features.constantVector(options.initialValue);
  const values = new StateValues(features, family);
  const traces = Array.from({ length: numEnvs }, () => new EligibilityTrace(features, options.traces));
  const errors = new RootMeanSquare();

  function observe(batch: Batch, t: number, { w, tau, gamma }: CriticContext, stepSize: number): void {
    const { numEnvs: E } = batch;
    for (let e = 0; e < E; e++) {
      const at = t * E + e;
      const trace = traces[e];
      if (!batch.valid[at]) {
        trace.clear();
        continue;
      }
      const terminated = batch.terminated[at] === 1;
      const next = terminated ? 0 : values.at(batch, at + E, theta, w, tau);
      features.coefficients(theta, batch.states, at, values.q);
      const value = features.valueOf(values.q, batch.actions, at);
      const delta = temporalDifferenceError(batch.costs[at], gamma, next, value);
      trace.decay(gamma * options.lambda);
      trace.add(batch, at);
      trace.apply(theta, stepSize * delta);
      if (terminated || batch.truncated[at]) trace.clear();
      errors.add(delta);
    }
  }

  return buildCritic({
    theta,
    errors,
    observe,
    state: temporalDifferenceState(features, numEnvs),
    snapshot: () => ({ theta, errors: errors.snapshot(), traces: traces.map((trace) => trace.snapshot()) }),
    restore(state) {
      theta.set(state.theta);
      errors.restore(state.errors);
      state.traces.forEach((saved, e) => {
        traces[e].restore(saved);
      });
    },
  });
}
