import { z } from 'zod';
import { actions } from './actionsConfig.js';
import { ConfigError, describeIssues } from './configError.js';
import { features } from './featuresConfig.js';

const positive = z.number().positive();
const natural = z.number().int().min(1);
const min = positive.optional();
const max = positive.optional();

/** A positive function of time: η_t, τ_t. */
export const schedule = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('constant'), value: positive }),
  z.strictObject({ type: z.literal('exponential'), value: positive, rate: z.number(), min, max }),
  z.strictObject({ type: z.literal('polynomial'), value: positive, power: z.number(), min, max }),
]);

const stepCount = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('constant'), value: positive }),
  z.strictObject({ type: z.literal('logarithmic'), value: positive, scale: positive, max }),
  z.strictObject({ type: z.literal('linear'), value: positive, slope: positive, max }),
]);

const observations = z
  .strictObject({
    image: natural.optional().describe('images are averaged to a grey grid of so many rows and columns'),
    scaling: z
      .enum(['bounds', 'running'])
      .default('bounds')
      .describe(
        'what is scaled to [0,1]: the bounds of the space, or mean ± 3 standard deviations of the first observations',
      ),
    freezeAt: natural.default(1000).describe('transitions after which the running mean and deviation are frozen'),
  })
  .describe('how observations become numbers');

const unit = z.number().min(0).max(1);
const initialValue = z.number().default(0).describe('Q(s,a;θ₀), a cost: low values make the policy explore');

const critic = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('td'),
    stepSize: positive.describe('h of θ ← θ − hη_t g'),
    eta: schedule.default({ type: 'constant', value: 1 }).describe('η_t, t the sum of the mirror steps so far'),
    lambda: unit.default(0),
    traces: z.enum(['replacing', 'accumulating']).default('replacing'),
    initialValue,
  }),
  z.strictObject({
    type: z.literal('leastSquares'),
    lambda: unit.default(0.95),
    window: natural.describe('batches kept'),
    ridge: positive.default(1e-5),
    correction: z
      .enum(['none', 'clipped'])
      .default('none')
      .describe('importance weights of old actions along the λ-returns, clipped'),
    clip: positive.default(1).describe('bound of the weights'),
    initialValue,
  }),
  z.strictObject({
    type: z.literal('trueOnlineTd'),
    stepSize: positive.describe('h of θ ← θ − hη_t g'),
    eta: schedule.default({ type: 'constant', value: 1 }),
    lambda: unit.default(0),
    initialValue,
  }),
  z.strictObject({
    type: z.literal('recursiveLeastSquares'),
    lambda: unit.default(0.95),
    forgetting: positive.max(1).default(0.98).describe('what came k batches ago counts forgetting^k'),
    ridge: positive.default(1e-5),
    initialValue,
  }),
  z.strictObject({
    type: z.literal('network'),
    stepSize: positive.default(1e-3).describe('step of Adam'),
    lambda: unit.default(0.9),
    clip: positive.default(1).describe('bound of the importance weights along the λ-returns'),
    window: natural.default(400).describe('batches kept'),
    draws: natural.default(32).describe('batches of the window that a policy update learns from'),
    minibatch: natural.default(128).describe('transitions of a gradient step'),
    initialValue,
  }),
]);

const sampler = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('onPolicy'), steps: natural.default(32) }),
  z.strictObject({
    type: z.literal('geometric'),
    steps: natural.default(32),
    firstAction: z.enum(['policy', 'uniform']).default('policy').describe('the action part of β'),
  }),
]);

const evaluation = z.strictObject({
  every: natural.default(5000).describe('training steps between evaluations'),
  episodes: natural.default(100),
  threshold: z.number().optional().describe('training stops when the mean return reaches it'),
  maxEpisodeSteps: natural.optional().describe('time limit of an episode; default env.maxEpisodeSteps'),
  deterministic: z.boolean().default(true).describe("the policy's mode instead of a draw"),
});

const json = z.record(z.string(), z.unknown());
/** A wrapper by its name alone, as `VectorEnv.make` takes it, or with its arguments. */
const wrapper = z.preprocess(
  (given: string | { id: string; kwargs?: Record<string, unknown> | undefined }) =>
    typeof given === 'string' ? { id: given } : given,
  z.strictObject({ id: z.string().min(1), kwargs: json.optional() }),
);

const adaptiveStep = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('adaptive'),
    target: positive.describe("mean KL(π'|π) that a step should move"),
    initial: positive.describe('the first step'),
    min: positive.default(1e-3),
    max: positive.default(1e3),
  }),
]);

const auto = z.literal('auto');

/** One schema for the types, the checks, the defaults and the help of a training run (docs/configuration.md). */
export const configSchema = z.strictObject({
  description: z.string().optional(),
  env: z.strictObject({
    id: z.string().min(1),
    numEnvs: natural.default(8),
    kwargs: json.optional(),
    wrappers: z.array(wrapper).optional(),
    imports: z.array(z.string()).optional(),
    maxEpisodeSteps: natural.optional(),
    servers: natural
      .optional()
      .describe('processes that share the environments of training; default: by what a step costs'),
    groups: natural
      .optional()
      .describe('groups of them, of which some step while the agent deals with others; default: by what a step costs'),
  }),
  seed: z.number().int().min(0).default(0),
  totalSteps: natural.describe('transitions to learn from at most'),
  gamma: z.number().gt(0).lt(1),
  tau: z
    .union([positive, schedule, auto])
    .describe('temperature, a schedule of t, the sum of the mirror steps so far, or from the range of the values'),
  costScale: positive.optional().describe('cost = −reward × costScale; default 1 − gamma'),
  rewardClip: z
    .tuple([z.number(), z.number()])
    .refine(([min, max]) => min < max, 'expected [min, max] with min < max')
    .optional()
    .describe(
      '[min, max]: what a reward counts to the critic at least and at most; returns are of the rewards as they are',
    ),
  truncation: z
    .enum(['bootstrap', 'terminate'])
    .default('bootstrap')
    .describe('what a time limit is: the episode was only cut, its last state keeps its value; or the cost-to-go ends'),
  observations: observations.prefault({}),
  features,
  combinations: z
    .array(z.array(z.number()).min(1))
    .min(1)
    .optional()
    .describe('M of φ(s,a) = M (χ(a) ⊗ ψ(s)), row by row: features that are no products; critic "td" alone'),
  actions: actions.prefault({}),
  critic,
  criticSteps: stepCount
    .default({ type: 'constant', value: 1 })
    .describe('critic steps a policy update: steps of all environments (td), passes over the window (leastSquares)'),
  actor: z
    .strictObject({
      type: z.enum(['proximal', 'explicit']).default('proximal'),
      mirrorStep: z
        .union([positive, adaptiveStep, auto])
        .describe('λ of the mirror step, how it adapts to the divergence that it moved, or that chosen from τ'),
      averaging: z
        .number()
        .min(0)
        .lt(1)
        .default(0)
        .describe('the actor takes an average of θ: the share that the old average keeps at each policy update'),
    })
    .describe('the mirror step'),
  sampler: sampler.default({ type: 'onPolicy', steps: 32 }),
  evaluation: evaluation.prefault({}),
});

/** A complete, checked configuration. */
export type Config = z.output<typeof configSchema>;
/** A configuration as a user writes it: what has a default may be left out. */
export type ConfigInput = z.input<typeof configSchema>;

/**
 * Checks a configuration and fills in defaults.
 * @param source named in the error: a file, a preset
 * @throws ConfigError naming each wrong key, its value and what is allowed
 */
export function parseConfig(input: unknown, source = 'configuration'): Config {
  const result = configSchema.safeParse(input);
  if (!result.success) throw new ConfigError(describeIssues(result.error, input, source));
  checkNetwork(result.data, source);
  checkCombinations(result.data, source);
  return result.data;
}

/** Checks the key `env` of a configuration alone, before the rest of it is known. @throws ConfigError as `parseConfig` */
export function parseEnv(env: unknown, source: string): Config['env'] {
  const result = configSchema.pick({ env: true }).safeParse({ env });
  if (!result.success) throw new ConfigError(describeIssues(result.error, { env }, source));
  return result.data.env;
}

/** Learned features need the critic that learns them, and that critic needs them. */
function checkNetwork({ features, critic, actor }: Config, source: string): void {
  if ((features.type === 'network') !== (critic.type === 'network')) {
    throw new ConfigError(
      `${source}: features.type is "${features.type}" and critic.type "${critic.type}"; expected "network" for both or for neither`,
    );
  }
  if (critic.type === 'network' && actor.averaging > 0) {
    throw new ConfigError(
      `${source}: actor.averaging is ${actor.averaging}; expected 0 with the critic "network": θ of other features cannot be averaged`,
    );
  }
}

/** Only the critic "td" moves along φ itself, whatever it is made of. */
function checkCombinations({ combinations, critic }: Config, source: string): void {
  if (combinations === undefined) return;
  if (critic.type !== 'td') {
    throw new ConfigError(
      `${source}: critic.type is "${critic.type}" with combinations; expected "td". Leave combinations out for other critics`,
    );
  }
  if (critic.initialValue !== 0) {
    throw new ConfigError(
      `${source}: critic.initialValue is ${critic.initialValue} with combinations, which need not contain the constants; expected 0`,
    );
  }
}
