const SVG = 'http://www.w3.org/2000/svg';
const MARGIN = { left: 48, right: 12, top: 8, bottom: 34 };
/** Points drawn of a series at most; they are thinned evenly. */
const MAX_POINTS = 500;

/** Digits for a number to be read. */
export function show(x, digits = 4) {
  if (x === null || x === undefined || !Number.isFinite(x)) return '–';
  return numeral(x, digits).replace('-', '−');
}

function numeral(x, digits) {
  if (Number.isInteger(x) || Math.abs(x) >= 10 ** (digits - 1)) return Math.round(x).toLocaleString('en');
  if (Math.abs(x) < 1e-3) return x.toExponential(1);
  return String(Number(x.toPrecision(Math.abs(x) < 1 ? digits - 1 : digits)));
}

/**
 * A line chart that is drawn anew when its data change. The pointer and the arrow keys move a cursor that tells the numbers.
 * @param {HTMLElement} parent
 * @param {{ label: string, empty: string, series: { name: string, colour: string, dots?: boolean }[] }} options
 */
export function lineChart(parent, { label, empty, series }) {
  const svg = node('svg', { tabindex: 0, role: 'img' });
  const plot = node('g');
  const cursor = node('line', { class: 'cursor', visibility: 'hidden' });
  svg.append(plot, cursor);
  const readout = document.createElement('output');
  readout.className = 'readout';
  const none = document.createElement('p');
  none.className = 'empty';
  none.textContent = empty;
  parent.append(svg, readout, none);

  /** @type {{ x: number, y: number, low?: number, high?: number }[][]} */
  let data = series.map(() => []);
  let rule = null;
  let scales = null;
  let at = null;
  let waiting = false;

  const size = () => ({ width: parent.clientWidth, height: parent.clientHeight });

  function draw() {
    waiting = false;
    const { width, height } = size();
    svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
    plot.replaceChildren();
    const points = data.flat();
    none.hidden = points.length > 0;
    svg.setAttribute('aria-label', `${label}. ${summary()}`);
    if (points.length === 0 || width === 0) return;
    scales = scalesOf(points, rule, width, height);
    plot.append(...axes(scales, width, height));
    if (rule) plot.append(...ruleOf(rule, scales, width));
    series.forEach(({ colour, dots }, i) => {
      plot.append(curve(data[i], scales, colour, dots));
    });
    if (at !== null) point(at);
  }

  function summary() {
    const last = series.flatMap(({ name }, i) => (data[i].length > 0 ? [`${name} ${show(data[i].at(-1).y)}`] : []));
    return last.length > 0 ? `Latest: ${last.join(', ')}. Arrow keys read single values.` : empty;
  }

  /** Puts the cursor at the points nearest to x. */
  function point(x) {
    at = x;
    const place = scales.x(x);
    cursor.setAttribute('visibility', 'visible');
    for (const [key, value] of Object.entries({
      x1: place,
      x2: place,
      y1: MARGIN.top,
      y2: size().height - MARGIN.bottom,
    }))
      cursor.setAttribute(key, value);
    const lines = series.flatMap(({ name }, i) =>
      data[i].length > 0 ? [`${name} ${show(nearest(data[i], x).y)}`] : [],
    );
    readout.textContent = [`step ${show(x, 12)}`, ...lines].join('\n');
    const right = place < size().width / 2;
    readout.style.left = right ? `${place + 10}px` : '';
    readout.style.right = right ? '' : `${size().width - place + 10}px`;
  }

  function leave() {
    at = null;
    cursor.setAttribute('visibility', 'hidden');
    readout.textContent = '';
  }

  svg.addEventListener('pointermove', (event) => {
    const all = data.flat();
    if (all.length === 0) return;
    const x = scales.xOf(event.clientX - svg.getBoundingClientRect().left);
    point(nearest(all, x).x);
  });
  svg.addEventListener('pointerleave', leave);
  svg.addEventListener('blur', leave);
  svg.addEventListener('keydown', (event) => {
    const steps = [...new Set(data.flat().map((p) => p.x))].sort((a, b) => a - b);
    if (event.key === 'Escape') return leave();
    if (!['ArrowLeft', 'ArrowRight', 'Home', 'End'].includes(event.key) || steps.length === 0) return;
    event.preventDefault();
    const jump = Math.max(1, Math.round(steps.length / 40));
    const now = at === null ? steps.length : steps.findIndex((x) => x >= at);
    const to = { ArrowLeft: now - jump, ArrowRight: now + jump, Home: 0, End: steps.length - 1 }[event.key];
    point(steps[Math.min(steps.length - 1, Math.max(0, to))]);
  });
  new ResizeObserver(() => schedule()).observe(parent);

  function schedule() {
    if (!waiting) requestAnimationFrame(draw);
    waiting = true;
  }

  return {
    /** @param values one list of points a series, each in the order of x; @param mark a labelled height */
    set(values, mark = null) {
      data = values.map(thin);
      rule = mark;
      schedule();
    },
  };
}

function thin(points) {
  const stride = Math.ceil(points.length / MAX_POINTS);
  return stride <= 1 ? points : points.filter((_, i) => i % stride === 0 || i === points.length - 1);
}

function nearest(points, x) {
  return points.reduce((best, p) => (Math.abs(p.x - x) < Math.abs(best.x - x) ? p : best));
}

function scalesOf(points, rule, width, height) {
  const xs = points.map((p) => p.x);
  const ys = points.flatMap((p) => [p.y, p.low ?? p.y, p.high ?? p.y]).concat(rule ? [rule.y] : []);
  const [x0, x1] = [Math.min(0, ...xs), Math.max(...xs)];
  let [y0, y1] = [Math.min(...ys), Math.max(...ys)];
  const room = (y1 - y0 || Math.abs(y1) || 1) * 0.06;
  // What is never negative is not drawn as if it could be.
  [y0, y1] = [y0 >= 0 && y0 - room < 0 ? 0 : y0 - room, y1 + room];
  const [w, h] = [width - MARGIN.left - MARGIN.right, height - MARGIN.top - MARGIN.bottom];
  return {
    x: (x) => MARGIN.left + ((x - x0) / (x1 - x0 || 1)) * w,
    y: (y) => MARGIN.top + h - ((y - y0) / (y1 - y0)) * h,
    xOf: (pixel) => x0 + ((pixel - MARGIN.left) / w) * (x1 - x0),
    xTicks: ticks(x0, x1, Math.max(2, Math.floor(w / 70))),
    yTicks: ticks(y0, y1, Math.max(2, Math.floor(h / 45))),
  };
}

/** Round numbers from low to high, about `count` of them. */
function ticks(low, high, count) {
  const rough = (high - low) / count || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= rough);
  const first = Math.ceil(low / step);
  return Array.from({ length: Math.floor(high / step) - first + 1 }, (_, i) =>
    Number(((first + i) * step).toPrecision(10)),
  );
}

function axes(scales, width, height) {
  const bottom = height - MARGIN.bottom;
  const y = scales.yTicks.flatMap((t) => {
    const at = scales.y(t);
    const text = node('text', { x: MARGIN.left - 7, y: at + 4, 'text-anchor': 'end' });
    text.textContent = show(t);
    return [node('line', { class: 'gridline', x1: MARGIN.left, x2: width - MARGIN.right, y1: at, y2: at }), text];
  });
  const x = scales.xTicks.map((t) => {
    const text = node('text', { x: scales.x(t), y: bottom + 15, 'text-anchor': 'middle' });
    text.textContent = t >= 1e4 ? `${show(t / 1000)}k` : show(t);
    return text;
  });
  const title = node('text', { x: width - MARGIN.right, y: height - 4, 'text-anchor': 'end' });
  title.textContent = 'environment steps';
  return [
    ...y,
    ...x,
    title,
    node('line', { class: 'axis', x1: MARGIN.left, x2: width - MARGIN.right, y1: bottom, y2: bottom }),
  ];
}

function ruleOf({ y, label }, scales, width) {
  const at = scales.y(y);
  const text = node('text', { class: 'rule-label', x: MARGIN.left + 6, y: at - 5 });
  text.textContent = label;
  return [node('line', { class: 'rule', x1: MARGIN.left, x2: width - MARGIN.right, y1: at, y2: at }), text];
}

function curve(points, scales, colour, dots) {
  const group = node('g', { class: `series ${colour}` });
  const pathOf = (list) =>
    list.map(([x, y], i) => `${i ? 'L' : 'M'}${scales.x(x).toFixed(1)} ${scales.y(y).toFixed(1)}`).join('');
  const bands = points.filter((p) => p.low !== undefined);
  if (bands.length > 1) {
    const around = [...bands.map((p) => [p.x, p.high]), ...bands.toReversed().map((p) => [p.x, p.low])];
    group.append(node('path', { class: 'band', d: `${pathOf(around)}Z` }));
  }
  group.append(node('path', { class: 'line', d: pathOf(points.map((p) => [p.x, p.y])) }));
  if (dots) group.append(...points.map((p) => node('circle', { cx: scales.x(p.x), cy: scales.y(p.y), r: 3.5 })));
  return group;
}

function node(name, attributes = {}) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}
