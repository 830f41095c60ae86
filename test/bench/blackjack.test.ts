import { expect, test } from 'vitest';
import { evaluateBlackjack } from '../../bench/exact/blackjack.js';
import { numbers, python } from '../theory/support.js';

/** Recursion over hands of cards with Gymnasium's own rules: the return of a table [32·11·2·2] and the optimum. */
const RECURSION = `
import json, sys
from functools import cache
from gymnasium.envs.toy_text.blackjack import cmp, is_bust, is_natural, score, sum_hand, usable_ace
table = json.load(sys.stdin)
deck = [(c, 1 / 13 if c < 10 else 4 / 13) for c in range(1, 11)]
draw = lambda hand, c: tuple(sorted(hand + (c,)))
@cache
def dealer(hand):
    if len(hand) > 1 and sum_hand(list(hand)) >= 17:
        return {(score(list(hand)), is_natural(list(hand))): 1.0}
    ends = {}
    for c, p in deck:
        for end, q in dealer(draw(hand, c)).items():
            ends[end] = ends.get(end, 0.0) + p * q
    return ends
@cache
def values(hand, up):
    cards = list(hand)
    if is_bust(cards):
        return -1.0, -1.0
    stick = sum(q * (1.0 if is_natural(cards) and not natural else cmp(score(cards), other))
                for (other, natural), q in dealer((up,)).items())
    after = [(p, values(draw(hand, c), up)) for c, p in deck]
    hit, best = (sum(p * v[i] for p, v in after) for i in range(2))
    s = (sum_hand(cards) * 11 + up) * 2 + int(usable_ace(cards))
    return table[2 * s] * stick + table[2 * s + 1] * hit, max(stick, best)
starts = [(p * q * r, values(draw((a,), b), u)) for u, p in deck for a, q in deck for b, r in deck]
print(json.dumps([sum(p * v[i] for p, v in starts) for i in range(2)]))
`;

test("Blackjack's exact return and optimum are those of a recursion over hands by Gymnasium's rules", () => {
  const hits = numbers(704, 5).map((x) => (x + 1) / 2);
  const table = Float64Array.from({ length: 1408 }, (_, i) => (i % 2 === 1 ? hits[(i - 1) / 2] : 1 - hits[i / 2]));
  const { policyReturn, optimum } = evaluateBlackjack(table);
  const [value, best] = python<[number, number]>(RECURSION, [...table]);
  expect(policyReturn).toBeCloseTo(value, 12);
  expect(optimum).toBeCloseTo(best, 12);
});
