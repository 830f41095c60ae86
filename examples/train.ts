/** Trains on CliffWalking by its preset with another temperature, and shows what was learned. Run: npx tsx examples/train.ts */
import { readPreset, train } from 'mirrorflow';

const { agent, evaluation, steps } = await train(
  { ...readPreset('CliffWalking-v1'), tau: 0.002, seed: 7 },
  { onEvaluation: ({ steps, mean }) => console.log(`${steps} steps: mean return ${mean}`) },
);

console.log(`trained on ${steps} steps: ${evaluation?.mean}`);
const arrows = ['↑', '→', '↓', '←'];
const { policy } = agent;
const action = new Float64Array(1);
for (let row = 0; row < 4; row++) {
  const cells = Array.from({ length: 12 }, (_, column) => {
    const state = { values: Float64Array.of(1), indices: Int32Array.of(row * 12 + column) };
    policy.at(state, 0).mode(action, 0);
    return arrows[action[0]];
  });
  console.log(cells.join(' '));
}
