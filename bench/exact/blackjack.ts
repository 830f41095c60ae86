import type { Agent } from '../../src/agent/index.js';
import type { ExactEvaluation } from '../../src/cli/exactEvaluation.js';
import { makeRows } from '../../src/features/index.js';
import type { Space } from '../../src/spaces/index.js';
import { finiteHorizonOptimum, finiteHorizonReturn, fromTransitions } from '../../src/theory/index.js';

/** No hand takes more cards than this. */
const MOST_STEPS = 22;
/** Cards are drawn with replacement: 1 … 9, and four of value 10. */
const CARDS = Array.from({ length: 10 }, (_, i) => [i + 1, i < 9 ? 1 / 13 : 4 / 13] as const);

/** Points on the table with an ace counted as 1, and whether there is one. */
interface Hand {
  readonly hard: number;
  readonly ace: boolean;
}
type Outcome = [probability: number, next: number, reward: number, terminated: boolean];

const add = ({ hard, ace }: Hand, card: number): Hand => ({ hard: hard + card, ace: ace || card === 1 });
const isUsable = ({ hard, ace }: Hand) => ace && hard + 10 <= 21;
const total = (hand: Hand) => hand.hard + (isUsable(hand) ? 10 : 0);
const stateOf = (sum: number, up: number, ace: boolean) => (sum * 11 + up) * 2 + Number(ace);
const STATES = 32 * 11 * 2;

/**
 * The process of Gymnasium's Blackjack-v1 with `sab`, whose deck is infinite: the values of its observation, and for each card of the dealer a state more,
 * seen as (21, card, 1), of the hand that is a natural.
 */
function blackjack() {
  const P: Outcome[][][] = Array.from({ length: STATES + 11 }, () => [[[1, 0, 0, true]], [[1, 0, 0, true]]]);
  const rho = new Array<number>(STATES + 11).fill(0);
  for (const [up, share] of CARDS) {
    const dealt = dealer({ hard: up, ace: up === 1 }, up, 1);
    const stick = (sum: number, natural: boolean): Outcome[] =>
      dealt.map(({ probability, sum: other, isNatural }) => [
        probability,
        0,
        natural && !isNatural ? 1 : Math.sign(sum - other),
        true,
      ]);
    const hit = (hand: Hand): Outcome[] =>
      CARDS.map(([card, probability]) => {
        const after = add(hand, card);
        if (after.hard > 21) return [probability, 0, -1, true];
        return [probability, stateOf(total(after), up, isUsable(after)), 0, false];
      });
    for (let sum = 2; sum <= 21; sum++) {
      for (const ace of sum >= 12 ? [false, true] : [false]) {
        P[stateOf(sum, up, ace)] = [stick(sum, false), hit({ hard: sum - (ace ? 10 : 0), ace })];
      }
    }
    P[STATES + up] = [stick(21, true), hit({ hard: 11, ace: true })];
    for (const [one, p] of CARDS) {
      for (const [two, q] of CARDS) {
        const hand = add({ hard: one, ace: one === 1 }, two);
        const s = total(hand) === 21 ? STATES + up : stateOf(total(hand), up, isUsable(hand));
        rho[s] = rho[s] + share * p * q;
      }
    }
  }
  return fromTransitions({ name: 'Blackjack-v1', gamma: 0.99, P, rho });
}

/** What the dealer ends with, who draws below 17; a bust counts as 0. */
function dealer(hand: Hand, up: number, cards: number): { probability: number; sum: number; isNatural: boolean }[] {
  const sum = total(hand);
  if (cards > 1 && sum >= 17)
    return [{ probability: 1, sum: sum > 21 ? 0 : sum, isNatural: cards === 2 && sum === 21 }];
  return CARDS.flatMap(([card, share]) =>
    dealer(add(hand, card), up, cards + 1).map((end) => ({ ...end, probability: share * end.probability })),
  );
}

/** π(a|s) of every value of the observation; shape [32·11·2·2]. */
export function blackjackTable({ core: { model, policy } }: Agent, space: Space, deterministic: boolean): Float64Array {
  const { state } = model.features;
  const values = Array.from({ length: STATES }, (_, s) =>
    space.coerce([Math.floor(s / 22), Math.floor(s / 2) % 11, s % 2]),
  );
  const numbers = new Float64Array(STATES * state.inputs);
  const rows = makeRows(state, STATES);
  model.observations.write(space.batchOf(values), numbers, 0, 0);
  const table = new Float64Array(STATES * 2);
  const code = new Float64Array(1);
  for (let s = 0; s < STATES; s++) {
    state.encode(numbers, s * state.inputs, rows.values, rows.indices, s * state.active);
    const density = policy.at(rows, s);
    if (deterministic) {
      density.mode(code, 0);
      table[s * 2 + code[0]] = 1;
    } else table.set(density.mean, s * 2);
  }
  return table;
}

/** The exact return of a table of π(a|s), shape [32·11·2·2], and the optimum. */
export function evaluateBlackjack(table: Float64Array): ExactEvaluation {
  const mdp = blackjack();
  const whole = new Float64Array((STATES + 11) * 2);
  whole.set(table);
  for (let up = 0; up < 11; up++) {
    const seen = stateOf(21, up, true) * 2;
    whole.set(table.subarray(seen, seen + 2), (STATES + up) * 2);
  }
  const policyReturn = finiteHorizonReturn(mdp, () => whole, MOST_STEPS);
  const optimum = finiteHorizonOptimum(mdp, MOST_STEPS);
  return {
    maxEpisodeSteps: MOST_STEPS,
    policyReturn,
    optimum,
    ratio: 1 - (optimum - policyReturn) / Math.abs(optimum),
  };
}
