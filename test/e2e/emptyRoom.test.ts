import { expect, test } from 'vitest';
import { evaluatePolicy, makeEnv, readPreset, train } from '../../src/agent/index.js';
import { python } from '../theory/support.js';

/** Steps to the goal from the starts of seeds, by breadth-first search, and what the environment pays for them. */
const SEARCH = `
import json, sys
from collections import deque
import gymnasium, mirrorflow_envs
given = json.load(sys.stdin)
env = gymnasium.make("mirrorflow/EmptyRoom-v0")
room = env.unwrapped
def search(start):
    paths, queue = {start: []}, deque([start])
    while queue:
        state = queue.popleft()
        if state[0] == room.goal:
            return paths[state]
        for action in range(3):
            after = room.move(*state, action)
            if after not in paths:
                paths[after] = paths[state] + [action]
                queue.append(after)
best = []
for seed in given["seeds"]:
    env.reset(seed=seed)
    path = search((room.position, room.direction))
    for action in path:
        _, reward, terminated, _, _ = env.step(action)
    assert terminated
    assert abs(reward - (1 - 0.9 * len(path) / 144)) < 1e-12, (reward, len(path))
    best.append(reward)
print(json.dumps(best))
`;

test('EmptyRoom, whose observations are a Dict of an image, a direction and a text, is learned from flat numbers: every path is a shortest one', async () => {
  const config = readPreset('mirrorflow/EmptyRoom-v0');
  const { agent } = await train(config);
  const env = await makeEnv(config, 64, {});
  const { returns } = await evaluatePolicy(env, agent.core, {
    episodes: 64,
    seed: 1000,
    deterministic: true,
  });
  await env.close();
  const best = python<number[]>(SEARCH, { seeds: Array.from({ length: 64 }, (_, e) => 1000 + e) });
  const sorted = (x: number[]) => x.toSorted((a, b) => a - b);
  expect(sorted(returns)).toEqual(sorted(best).map((x) => expect.closeTo(x, 12)));
});
