import type { Batch } from '../sampling/batch.js';
import { buildCritic } from './buildCritic.js';
import { type Critic, type CriticContext, type CriticOptions, type CriticProblem, StateValues } from './critic.js';
import { trueOnlineState } from './criticState.js';
import { RootMeanSquare } from './rootMeanSquare.js';
import { temporalDifferenceError } from './temporalDifferenceError.js';
import { EligibilityTrace } from './trace.js';

/** Entries of a Dutch trace below this are dropped. */
const CUTOFF = 1e-10;

/** Where the trace of one environment stands. */
interface Stream {
  readonly trace: EligibilityTrace;
  /** Coefficients of Q(s_t,·;θ_{t−1}), s_t the state that the last step led to, before θ moved; shape [K]. */
  readonly before: Float64Array;
  /** 1 in the middle of a trajectory. */
  running: 0 | 1;
}

/**
 * True online TD(λ) with Dutch traces (van Seijen, Mahmood, Pilarski, Machado & Sutton, "True online temporal-difference learning",
 * JMLR 17, 2016), in the form that integrates over a'. With α = hη, v' = V̄(s_{t+1};θ_t), Q = Q(s_t,a_t;θ_t) and Q° = Q(s_t,a_t;θ_{t−1}):
 *
 * z ← γλz + (1 − αγλ⟨z,φ⟩)φ,  δ = c + γv' − Q°,  θ ← θ + αδz + α(Q° − Q)φ.
 *
 * This is, to the bit of exact arithmetic, the online forward view: at every step θ is what one gets from going through the trajectory again with the
 * interim λ-returns G_k = c_k + γ[v_{k+1} + λ(G_{k+1} − Q°_{k+1})] (for one environment and a constant step; several environments share θ and
 * each then sees the others' updates).
 */
export function trueOnline({ features, family, numEnvs }: Omit<CriticProblem, 'seed'>, options: CriticOptions): Critic {
  const theta = features.constantVector(options.initialValue);
  const values = new StateValues(features, family);
  const q = new Float64Array(features.action.size);
  const streams = Array.from(
    { length: numEnvs },
    (): Stream => ({
      trace: new EligibilityTrace(features, 'accumulating', CUTOFF),
      before: new Float64Array(features.action.size),
      running: 0,
    }),
  );
  const errors = new RootMeanSquare();

  function stop(stream: Stream): void {
    stream.trace.clear();
    stream.running = 0;
  }

  function observe(batch: Batch, t: number, { w, tau, gamma }: CriticContext, step: number): void {
    const { numEnvs: E, states, actions } = batch;
    const decay = gamma * options.lambda;
    for (let e = 0; e < E; e++) {
      const at = t * E + e;
      const stream = streams[e];
      if (!batch.valid[at]) {
        stop(stream);
        continue;
      }
      const { trace, before } = stream;
      const terminated = batch.terminated[at] === 1;
      features.coefficients(theta, states, at, q);
      const value = features.valueOf(q, actions, at);
      const old = stream.running ? features.valueOf(before, actions, at) : value;
      const next = terminated ? 0 : values.at(batch, at + E, theta, w, tau);
      if (!terminated) before.set(values.q);
      trace.decay(decay);
      trace.add(batch, at, 1 - step * trace.dot(batch, at));
      trace.apply(theta, step * temporalDifferenceError(batch.costs[at], gamma, next, old));
      trace.applyFeatures(theta, batch, at, step * (old - value));
      stream.running = 1;
      if (terminated || batch.truncated[at]) stop(stream);
      errors.add(temporalDifferenceError(batch.costs[at], gamma, next, value));
    }
  }

  return buildCritic({
    theta,
    errors,
    observe,
    state: trueOnlineState(features, numEnvs),
    snapshot: () => ({
      theta,
      errors: errors.snapshot(),
      streams: streams.map(({ trace, before, running }) => ({ trace: trace.snapshot(), before, running })),
    }),
    restore(state) {
      theta.set(state.theta);
      errors.restore(state.errors);
      state.streams.forEach(({ trace, before, running }, e) => {
        streams[e].trace.restore(trace);
        streams[e].before.set(before);
        streams[e].running = running;
      });
    },
  });
}
