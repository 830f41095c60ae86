/** Two states, two actions; action 1 of state 1 ends the episode with probability ¼. */
export const P = [
  [
    [0.5, 0.5],
    [1, 0],
  ],
  [
    [0, 1],
    [0.25, 0.5],
  ],
];
export const good = {
  gamma: 0.5,
  P,
  cost: [
    [1, 2],
    [3, 4],
  ],
  termination: [
    [0, 0],
    [0, 0.25],
  ],
};
/** The same without a termination. */
export const whole = { P: [P[0], [P[1][0], [0.5, 0.5]]], termination: undefined };
