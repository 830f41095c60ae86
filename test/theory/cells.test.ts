import { describe, expect, it } from 'vitest';
import { Env } from '../../src/bridge/index.js';
import { readProcess } from '../../src/cli/flow/processOfEnv.js';
import { type CellKind, fromTransitions } from '../../src/theory/index.js';
import { python } from './support.js';

describe('the cells of grid worlds', () => {
  it('are those of the maps of FrozenLake and CliffWalking in Gymnasium', async () => {
    const maps = python<{ lake: string; large: string; cliff: string }>(
      `
import json, sys
import gymnasium, numpy
json.load(sys.stdin)
lake = lambda name: ''.join(gymnasium.make('FrozenLake-v1', map_name=name).unwrapped.desc.astype('U1').ravel())
cliff = gymnasium.make('CliffWalking-v1').unwrapped
cells = numpy.where(cliff._cliff, 'C', 'F').ravel()
cells[cliff.start_state_index] = 'S'
cells[-1] = 'G'
print(json.dumps({'lake': lake('4x4'), 'large': lake('8x8'), 'cliff': ''.join(cells)}))
`,
      null,
    );
    const kinds: Record<string, CellKind> = { S: 'start', F: 'free', H: 'hole', G: 'goal', C: 'unreachable' };
    const environments = [
      ['FrozenLake-v1', {}, maps.lake],
      ['FrozenLake-v1', { map_name: '8x8', is_slippery: false }, maps.large],
      ['CliffWalking-v1', {}, maps.cliff],
    ] as const;
    for (const [id, kwargs, map] of environments) {
      const env = await Env.make(id, { kwargs });
      try {
        const process = await readProcess(env, id, 0.9);
        expect(process?.cells).toEqual([...map].map((letter) => kinds[letter]));
      } finally {
        await env.close();
      }
    }
  });

  it('have no start where ρ starts everywhere, and goals where all ends are alike', () => {
    const stay = (s: number) => [[1, s, 0, true]];
    const P = [
      stay(0),
      [[1, 0, -1, true]],
      [
        [0.5, 1, 0, false],
        [0.5, 3, -1, true],
      ],
      stay(3),
      [[1, 4, 0, false]],
    ].map((row) => [row]);
    const grid = [1, 5] as const;
    expect(fromTransitions({ name: 'row', gamma: 0.9, P, grid }).cells).toEqual([
      'goal',
      'free',
      'free',
      'goal',
      'free',
    ]);
    const rho = [0, 0, 1, 0, 0];
    expect(fromTransitions({ name: 'row', gamma: 0.9, P, rho, grid }).cells).toEqual([
      ...['goal', 'free', 'start', 'goal', 'unreachable'],
    ]);
    expect(fromTransitions({ name: 'row', gamma: 0.9, P, rho }).cells).toBeUndefined();
  });
});
