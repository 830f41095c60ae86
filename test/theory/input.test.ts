import { describe, expect, it } from 'vitest';
import { discreteActions, fourier, LinearFeatures, oneHot } from '../../src/features/index.js';
import {
  aggregate,
  builtinProblem,
  type FiniteProblem,
  fromTransitions,
  garnet,
  MdpError,
  type ProblemDescription,
  problemFrom,
  randomWalk,
  readData,
  softOptimal,
  tabular,
  tabulate,
} from '../../src/theory/index.js';
import { distance } from './support.js';

const good = { gamma: 0.9, P: [[[[1, 0, -1, false]]]] };
const read = (text: string) => readData(new TextEncoder().encode(text), 'my.json');
const parse = (change: object) => {
  const problem = problemFrom({ ...good, ...change } as ProblemDescription, { tau: 0 }, 'my.json') as FiniteProblem;
  return problem.mdp;
};

describe('a process from a table P', () => {
  it('has costs −reward, and a step that terminates ends the cost-to-go', () => {
    const P = {
      0: {
        0: [
          [0.25, 0, 2, false],
          [0.75, 0, 4, true],
        ],
      },
    };
    const mdp = fromTransitions({ name: 'x', gamma: 0.5, P });
    // V = −3.5 + ½·¼·V = −4.
    expect(softOptimal(mdp, 1).value[0]).toBeCloseTo(-4, 14);
  });

  it('may be of arrays or of maps with integer keys, as Gymnasium has it', () => {
    const arrays = fromTransitions({ name: 'x', gamma: 0.9, P: good.P });
    const maps = fromTransitions({ name: 'x', gamma: 0.9, P: new Map([[0, new Map([[0, [[1, 0, -1, false]]]])]]) });
    expect(maps).toEqual(arrays);
    expect(parse({}).cost[0]).toBe(1);
    expect(parse({ P: { 0: { 0: [[1, 0, -1, false]] } } }).cost[0]).toBe(1);
  });

  it.each([
    ['what is not JSON', '{"gamma": 0.9,', /my\.json is not JSON, NPZ or NPY/],
    ['NaN, which JSON does not have', '{"gamma": NaN}', /my\.json is not JSON, NPZ or NPY/],
  ])('refuses %s', (_, text, message) => {
    expect(() => read(text)).toThrow(message);
    expect(() => read(text)).toThrow(MdpError);
  });

  it.each([
    ['what is not an object', [], /my\.json is \[\]; expected an object/],
    [
      'a missing P',
      { gamma: 0.9 },
      /"P" is missing; expected P of the shape \[S, m, S\], a sparse one, or P\[s\]\[a\] = /,
    ],
    ['a missing gamma', { P: [] }, /"gamma" is undefined; expected a number\. Put it in the file or give --gamma/],
    [
      'an unknown key',
      { gama: 0.9 },
      /unknown key "gama"; did you mean "gamma"\? expected some of name, gamma, P, cost/,
    ],
  ])('refuses %s', (_, description, message) => {
    expect(() => problemFrom(description as ProblemDescription, { tau: 1 }, 'my.json')).toThrow(message);
    expect(() => problemFrom(description as ProblemDescription, { tau: 1 }, 'my.json')).toThrow(MdpError);
  });

  it.each([
    ['a gamma of 1', { gamma: 1 }, /gamma: is 1; expected 0 ≤ gamma < 1/],
    [
      'rows that do not sum to one',
      { P: [[[[0.5, 0, 0, false]]]] },
      /P\[0\]\[0\]: the probabilities sum to 0\.5; expected 1/,
    ],
    [
      'a negative probability',
      { P: [[[[-1, 0, 0, false]]]] },
      /P\[0\]\[0\]\[0\]: probability -1; expected a number from 0 to 1/,
    ],
    [
      'a next state that is none',
      { P: [[[[1, 7, 0, false]]]] },
      /state 0, action 0: next state 7; expected an integer from 0 to 0/,
    ],
    [
      'an outcome of another form',
      { P: [[[[1, 0]]]] },
      /P\[0\]\[0\]\[0\] is \[1,0\]; expected \[probability, next state/,
    ],
    ['a reward that is no number', { P: [[[[1, 0, 'x', false]]]] }, /reward "x"; expected a finite number/],
    [
      'states with different numbers of actions',
      { P: [[[[1, 0, 0, false]]], [[[1, 0, 0, false]], [[1, 0, 0, false]]]] },
      /state 1: has 2 actions; expected 1, as state 0 has/,
    ],
    ['an empty P', { P: [] }, /neither cost nor reward is given/],
    ['a map without the key 0', { P: { 1: {} } }, /P has no key 0; expected the keys 0 … 0/],
    ['a rho of another length', { rho: [0.5, 0.5] }, /rho has the shape \[2\]; expected \[1\], \[states\]/],
    [
      'a rho that does not sum to one',
      { rho: [2] },
      /rho: the entries sum to 2; expected 1\. Divide them by their sum/,
    ],
    ['a rho of texts', { rho: ['a'] }, /rho\[0\] is "a"; expected a finite number/],
    ['a grid that is none', { grid: 4 }, /grid has the shape \[\]; expected \[2\], \[rows, columns\]/],
    ['a grid of another size', { grid: [2, 2] }, /grid is \[2, 2\]; expected rows and columns whose product is 1/],
    [
      'costs beside those of P',
      { cost: [[1]] },
      /"cost" beside P\[s\]\[a\], which has rewards and terminations of its own/,
    ],
  ])('refuses %s', (_, change, message) => {
    expect(() => parse(change)).toThrow(message);
    expect(() => parse(change)).toThrow(MdpError);
  });
});

describe('names and features', () => {
  it('refuses parameters and features that do not fit', () => {
    expect(builtinProblem('unheard-of', { tau: 1 })).toBeNull();
    expect(() => builtinProblem('garnet:4,x', { tau: 1 })).toThrow(/parameters "4,x" are not integers/);
    expect(() => builtinProblem('garnet:4,2,9', { tau: 1 })).toThrow(/branching is 9; expected an integer from 1 to 4/);
    expect(() => builtinProblem('garnet', { tau: 1, features: 'fancy' })).toThrow(/features "fancy"; expected tabular/);
    expect(() => builtinProblem('garnet', { tau: -1 })).toThrow(/tau is -1; expected a number of 0 or more/);
    expect(() => builtinProblem('lqr', { tau: 0 })).toThrow(/tau is 0; expected a positive number/);
    expect(() => builtinProblem('lqr', { tau: 1, features: 'tabular' })).toThrow(/its features are quadratic/);
    expect(() => aggregate(randomWalk(), 9)).toThrow(/9 groups; expected an integer from 1 to 7/);
  });

  it("are the agent's own where they are tabulated: one-hot is the tabular case in another order", () => {
    const mdp = garnet({ states: 4, actions: 3, branching: 2, seed: 0 });
    const own = tabulate(new LinearFeatures(oneHot(4), discreteActions(3)), mdp, 'oneHot');
    for (let s = 0; s < 4; s++) {
      for (let a = 0; a < 3; a++) {
        const row = [...own.table!.subarray((s * 3 + a) * 12, (s * 3 + a + 1) * 12)];
        expect(row).toEqual(Array.from({ length: 12 }, (_, i) => (i === a * 4 + s ? 1 : 0)));
      }
    }
    expect(tabular(mdp).size).toBe(own.size);
    // cos(0), cos(πx), cos(2πx) at x = 0 and x = 1, divided by √3.
    const smooth = new LinearFeatures(fourier({ low: [0], high: [3], order: 2 }), discreteActions(3));
    const { table, size } = tabulate(smooth, mdp, 'fourier');
    const root = 1 / Math.sqrt(3);
    expect(distance(table!.slice(0, 3), [root, root, root])).toBeLessThan(1e-15);
    expect(distance(table!.slice(9 * size, 9 * size + 3), [root, -root, root])).toBeLessThan(1e-15);
  });
});
