import { show } from './chart.js';
import { actionColour, css, numberColour, valueColour } from './colours.js';
import { heatmap } from './heatmap.js';

const EVERY_MS = 800;
const byId = (id) => document.getElementById(id);

/** The value and the policy on a slice of states, with the controls that say where it is cut. */
export function slices() {
  const value = heatmap(byId('value'), 'The value of states by the critic');
  const policy = heatmap(byId('policy'), 'The likeliest action of states');
  let space = null;
  let actions = null;
  let cut = null;
  let observation = null;
  let grid = null;
  let live = false;
  let running = false;
  for (const map of [value, policy]) map.none('Training has not begun.');
  document.addEventListener('visibilitychange', run);
  for (const id of ['slice-x', 'slice-y']) byId(id).addEventListener('change', chosen);
  byId('follow').addEventListener('change', controls);
  byId('controls').addEventListener('submit', (event) => event.preventDefault());

  function chosen({ target }) {
    const x = Number(byId('slice-x').value);
    const y = Number(byId('slice-y').value);
    // The two are always different: choosing the one that the other has exchanges them.
    if (x !== y) Object.assign(cut, { x, y });
    else Object.assign(cut, target.id === 'slice-x' ? { x, y: cut.x } : { x: cut.y, y });
    controls();
    run();
  }

  function controls() {
    byId('controls').hidden = space?.kind !== 'numbers';
    if (space?.kind !== 'numbers') return;
    for (const [id, chosenOne] of [
      ['slice-x', cut.x],
      ['slice-y', cut.y],
    ]) {
      byId(id).replaceChildren(...space.low.map((_, i) => new Option(name(i), i, false, i === chosenOne)));
    }
    const others = space.low.map((_, i) => i).filter((i) => i !== cut.x && i !== cut.y);
    byId('follow').parentElement.hidden = others.length === 0;
    byId('fixed').replaceChildren(...(byId('follow').checked ? [] : others.map(slider)));
  }

  function slider(i) {
    const label = document.createElement('label');
    const input = document.createElement('input');
    const output = document.createElement('output');
    const [low, high] = [space.low[i], space.high[i]];
    Object.assign(input, { type: 'range', min: low, max: high, step: (high - low) / 200, value: cut.at[i] });
    output.textContent = show(cut.at[i], 3);
    input.addEventListener('input', () => {
      cut.at[i] = Number(input.value);
      output.textContent = show(cut.at[i], 3);
    });
    label.append(`${name(i)} `, input, output);
    return label;
  }

  async function run() {
    if (running) return;
    running = true;
    while (live && space !== null && space.kind !== 'none' && !document.hidden) {
      try {
        if (cut && observation && byId('follow').checked) cut.at = [...observation];
        const query = cut ? `?x=${cut.x}&y=${cut.y}&at=${cut.at.join(',')}` : '';
        const response = await fetch(`slice${query}`);
        if (!response.ok) break;
        showSlice(await response.json());
      } catch {
        break; // The connection is gone; the events say so.
      }
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    }
    running = false;
  }

  function showSlice(slice) {
    space = slice.space;
    grid = slice;
    const { rows, columns } = slice;
    const finite = space.kind === 'finite';
    const axis = (i) => ({ name: name(i), low: space.low[i], high: space.high[i] });
    const place = (i, k, n) => show(space.low[i] + ((space.high[i] - space.low[i]) * (k + 0.5)) / n, 3);
    const frame = {
      rows,
      columns,
      axes: finite ? null : [axis(cut.x), axis(cut.y)],
      state: (row, column) =>
        finite
          ? `state ${space.first + (rows - 1 - row) * columns + column}`
          : `${name(cut.x)} ${place(cut.x, column, columns)}, ${name(cut.y)} ${place(cut.y, row, rows)}`,
    };
    showValue(slice, frame);
    showPolicy(slice, frame);
  }

  /** Where an observation is, in shares of the width and the height. */
  function placeOf(seen) {
    if (space.kind === 'finite') {
      const s = seen[0] - space.first;
      const { rows, columns } = grid;
      return [((s % columns) + 0.5) / columns, 1 - (Math.floor(s / columns) + 0.5) / rows];
    }
    return [cut.x, cut.y].map((i) => {
      const share = (seen[i] - space.low[i]) / (space.high[i] - space.low[i]);
      return Math.min(1, Math.max(0, share));
    });
  }

  function showValue(slice, frame) {
    const known = slice.value.filter((v) => v !== null);
    const [low, high] = [Math.min(...known), Math.max(...known)];
    value.set({
      ...frame,
      colour: (i) => (slice.value[i] === null ? null : valueColour((slice.value[i] - low) / (high - low || 1))),
      text: (i) => `value ${show(slice.value[i])}`,
      summary: `From ${show(low)} to ${show(high)}.`,
    });
    ramp(byId('value-scale'), valueColour, low, high);
  }

  function showPolicy(slice, frame) {
    const { action, certainty } = slice;
    if (actions.kind === 'discrete') {
      const even = 1 / actions.count;
      const strength = (i) => (actions.count > 1 ? (certainty[i] - even) / (1 - even) : 1);
      const counts = Array.from({ length: actions.count }, (_, a) => action.filter((x) => x === a).length);
      policy.set({
        ...frame,
        colour: (i) => (action[i] === null ? null : actionColour(action[i], strength(i))),
        text: (i) => `action ${action[i]}, probability ${show(certainty[i], 3)}`,
        summary: counts.map((n, a) => `Action ${a} in ${Math.round((100 * n) / action.length)} %.`).join(' '),
      });
      swatches(byId('policy-scale'), actions.count);
      return;
    }
    const most = Math.max(...action.map(Math.abs), 1e-9);
    policy.set({
      ...frame,
      colour: (i) => (action[i] === null ? null : numberColour(0.5 + action[i] / most / 2)),
      text: (i) => `action ${show(action[i], 3)}, KL(π|μ) ${show(certainty[i], 3)}`,
      summary: `From ${show(Math.min(...action))} to ${show(Math.max(...action))}.`,
    });
    ramp(byId('policy-scale'), numberColour, -most, most);
  }

  return {
    begin(newSpace, newActions) {
      const same = JSON.stringify(space?.low) === JSON.stringify(newSpace?.low) && space?.kind === newSpace?.kind;
      space = newSpace;
      actions = newActions;
      if (space === null) return;
      if (space.kind === 'none') for (const map of [value, policy]) map.none(space.reason);
      if (space.kind === 'numbers' && !(same && cut)) {
        cut = { x: 0, y: 1, at: space.low.map((low, i) => (low + space.high[i]) / 2) };
        // A point of symmetry is a better cut than the middle of some range.
        cut.at = cut.at.map((middle, i) => (space.low[i] < 0 && space.high[i] > 0 ? 0 : middle));
      }
      controls();
      live = true;
      run();
    },
    /** The observation of the picture: the markers go there. */
    see(seen) {
      observation = seen;
      if (grid !== null) for (const map of [value, policy]) map.mark(placeOf(seen));
    },
    stop() {
      live = false;
      if (byId('value').querySelector('figure').hidden && space?.kind !== 'none')
        for (const map of [value, policy]) map.none('Nothing was seen of the critic.');
    },
  };
}

const name = (i) => `s[${i}]`;

function ramp(parent, colour, low, high) {
  let canvas = parent.querySelector('canvas');
  if (canvas === null) {
    parent.innerHTML = '<span></span><canvas aria-hidden="true"></canvas><span></span>';
    canvas = parent.querySelector('canvas');
    Object.assign(canvas, { width: 64, height: 1 });
    const image = new ImageData(64, 1);
    for (let i = 0; i < 64; i++) image.data.set([...colour(i / 63), 255], 4 * i);
    canvas.getContext('2d').putImageData(image, 0, 0);
  }
  parent.firstChild.textContent = show(low, 3);
  parent.lastChild.textContent = show(high, 3);
}

function swatches(parent, count) {
  if (parent.childElementCount > 0) return;
  const shown = Math.min(count, 8);
  for (let a = 0; a < shown; a++) {
    const item = document.createElement('span');
    const swatch = document.createElement('span');
    swatch.className = 'swatch';
    swatch.style.background = css(actionColour(a));
    item.append(swatch, a === 7 && count > 8 ? '7 …' : String(a));
    parent.append(item);
  }
}
