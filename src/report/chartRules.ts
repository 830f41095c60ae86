/** A labelled straight line across the chart: at a height y or at a place x. */
export type Rule = { label: string; y: number } | { label: string; x: number };

/** A labelled piece of a straight line, such as a slope to compare with. */
export interface Guide {
  label: string;
  from: readonly [x: number, y: number];
  to: readonly [x: number, y: number];
}

export type Scale = 'linear' | 'log';

/** Axes fit the data; Vega-Lite would otherwise begin linear ones at zero. */
export function scaleOf(type: Scale) {
  return type === 'log' ? { type } : { type, zero: false };
}

export function ruleLayers(rule: Rule, xScale: Scale, yScale: Scale) {
  const along = 'y' in rule ? 'y' : 'x';
  const scale = scaleOf(along === 'y' ? yScale : xScale);
  const place = { field: along, type: 'quantitative', scale };
  const data = { values: [{ [along]: 'y' in rule ? rule.y : rule.x, label: rule.label }] };
  const at = along === 'y' ? { x: { value: 4 } } : { y: { value: 8 } };
  return [
    { data, mark: { type: 'rule', strokeDash: [3, 3], color: '#555' }, encoding: { [along]: place } },
    {
      data,
      mark: { type: 'text', align: 'left', baseline: 'bottom', dx: along === 'x' ? 4 : 0, dy: -3, color: '#555' },
      encoding: { [along]: place, ...at, text: { field: 'label' } },
    },
  ];
}

export function guideLayers({ label, from, to }: Guide, xScale: Scale, yScale: Scale) {
  const x = { field: 'x', type: 'quantitative', scale: scaleOf(xScale) };
  const y = { field: 'y', type: 'quantitative', scale: scaleOf(yScale) };
  const ends = { x: from[0], y: from[1], x2: to[0], y2: to[1] };
  return [
    {
      data: { values: [ends] },
      mark: { type: 'rule', strokeDash: [1, 3], strokeWidth: 1.4, color: '#555' },
      encoding: { x, y, x2: { field: 'x2' }, y2: { field: 'y2' } },
    },
    {
      data: { values: [{ x: to[0], y: to[1], label }] },
      mark: { type: 'text', align: 'left', baseline: 'middle', dx: 5, color: '#555' },
      encoding: { x, y, text: { field: 'label' } },
    },
  ];
}
