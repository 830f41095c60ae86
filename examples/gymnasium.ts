/** Gymnasium from Node: one environment and then eight, with random actions. Run: npx tsx examples/gymnasium.ts */
import { createRng, Env, VectorEnv } from 'mirrorflow/bridge';

const rng = createRng(0);

const env = await Env.make('CartPole-v1');
await env.reset({ seed: 42 });
let total = 0;
for (let done = false; !done; ) {
  const [, reward, terminated, truncated] = await env.step(env.actionSpace.sample(rng));
  total += reward;
  done = terminated || truncated;
}
console.log(`one episode of ${env.spec?.id}: return ${total}`);
await env.close();

const envs = await VectorEnv.make('CartPole-v1', { numEnvs: 8 });
await envs.reset({ seed: 42 });
let episodes = 0;
for (let i = 0; i < 200; i++) {
  const [, , terminated, truncated] = await envs.step(envs.actionSpace.sample(rng));
  for (let e = 0; e < envs.numEnvs; e++) episodes += terminated[e] | truncated[e];
}
console.log(`200 steps of ${envs.numEnvs} environments: ${episodes} episodes ended`);
await envs.close();
