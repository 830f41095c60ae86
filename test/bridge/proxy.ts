/** Environments for another process: questions as JSON lines on stdin, answers on stdout. `proxy.ts ENDPOINT` */
import { createInterface } from 'node:readline';
import { Env, type Info } from '../../src/bridge/index.js';
import type { NDArray, Space } from '../../src/spaces/index.js';

const envs: Env[] = [];
const out = (space: Space, obs: unknown) => space.valueToJSON(obs);

async function answer(question: Info): Promise<unknown> {
  const env = envs[question.handle as number];
  switch (question.op) {
    case 'make': {
      const {
        env: id,
        imports,
        render_mode,
      } = question as { env: string; imports: string[]; render_mode: 'ansi' | null };
      const made = await Env.connect(process.argv[2], id, { imports, renderMode: render_mode ?? undefined });
      const { observationSpace, actionSpace, metadata } = made;
      return { handle: envs.push(made) - 1, observation_space: observationSpace, action_space: actionSpace, metadata };
    }
    case 'reset': {
      const { seed, options } = question as { seed: number; options: Info | null };
      const [obs, info] = await env!.reset({ seed, ...(options ? { options } : {}) });
      return [out(env!.observationSpace, obs), info];
    }
    case 'step': {
      const [obs, ...rest] = await env!.step(env!.actionSpace.valueFromJSON(question.action));
      return [out(env!.observationSpace, obs), ...rest];
    }
    case 'render': {
      const frame = await env!.render();
      if (typeof frame === 'string') return frame;
      const { data, shape } = frame as NDArray;
      return { bytes: Buffer.from(data as Uint8Array).toString('base64'), shape };
    }
    default:
      return env!.close();
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify((await answer(JSON.parse(line))) ?? null)}\n`);
}
