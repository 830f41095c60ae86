import { type ConfigInput, parseConfig } from '../config/config.js';
import { ConfigError } from '../config/configError.js';
import type { Batch } from '../sampling/batch.js';
import type { Update } from './actorCritic.js';
import type { Agent } from './agent.js';
import { integrationError } from './integrationError.js';
import type { Evaluation, Metrics } from './metrics.js';
import { Run, type RunOptions } from './run.js';

/** Where a run is saved and resumed from, and who is told of its progress. */
export interface TrainOptions extends RunOptions {
  /** Called when the environments are made and the first batch begins. */
  onStart?: (agent: Agent) => void;
  /** Called after every policy update. */
  onMetrics?: (metrics: Metrics) => void;
  /** Called after every evaluation. */
  onEvaluation?: (evaluation: Evaluation) => void;
}

/** What a training run ended with. */
export interface TrainResult {
  agent: Agent;
  /** Why training ended. */
  reason: 'threshold' | 'totalSteps' | 'aborted';
  /** Transitions learned from. */
  steps: number;
  /** Seconds spent, evaluations included, over all sessions of the run. */
  seconds: number;
  /** The last evaluation; null where the run was aborted before the first. */
  evaluation: Evaluation | null;
}

/**
 * Trains an agent: rollout → critic → mirror step, until an evaluation reaches the threshold or the steps are used up. The same
 * configuration gives the same run to the bit, whether interrupted and resumed or not (but with `freshEnvs`).
 * @throws ConfigError, BridgeError, NonFiniteError; the last checkpoint stays as it was. CheckpointError where none could be saved at the end
 */
export async function train(input: ConfigInput, options: TrainOptions = {}): Promise<TrainResult> {
  const config = parseConfig(input);
  const run = await Run.start(config, options);
  const { agent, actorCritic } = run;
  const { every, threshold = Number.POSITIVE_INFINITY } = config.evaluation;
  let reason: TrainResult['reason'] = 'aborted';
  try {
    checkSteps(run, options);
    options.onStart?.(agent);
    while (!options.signal?.aborted) {
      // Evaluate when it is due, and once more at the end.
      const last = run.steps + run.nextSteps > config.totalSteps;
      const evaluated = run.evaluation?.steps ?? 0;
      if (run.steps >= evaluated + every || (last && run.steps > evaluated)) {
        const evaluation = await run.evaluate();
        if (evaluation === null) break;
        options.onEvaluation?.(evaluation);
        run.saver.save();
      }
      if (run.evaluation !== null && run.evaluation.mean >= threshold) reason = 'threshold';
      else if (last) reason = 'totalSteps';
      if (reason !== 'aborted') break;

      // The policy acts, …
      const batch = await run.collect();
      // … the critic learns: θ ← θ − hη g(θ, π), …
      const update = actorCritic.learn(batch);
      // … and the mirror step moves the policy towards lower advantage: w ← (w + λθ)/(1 + λτ).
      actorCritic.improve(batch);

      // Also where nobody asks: what is told of the latest update begins anew with each.
      const metrics = metricsOf(run, batch, update);
      options.onMetrics?.(metrics);
      run.warnOfCuts();
      run.saver.saveInTime();
    }
    run.saver.saveLast();
    return { agent, reason, steps: run.steps, seconds: run.seconds, evaluation: run.evaluation };
  } finally {
    await run.close();
  }
}

/** A run too short to learn anything is a mistake; one that is over and resumed has nothing left to do, which is told. */
function checkSteps(run: Run, { onWarning }: TrainOptions): void {
  const { actorCritic, config, nextSteps, steps } = run;
  const { totalSteps, evaluation } = config;
  const needed = steps + nextSteps;
  if (actorCritic.updates === 0 && needed > totalSteps) {
    const before = steps > 0 ? ` after the ${steps} from which observations are scaled` : '';
    throw new ConfigError(
      `totalSteps is ${totalSteps} (--steps): nothing would be learned, since an update needs ${nextSteps} steps${before}, ` +
        `${actorCritic.batchSteps} of each of ${config.env.numEnvs} environments; expected at least ${needed}`,
    );
  }
  if (run.evaluation !== null && run.evaluation.mean >= (evaluation.threshold ?? Number.POSITIVE_INFINITY)) {
    onWarning?.(
      `the run has reached its threshold of ${evaluation.threshold}; to go on, give another with --set evaluation.threshold=`,
    );
  } else if (needed > totalSteps) {
    onWarning?.(
      `the run has used its steps, ${steps} of at most ${totalSteps}; to go on, give --steps ${needed} or more`,
    );
  }
}

function metricsOf({ actorCritic, rollout, steps, seconds, samplerBias }: Run, batch: Batch, update: Update): Metrics {
  const kl = rollout.takeKl();
  return {
    steps,
    seconds,
    updates: actorCritic.updates,
    episodes: rollout.episodes.finished,
    meanReturn: rollout.episodes.meanReturn,
    kl: kl.mean,
    klMax: kl.max,
    entropy: actorCritic.model.family.referenceEntropy - kl.mean,
    integrationError: integrationError(actorCritic.policy, actorCritic.model.replicas, batch),
    samplerBias,
    ...update,
  };
}
