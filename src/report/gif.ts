import gifenc from 'gifenc';
import type { Frame } from '../agent/player.js';

/** GIF counts time in hundredths of a second, and browsers show frames of less than two of them slowly. */
export const MAX_GIF_FPS = 50;

/** The palette's last entry marks pixels that are as in the frame before. */
const UNCHANGED = 255;

/** Encodes frames of one size as an animated GIF that repeats for ever. */
export class GifEncoder {
  private readonly gif = gifenc.GIFEncoder();
  private readonly fps: number;
  private before: Frame | null = null;
  /** Frames so far. */
  frames = 0;

  /** @param fps frames a second, in (0, 50]; delays are whole hundredths of a second that keep step with it */
  constructor(fps: number) {
    if (!(fps > 0 && fps <= MAX_GIF_FPS)) throw new RangeError(`fps is ${fps}; expected 0 < fps ≤ ${MAX_GIF_FPS}`);
    this.fps = fps;
  }

  /** @throws RangeError where the size is not that of the frames before */
  add(frame: Frame): void {
    const { width, height, rgb } = frame;
    const { before } = this;
    if (before !== null && (before.width !== width || before.height !== height)) {
      throw new RangeError(
        `frame ${this.frames} is ${width} × ${height}; expected ${before.width} × ${before.height} as the frames before`,
      );
    }
    // Most of a picture stays as it is from step to step: only the rest is given colours, and runs of one index compress to almost nothing.
    const changed = changedPixels(rgb, before?.rgb ?? null);
    const pixels = rgbaOf(rgb, changed);
    const palette = changed.length === 0 ? [] : gifenc.quantize(pixels, UNCHANGED);
    const colours = gifenc.applyPalette(pixels, palette);
    const index = new Uint8Array(width * height).fill(UNCHANGED);
    for (let i = 0; i < changed.length; i++) index[changed[i]] = colours[i];
    while (palette.length <= UNCHANGED) palette.push([0, 0, 0]);
    const delay = 10 * (this.hundredths(this.frames + 1) - this.hundredths(this.frames));
    const transparency = before === null ? {} : { transparent: true, transparentIndex: UNCHANGED, dispose: 1 };
    this.gif.writeFrame(index, width, height, { palette, delay, repeat: 0, ...transparency });
    this.before = frame;
    this.frames++;
  }

  /** The whole file; nothing can be added afterwards. */
  finish(): Uint8Array {
    this.gif.finish();
    return this.gif.bytes();
  }

  private hundredths(frame: number): number {
    return Math.round((100 * frame) / this.fps);
  }
}

/** The numbers of the pixels that are not as before. */
function changedPixels(rgb: Uint8Array, before: Uint8Array | null): Uint32Array {
  const changed = new Uint32Array(rgb.length / 3);
  let count = 0;
  for (let p = 0, i = 0; i < rgb.length; p++, i += 3) {
    const same =
      before !== null && rgb[i] === before[i] && rgb[i + 1] === before[i + 1] && rgb[i + 2] === before[i + 2];
    if (!same) changed[count++] = p;
  }
  return changed.subarray(0, count);
}

function rgbaOf(rgb: Uint8Array, pixels: Uint32Array): Uint8Array {
  const rgba = new Uint8Array(pixels.length * 4).fill(255);
  for (let k = 0, to = 0; k < pixels.length; k++, to += 4) {
    const from = 3 * pixels[k];
    rgba[to] = rgb[from];
    rgba[to + 1] = rgb[from + 1];
    rgba[to + 2] = rgb[from + 2];
  }
  return rgba;
}
