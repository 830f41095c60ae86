import { show } from './chart.js';

/** Milliseconds from one frame asked for to the next; the server answers more slowly where training would suffer. */
const EVERY_MS = 160;

/**
 * The environment's picture: asked for frame by frame, only while the page is seen and not paused.
 * @param onFrame is told the observation of each frame
 */
export function pictureShow(onFrame) {
  const [canvas, empty, note, pause] = ['picture', 'picture-empty', 'picture-note', 'pause'].map((id) =>
    document.getElementById(id),
  );
  const reduced = matchMedia('(prefers-reduced-motion: reduce)').matches;
  let paused = reduced;
  let running = false;
  let live = false;
  let visible = true;
  new IntersectionObserver(([entry]) => {
    visible = entry.isIntersecting;
    run();
  }).observe(canvas.parentElement);
  document.addEventListener('visibilitychange', run);
  pause.addEventListener('click', () => {
    paused = !paused;
    label();
    run();
  });
  label();

  function label() {
    pause.textContent = paused ? 'Play' : 'Pause';
    pause.setAttribute('aria-pressed', String(paused));
    if (paused && canvas.hidden) empty.textContent = 'Paused. Play shows the policy as it is.';
  }

  async function run() {
    if (running) return;
    running = true;
    while (live && visible && !paused && !document.hidden) {
      const began = performance.now();
      if (!(await frame())) break;
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, EVERY_MS - (performance.now() - began))));
    }
    running = false;
  }

  async function frame() {
    try {
      const response = await fetch('frame');
      if (!response.ok) {
        if (live) fail(await response.text());
        return false;
      }
      const state = JSON.parse(response.headers.get('x-picture'));
      draw(new Uint8Array(await response.arrayBuffer()), state);
      onFrame(state.observation);
      return true;
    } catch {
      // The connection is gone; the events say so.
      return false;
    }
  }

  function draw(rgb, { width, height, episodeReturn, episodeSteps }) {
    canvas.width = width;
    canvas.height = height;
    const image = new ImageData(width, height);
    const pixels = new Uint32Array(image.data.buffer);
    for (let i = 0, p = 0; p < pixels.length; p++, i += 3) {
      pixels[p] = 0xff000000 | (rgb[i + 2] << 16) | (rgb[i + 1] << 8) | rgb[i];
    }
    canvas.getContext('2d').putImageData(image, 0, 0);
    canvas.hidden = false;
    empty.hidden = true;
    note.textContent = `step ${show(episodeSteps)} of the episode, return ${show(episodeReturn)}`;
  }

  function fail(reason) {
    canvas.hidden = true;
    empty.hidden = false;
    empty.textContent = `No picture: ${reason.trim().split('\n')[0].slice(0, 300)}`;
    pause.hidden = true;
  }

  return {
    start() {
      live = true;
      run();
    },
    stop() {
      live = false;
      pause.hidden = true;
      if (canvas.hidden && !empty.textContent.startsWith('No picture')) empty.textContent = 'There is no picture.';
    },
  };
}
