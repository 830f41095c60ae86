import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { Agent, ConfigError, makePictureEnv, Player, runFolderOf } from '../agent/index.js';
import { GifEncoder, MAX_GIF_FPS } from '../report/gif.js';
import { type EpisodeOptions, episodeCommand, episodeSeed } from './episodes.js';
import { positiveInteger } from './options.js';

interface RecordOptions extends EpisodeOptions {
  fps?: number;
  maxFrames: number;
}

/** `mirrorflow record CHECKPOINT`: episodes of a trained policy as an animated GIF. */
export function recordCommand(): Command {
  return episodeCommand('record', 1)
    .description('record episodes of a checkpoint as an animated GIF')
    .option('--out <file>', 'where the GIF goes (default: episodes.gif beside the checkpoint)')
    .option(
      '--fps <n>',
      `frames a second, ${MAX_GIF_FPS} at most (default: the environment's render_fps)`,
      positiveInteger,
    )
    .option('--max-frames <n>', 'frames at most; what would come later is cut', positiveInteger, 2000)
    .action(async (path: string, options: RecordOptions) => {
      const result = await record(path, options);
      if (options.json) process.stdout.write(`${JSON.stringify(result)}\n`);
      else {
        const { returns, frames, width, height, fps, bytes, cut, out } = result;
        const list = returns.map((x) => x.toFixed(2)).join(', ');
        process.stdout.write(
          `episodes: ${returns.length}, returns ${list || '–'}${cut ? `; cut at ${frames} frames (--max-frames)` : ''}\n` +
            `${out}: ${frames} frames of ${width} × ${height}, ${fps} a second, ${Math.ceil(bytes / 1000)} kB\n`,
        );
      }
    });
}

/** A frame at each reset and after each step, as Gymnasium's RecordVideo takes them. */
async function record(path: string, options: RecordOptions) {
  const out = options.out ?? join(runFolderOf(path), 'episodes.gif');
  if (!out.endsWith('.gif')) throw new ConfigError(`--out is ${out}; expected the name of a file that ends in .gif`);
  if (options.fps !== undefined && options.fps > MAX_GIF_FPS) {
    throw new ConfigError(`--fps is ${options.fps}; expected at most ${MAX_GIF_FPS}, what a GIF can show`);
  }
  const agent = await Agent.load(path);
  const { config } = agent;
  const env = await makePictureEnv(config, options);
  try {
    const { stochastic, episodes, maxFrames } = options;
    const player = new Player(env, agent.core, { seed: episodeSeed(options), stochastic });
    const fps = Math.min(MAX_GIF_FPS, options.fps ?? player.fps);
    const gif = new GifEncoder(fps);
    const returns: number[] = [];
    let size = { width: 0, height: 0 };
    while (returns.length < episodes && gif.frames < maxFrames) {
      const ended = await player.step();
      const frame = await player.frame();
      gif.add(frame);
      size = { width: frame.width, height: frame.height };
      if (ended) returns.push(player.episodeReturn);
    }
    const data = gif.finish();
    mkdirSync(dirname(out), { recursive: true });
    writeFileSync(out, data);
    const cut = returns.length < episodes;
    return { env: config.env.id, out, returns, frames: gif.frames, ...size, fps, bytes: data.length, cut };
  } finally {
    await env.close();
  }
}
