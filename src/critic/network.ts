import { NetworkFeatures } from '../features/network.js';
import { Adam } from '../numeric/adam.js';
import { snapshotBatch } from '../sampling/batch.js';
import { createRng, type Rng } from '../spaces/index.js';
import { buildCritic } from './buildCritic.js';
import type { Critic, CriticOptions, CriticProblem } from './critic.js';
import { networkState } from './criticState.js';
import { gatherPairs, type StoredBatch } from './pairs.js';
import { PolicyTransfer } from './policyTransfer.js';
import { ReturnTargets } from './returnTargets.js';
import { SquaredErrorGradient } from './squaredErrorGradient.js';

export interface NetworkCriticOptions extends CriticOptions {
  /** Step of Adam. */
  stepSize: number;
  /** Bound of the importance weights along the returns (Retrace). */
  clip: number;
  /** Batches kept; the oldest is dropped when another comes. */
  window: number;
  /** Batches that a policy update learns from: the newest, and others drawn from the window. */
  draws: number;
  /** Transitions of one gradient step. */
  minibatch: number;
}

/**
 * Learns θ and the feature map ψ together, by Adam on ½(Q(s,a;θ) − G)² with the λ-returns G held fixed: the semi-gradient of a critic
 * Q = ⟨θ, χ(a) ⊗ ψ(s)⟩ whose features move as well. Each update draws batches of the window, computes their returns once with the θ, ψ and π that
 * it starts from, clipped importance weights making up for the age of the data, and passes over them in shuffled minibatches. The policy is the
 * vector w on the same features, so afterwards w is fitted to stand for the same policy on the features that have moved (`PolicyTransfer`); the mirror
 * step is then the usual one.
 * @param problem its features of states a network; its seed that of drawing and shuffling
 * @throws TypeError for other features
 */
export function networkCritic(
  { features, family, seed }: Omit<CriticProblem, 'numEnvs'>,
  options: NetworkCriticOptions,
): Critic {
  const { stepSize, lambda, clip, window, draws, minibatch } = options;
  const psi = features.state;
  if (!(psi instanceof NetworkFeatures)) throw new TypeError('networkCritic: the state features are no network');
  const theta = features.constantVector(options.initialValue);
  const targets = new ReturnTargets(features, family, lambda, clip);
  const transfer = new PolicyTransfer(features, psi);
  const gradient = new SquaredErrorGradient(features, psi, minibatch);
  // ψ is divided by √d, so θ is larger by √d, and its steps with it.
  const thetaSteps = new Adam(theta, stepSize * Math.sqrt(psi.size));
  const layerSteps = psi.layers.map(({ parameters }) => new Adam(parameters, stepSize));
  let rng = createRng(seed);
  let batches: StoredBatch[] = [];

  /** The newest batch and others, all different, oldest first. */
  function draw(): StoredBatch[] {
    const chosen = new Set([batches.length - 1]);
    const count = Math.min(draws, batches.length);
    while (chosen.size < count) chosen.add(rng.integer(batches.length));
    return [...chosen].sort((a, b) => a - b).map((i) => batches[i]);
  }

  return buildCritic({
    theta,
    errors: targets.errors,
    learn(batch, context, passes) {
      if (batches.length === window) batches.shift();
      batches.push(snapshotBatch(batch));
      targets.see(batch);
      const pairs = gatherPairs(draw(), { psi, targets, context, theta });
      const order = Int32Array.from({ length: pairs.count }, (_, i) => i);
      shuffle(order, rng);
      transfer.remember(pairs.observations, order, context.w);
      for (let pass = 0; pass < passes; pass++) {
        if (pass > 0) shuffle(order, rng);
        for (let at = 0; at < pairs.count; at += minibatch) {
          gradient.compute(pairs, order.subarray(at, at + minibatch), theta);
          thetaSteps.step(gradient.byTheta);
          layerSteps.forEach((adam, l) => {
            adam.step(psi.layers[l].parameterGradient);
          });
        }
      }
      transfer.fit(context.w);
      psi.forward(batch.observations, 0, batch.states.values.length / psi.size, batch.states.values, 0);
    },
    state: networkState(
      features,
      psi.layers.map(({ parameters }) => parameters.length),
      window,
    ),
    snapshot: () => ({
      theta: thetaSteps.snapshot(),
      layers: layerSteps.map((adam) => adam.snapshot()),
      targets: targets.snapshot(),
      rng: rng.state(),
      batches,
    }),
    restore(state) {
      thetaSteps.restore(state.theta);
      state.layers.forEach((saved, l) => {
        layerSteps[l].restore(saved);
      });
      targets.restore(state.targets);
      rng = createRng(state.rng);
      batches = state.batches;
    },
  });
}

/** Fisher and Yates. */
function shuffle(order: Int32Array, rng: Rng): void {
  for (let i = order.length - 1; i > 0; i--) {
    const j = rng.integer(i + 1);
    const x = order[i];
    order[i] = order[j];
    order[j] = x;
  }
}
