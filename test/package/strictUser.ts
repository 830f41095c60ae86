/** A TypeScript program that uses every entry of the package; it is compiled, and never run. */
export const strictUser = `
import { Agent, type ConfigInput, Discrete, type Metrics, readPreset, train } from 'mirrorflow';
import { Env, ServerError, VectorEnv } from 'mirrorflow/bridge';
import { CartPole, type Environment, SyncVectorEnv } from 'mirrorflow/envs';
import { fourier, type StateFeatures } from 'mirrorflow/features';
import { type ActionFamily, discreteFamily } from 'mirrorflow/policy';
import { type LineChart, lineChart } from 'mirrorflow/report';
import { type Optimum, softOptimal, twoState } from 'mirrorflow/theory';

const config: ConfigInput = { ...readPreset('CartPole-v1'), tau: 0.01 };
// @ts-expect-error: tau is a number
export const wrongConfig: ConfigInput = { ...readPreset('CartPole-v1'), tau: true };
const vector = new SyncVectorEnv(() => new CartPole(), 2);
const { evaluation } = await train(config, {
  envs: (n: number) => new SyncVectorEnv(() => new CartPole(), n),
  onMetrics: (metrics: Metrics) => metrics.kl.toFixed(2),
});
export const mean: number | undefined = evaluation?.mean;

const one: Environment = new CartPole();
const agent = Agent.create({ observationSpace: one.observationSpace, actionSpace: new Discrete(2), config });
export const action: number = agent.act([0, 0, 0, 0]);
// @ts-expect-error: the action of a Discrete is a number
export const wrongAction: string = agent.act([0, 0, 0, 0]);

const env = await Env.make('CartPole-v1');
const [, reward]: [unknown, number, ...unknown[]] = await env.step(1);
const envs: VectorEnv = await VectorEnv.make('CartPole-v1', { numEnvs: 2 });
export const numbers: number[] = [reward, envs.numEnvs, vector.numEnvs];
export const isFault = (error: unknown) => error instanceof ServerError && error.message;

export const features: StateFeatures = fourier({ low: [0], high: [1], order: 2 });
// @ts-expect-error: order is missing
fourier({ low: [0], high: [1] });
export const family: ActionFamily = discreteFamily(3);
export const kl: number = family.density().kl;
const chart: LineChart = { title: '', xTitle: '', yTitle: '', series: [] };
export const svg: Promise<string> = lineChart(chart);
export const optimum: Optimum = softOptimal(twoState(), 0.1);
`;
