import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ConfigError, parseConfig, presetIds, readConfigFile, readPreset } from '../../src/agent/index.js';
import { findPython } from '../../src/bridge/process/python.js';
import { folder } from '../support/folder.js';

const good = {
  env: { id: 'CartPole-v1' },
  totalSteps: 100,
  gamma: 0.9,
  tau: 0.1,
  features: { type: 'oneHot' },
  critic: { type: 'td', stepSize: 0.1 },
  actor: { mirrorStep: 1 },
};

test('what has a default may be left out', () => {
  const config = parseConfig(good);
  expect(config.env.numEnvs).toBe(8);
  expect(config.actor.type).toBe('proximal');
  expect(config.sampler).toEqual({ type: 'onPolicy', steps: 32 });
  expect(config.evaluation.episodes).toBe(100);
});

test.each<[string, object, string[]]>([
  [
    'an unknown key',
    { env: { id: 'x', numEnv: 3 } },
    ['unknown key "env.numEnv" (value 3)', 'expected only keys of "env"'],
  ],
  ['a value out of range', { gamma: 1 }, ['"gamma" is 1: expected a number < 1']],
  ['a wrong type', { tau: 'warm' }, ['"tau" is "warm": expected a value of type number']],
  ['a fraction for a count', { totalSteps: 2.5 }, ['"totalSteps" is 2.5: expected an integer']],
  [
    'an unknown kind',
    { features: { type: 'fourrier' } },
    ['"features.type" is "fourrier"', '"oneHot", "tileCoding", "fourier"'],
  ],
  [
    'a word out of a list',
    { critic: { type: 'td', stepSize: 1, traces: 'dutch' } },
    ['"critic.traces" is "dutch": expected one of "replacing", "accumulating"'],
  ],
  ['a schedule out of range', { tau: { type: 'constant', value: -1 } }, ['"tau.value" is -1: expected a number > 0']],
  [
    'a part of features',
    { features: { type: 'concatenate', parts: [{ type: 'radial', grid: 0 }] } },
    ['"features.parts.0.grid" is 0'],
  ],
  [
    'a learned map without the critic that learns it',
    { features: { type: 'network' } },
    ['features.type is "network" and critic.type "td"', 'for both or for neither'],
  ],
  [
    'averaging with learned features',
    { features: { type: 'network' }, critic: { type: 'network' }, actor: { mirrorStep: 1, averaging: 0.5 } },
    ['actor.averaging is 0.5; expected 0'],
  ],
  ['bounds the wrong way round', { rewardClip: [1, -1] }, ['"rewardClip" is [1,-1]', 'min < max']],
  ['a missing key', { actor: {} }, ['"actor.mirrorStep" is missing']],
])('%s is refused with key, value and what is allowed', (_, change, parts) => {
  const attempt = () => parseConfig({ ...good, ...change }, 'my.json');
  expect(attempt).toThrow(ConfigError);
  for (const part of ['my.json', ...parts]) expect(attempt).toThrow(part);
});

test('every preset is a valid configuration for the environment of its name', () => {
  for (const id of presetIds()) expect(readPreset(id).env.id).toBe(id);
});

test("Gymnasium's own environments of the classic control, toy text and Box2D have a preset", () => {
  const registered = execFileSync(findPython(), [
    '-c',
    `import gymnasium
for id, spec in gymnasium.registry.items():
    if any(f"envs.{kind}." in str(spec.entry_point) for kind in ("classic_control", "toy_text", "box2d")):
        print(id)`,
  ])
    .toString()
    .trim()
    .split('\n');
  expect(registered.length).toBeGreaterThan(14);
  // CartPole-v0 is the old form of v1.
  expect(registered.filter((id) => !presetIds().includes(id))).toEqual(['CartPole-v0']);
});

test('an environment without a preset is answered with the presets there are', () => {
  expect(() => readPreset('CartPole-v9')).toThrow(/no preset for "CartPole-v9"; expected one of .*CartPole-v1/);
});

test('a file that is missing or no JSON is named', () => {
  const dir = folder();
  expect(() => readConfigFile(join(dir, 'none.json'))).toThrow(/cannot read the configuration .*none\.json/);
  writeFileSync(join(dir, 'bad.json'), '{"gamma": }');
  expect(() => readConfigFile(join(dir, 'bad.json'))).toThrow(/bad\.json is not JSON/);
});

test('a wrapper may be given by its name alone, or with arguments', () => {
  const wrappers = ['minigrid.wrappers:ImgObsWrapper', { id: 'TimeLimit', kwargs: { max_episode_steps: 9 } }];
  const config = parseConfig({ ...good, env: { id: 'CartPole-v1', wrappers } });
  expect(config.env.wrappers).toEqual([{ id: 'minigrid.wrappers:ImgObsWrapper' }, wrappers[1]]);
  expect(() => parseConfig({ ...good, env: { id: 'CartPole-v1', wrappers: [3] } })).toThrow('"env.wrappers.0" is 3');
});
