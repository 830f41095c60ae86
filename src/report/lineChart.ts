import type { TopLevelSpec } from 'vega-lite';
import { renderSvg } from './render.js';

export interface LinePoint {
  x: number;
  y: number;
  /** The ends of a band about y, both or neither. */
  low?: number;
  high?: number;
}

export interface LineSeries {
  name: string;
  points: readonly LinePoint[];
  /** For bounds and references, to set them apart from what was measured. */
  dashed?: boolean;
  /** Marks each point, with its band as a bar: for few points, of which one alone makes no line. */
  marked?: boolean;
}

/** A labelled straight line across the chart: at a height y or at a place x. */
export type Rule = { label: string; y: number } | { label: string; x: number };

export interface LineChart {
  title: string;
  xTitle: string;
  yTitle: string;
  series: readonly LineSeries[];
  /** Linear unless said otherwise. On a log axis points that are not positive cannot be drawn and are left out. */
  xScale?: 'linear' | 'log';
  yScale?: 'linear' | 'log';
  rules?: readonly Rule[];
}

/** Draws lines, with bands where points have `low` and `high`, as an SVG text. Points that are not finite are left out. */
export async function lineChart(chart: LineChart): Promise<string> {
  return renderSvg(lineChartSpec(chart));
}

/** The Vega-Lite specification of a line chart. */
export function lineChartSpec(chart: LineChart): TopLevelSpec {
  const { title, xTitle, yTitle, series, xScale = 'linear', yScale = 'linear', rules = [] } = chart;
  const drawable = (p: LinePoint) =>
    Number.isFinite(p.x) && Number.isFinite(p.y) && (xScale !== 'log' || p.x > 0) && (yScale !== 'log' || p.y > 0);
  const values = series.flatMap((s) =>
    s.points.filter(drawable).map((p) => {
      // A band that reaches below a log axis is cut at its point.
      const low = p.low !== undefined && yScale === 'log' && p.low <= 0 ? p.y : p.low;
      return { series: s.name, x: p.x, y: p.y, low, high: p.high };
    }),
  );
  const names = series.map((s) => s.name);
  // Six decimals at most, none of them a zero at the end: an axis of one value has no step to choose them by.
  const xAxis = xScale === 'log' ? {} : { format: ',.6~f' };
  const x = { field: 'x', type: 'quantitative' as const, title: xTitle, scale: scaleOf(xScale), axis: xAxis };
  const yAxis = yScale === 'log' ? { format: '.0e' } : {};
  const y = { type: 'quantitative' as const, title: yTitle, scale: scaleOf(yScale), axis: yAxis };
  const legend =
    names.length > 1
      ? {
          title: null,
          orient: 'bottom' as const,
          columns: 2,
          labelLimit: 0,
          symbolType: 'stroke',
          symbolSize: 400,
          symbolOpacity: 1,
        }
      : null;
  const color = { field: 'series', type: 'nominal' as const, scale: { domain: names }, legend };
  const dashes = series.map((s) => (s.dashed ? [6, 4] : [1, 0]));
  const bands = values.filter((v) => v.low !== undefined && v.high !== undefined);
  const isMarked = new Set(series.filter((s) => s.marked).map((s) => s.name));
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    title,
    width: 640,
    height: 340,
    layer: [
      ...(bands.length > 0
        ? [
            {
              data: { values: bands },
              mark: { type: 'area' as const, opacity: 0.2 },
              encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' }, color },
            },
          ]
        : []),
      {
        data: { values },
        mark: { type: 'line', strokeWidth: 1.8 },
        encoding: {
          x,
          y: { ...y, field: 'y' },
          color,
          strokeDash: { field: 'series', type: 'nominal', scale: { domain: names, range: dashes }, legend },
        },
      },
      ...(isMarked.size > 0
        ? [
            {
              data: { values: bands.filter((v) => isMarked.has(v.series)) },
              mark: { type: 'rule' as const },
              encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' }, color },
            },
            {
              data: { values: values.filter((v) => isMarked.has(v.series)) },
              mark: { type: 'point' as const, filled: true, size: 50, opacity: 1 },
              encoding: { x, y: { ...y, field: 'y' }, color },
            },
          ]
        : []),
      ...rules.flatMap((rule) => ruleLayers(rule, xScale, yScale)),
    ],
  } as TopLevelSpec;
}

type Scale = 'linear' | 'log';

/** Axes fit the data; Vega-Lite would otherwise begin linear ones at zero. */
function scaleOf(type: Scale) {
  return type === 'log' ? { type } : { type, zero: false };
}

function ruleLayers(rule: Rule, xScale: Scale, yScale: Scale) {
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
