import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ActorCritic } from '../../src/agent/index.js';
import { Run } from '../../src/agent/run.js';
import { meanFieldProblem, occupancyMass, visitRate } from '../../src/beside/meanField.js';
import { etaOf, regimeOf } from '../../src/beside/regime.js';
import { agentTask } from '../../src/cli/flow/agentEnv.js';
import { parseConfig } from '../../src/config/config.js';
import { numbers } from '../theory/support.js';

process.env.PYTHONPATH = fileURLToPath(new URL('../../envs/mirrorflow_envs', import.meta.url));
const options = { tau: 0.2, out: '', import: [] };
const SEEDS = [0, 1, 2, 3];
const [BEGINNING, STEPS, BLOCK] = [60, 300, 20];

describe("the agent's expected update is the flow's semi-gradient step", () => {
  it.each([
    ['a Garnet', 'garnet:5,3,2,1003'],
    ['a linear process and its own features', 'linear:6,2,3,1'],
    ['a walk whose episodes terminate', 'random-walk:5'],
  ])('on %s, within 4 standard errors over four seeds', async (_, name) => {
    const { problem, setting, env, largestFeatures } = await agentTask(name, options);
    const numEnvs = 32;
    const regime = regimeOf(problem, { setting, env, largestFeatures }, { steps: 6400, numEnvs });
    // A step so short that θ stays where it is, and frozen θ and w that are anything.
    const stepSize = 1e-7;
    const config = parseConfig({
      ...regime.config,
      critic: { ...regime.config.critic, stepSize, eta: { type: 'constant', value: 1 } },
    });
    const { gamma } = config;
    const theta = numbers(problem.size, 3).map((x) => (1 - gamma) * x);
    const w = numbers(problem.size, 4).map((x) => 2 * x);
    const blocks: Float64Array[] = [];
    for (const seed of SEEDS) blocks.push(...(await updates({ ...config, seed }, theta, w)));

    // In units of the lab and in its order: c·g of the lab at θ/c is the agent's g at θ.
    const own = new Float64Array(problem.size);
    problem.semiGradient(
      setting.toLab(theta).map((x) => x / (1 - gamma)),
      setting.toLab(w),
      own,
    );
    const rate = visitRate(occupancyMass(problem, setting.toLab(w)), gamma);
    const n = blocks.length;
    for (let i = 0; i < problem.size; i++) {
      const sample = blocks.map((block) => setting.toLab(block)[i] / (BLOCK * numEnvs * stepSize * (1 - gamma)));
      const mean = sample.reduce((a, b) => a + b, 0) / n;
      const error = Math.sqrt(sample.reduce((a, x) => a + (x - mean) ** 2, 0) / n / (n - 1));
      expect(Math.abs(mean + rate * own[i]), `entry ${i}`).toBeLessThan(4 * error + 1e-7);
    }
    // The flow counts the same visits: h_n·E·(visits of a step)·g is λ·η_t times the semi-gradient of the mean field.
    const field = new Float64Array(problem.size);
    meanFieldProblem(problem).semiGradient(setting.toLab(theta), setting.toLab(w), field);
    problem.semiGradient(setting.toLab(theta), setting.toLab(w), own);
    const h = 'stepSize' in regime.config.critic ? regime.config.critic.stepSize : Number.NaN;
    own.forEach((g, i) => {
      expect(h * numEnvs * rate * g).toBeCloseTo(regime.mirrorStep * etaOf(regime.config).eta0 * field[i], 12);
    });
  });

  /** What one step of each environment moved θ by, summed over blocks of steps, without those of the beginning. */
  async function updates(config: ReturnType<typeof parseConfig>, theta: Float64Array, w: Float64Array) {
    const run = await Run.start(config, {});
    const { actorCritic } = run;
    expect(actorCritic).toBeInstanceOf(ActorCritic);
    const blocks: Float64Array[] = [];
    try {
      actorCritic.policy.w.set(w);
      for (let n = 0; n < BEGINNING + STEPS; n++) {
        actorCritic.critic.theta.set(theta);
        actorCritic.learn(await run.collect());
        if (n < BEGINNING) continue;
        if (n % BLOCK === 0) blocks.push(new Float64Array(theta.length));
        const block = blocks.at(-1)!;
        theta.forEach((x, i) => {
          block[i] += actorCritic.critic.theta[i] - x;
        });
      }
    } finally {
      await run.close();
    }
    return blocks;
  }
});

describe('the visits of a step', () => {
  it('are d_β^π/(2 − γ) where nothing terminates, and more where episodes do', async () => {
    const { problem } = await agentTask('garnet:5,3,2,1003', options);
    expect(occupancyMass(problem, new Float64Array(problem.size))).toBeCloseTo(1, 12);
    expect(visitRate(1, 0.9)).toBeCloseTo(1 / 1.1, 14);
    // One state that terminates at once: the mass is 1 − γ, and every second step is a visit.
    expect(visitRate(0.1, 0.9) * 0.1).toBeCloseTo(0.5, 14);
  });
});
