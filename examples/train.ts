/** Trains on CliffWalking by its preset with another temperature, and shows what was learned. Run: npx tsx examples/train.ts */
import { readPreset, train } from 'mirrorflow';

const { agent, evaluation, steps } = await train(
  { ...readPreset('CliffWalking-v1'), tau: 0.002, seed: 7 },
  { onEvaluation: ({ steps, mean }) => console.log(`${steps} steps: mean return ${mean}`) },
);

console.log(`trained on ${steps} steps: ${evaluation?.mean}`);
const arrows = ['↑', '→', '↓', '←'];
for (let row = 0; row < 4; row++) {
  const actions = Array.from({ length: 12 }, (_, column) => agent.act(row * 12 + column, { deterministic: true }));
  console.log(actions.map((action) => arrows[action as number]).join(' '));
}
