import { show } from './chart.js';

/**
 * A map of cells with axes, a marker and a readout for the pointer.
 * @param {HTMLElement} parent
 */
export function heatmap(parent, label) {
  const figure = document.createElement('figure');
  figure.innerHTML =
    '<div class="axis-y" aria-hidden="true"><span></span><b></b><span></span></div>' +
    '<div class="field"><canvas role="img" tabindex="0"></canvas><div class="marker" hidden></div><output class="readout"></output></div>' +
    '<div class="axis-x" aria-hidden="true"><span></span><b></b><span></span></div>';
  const empty = document.createElement('p');
  empty.className = 'empty';
  parent.append(figure, empty);
  const [canvas, marker, readout] = ['canvas', '.marker', 'output'].map((selector) => figure.querySelector(selector));
  let shown = null;
  let cell = null;

  function tell() {
    if (shown === null || cell === null) return;
    const { rows, columns, text, state } = shown;
    const [row, column] = cell;
    const i = row * columns + column;
    readout.textContent = `${state(row, column)}\n${text(i)}`;
    readout.style.left = column < columns / 2 ? `${(100 * (column + 1)) / columns}%` : '';
    readout.style.right = column < columns / 2 ? '' : `${100 - (100 * column) / columns}%`;
    readout.style.top = `${Math.min(70, (100 * (rows - 1 - row)) / rows)}%`;
  }
  function leave() {
    cell = null;
    readout.textContent = '';
  }
  canvas.addEventListener('pointermove', (event) => {
    if (shown === null) return;
    const box = canvas.getBoundingClientRect();
    const { rows, columns } = shown;
    const clamp = (x, n) => Math.min(n - 1, Math.max(0, Math.floor(x)));
    cell = [
      rows - 1 - clamp(((event.clientY - box.top) / box.height) * rows, rows),
      clamp(((event.clientX - box.left) / box.width) * columns, columns),
    ];
    tell();
  });
  canvas.addEventListener('pointerleave', leave);
  canvas.addEventListener('blur', leave);
  canvas.addEventListener('keydown', (event) => {
    const move = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [1, 0], ArrowDown: [-1, 0] }[event.key];
    if (event.key === 'Escape') leave();
    if (!move || shown === null) return;
    event.preventDefault();
    const { rows, columns } = shown;
    const [row, column] = cell ?? [Math.floor(rows / 2), Math.floor(columns / 2)];
    cell = [Math.min(rows - 1, Math.max(0, row + move[0])), Math.min(columns - 1, Math.max(0, column + move[1]))];
    tell();
  });

  return {
    /**
     * @param map rows, columns (row 0 at the bottom), colour and text of cell i, state of a row and column, axes or null, a
     *   summary in words
     */
    set(map) {
      shown = map;
      const { rows, columns, colour, axes, summary } = map;
      figure.hidden = false;
      empty.hidden = true;
      canvas.width = columns;
      canvas.height = rows;
      const image = new ImageData(columns, rows);
      for (let row = 0; row < rows; row++) {
        for (let column = 0; column < columns; column++) {
          const rgb = colour(row * columns + column);
          if (rgb !== null) image.data.set([...rgb, 255], 4 * ((rows - 1 - row) * columns + column));
        }
      }
      canvas.getContext('2d').putImageData(image, 0, 0);
      canvas.setAttribute('aria-label', `${label}. ${summary} Arrow keys read single cells.`);
      for (const [selector, axis] of [
        ['.axis-x', axes?.[0]],
        ['.axis-y', axes?.[1]],
      ]) {
        const [low, name, high] = figure.querySelector(selector).children;
        low.textContent = axis ? show(axis.low, 3) : '';
        name.textContent = axis ? axis.name : '';
        high.textContent = axis ? show(axis.high, 3) : '';
      }
      tell();
    },
    /** Puts the marker at shares of the width and the height. */
    mark([x, y]) {
      marker.hidden = false;
      marker.style.left = `${100 * x}%`;
      marker.style.bottom = `${100 * y}%`;
    },
    /** Shows a sentence instead of a map. */
    none(reason) {
      shown = null;
      figure.hidden = true;
      empty.hidden = false;
      empty.textContent = reason;
    },
  };
}
