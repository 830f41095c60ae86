import type { TopLevelSpec } from 'vega-lite';
import { type Guide, guideLayers, type Rule, ruleLayers, type Scale, scaleOf } from './chartRules.js';
import { logAxis } from './logAxis.js';
import { renderSvg } from './render.js';
import { dashesOf, marksOf, placesOfMarks } from './seriesStyle.js';

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

export interface LineChart {
  title: string;
  xTitle: string;
  yTitle: string;
  series: readonly LineSeries[];
  /** Linear unless said otherwise. On a log axis points that are not positive cannot be drawn and are left out. */
  xScale?: 'linear' | 'log';
  yScale?: 'linear' | 'log';
  rules?: readonly Rule[];
  guides?: readonly Guide[];
  /** Tells the series apart by dashes and marks as well, so that the chart can be read in black and white. */
  print?: boolean;
}

/**
 * Draws lines, with bands where points have `low` and `high`, as an SVG text. Points that are not finite are left out. All texts are typeset:
 * `θ_π`, `d_ρ^{π*}`, `10^{-4}`.
 */
export async function lineChart(chart: LineChart): Promise<string> {
  return renderSvg(lineChartSpec(chart));
}

/** The Vega-Lite specification of a line chart. */
export function lineChartSpec(chart: LineChart): TopLevelSpec {
  const { title, xTitle, yTitle, series, xScale = 'linear', yScale = 'linear', rules = [], guides = [], print } = chart;
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
  const xs = [...values.map((v) => v.x), ...rules.flatMap((r) => ('x' in r ? [r.x] : []))];
  const ys = [
    ...values.flatMap((v) => [v.y, v.low ?? v.y, v.high ?? v.y]),
    ...rules.flatMap((r) => ('y' in r ? [r.y] : [])),
  ];
  // Six decimals at most, none of them a zero at the end: an axis of one value has no step to choose them by.
  const linear = { format: ',.6~f' };
  const axis = (scale: Scale, all: number[]) => (scale === 'log' ? logAxis(all) : linear);
  const x = {
    field: 'x',
    type: 'quantitative',
    title: xTitle,
    scale: scaleOf(xScale),
    axis: axis(xScale, xs),
  } as const;
  const y = { type: 'quantitative', title: yTitle, scale: scaleOf(yScale), axis: axis(yScale, ys) } as const;
  const legend =
    names.length > 1
      ? {
          title: null,
          orient: 'bottom' as const,
          columns: 2,
          labelLimit: 0,
          symbolSize: print ? 120 : 400,
          symbolOpacity: 1,
          ...(print ? {} : { symbolType: 'stroke' }),
        }
      : null;
  const domain = { domain: names };
  const color = { field: 'series', type: 'nominal' as const, scale: domain, legend };
  const dashes = dashesOf(series, print === true);
  const strokeDash = {
    field: 'series',
    type: 'nominal',
    scale: { ...domain, range: dashes },
    legend,
  };
  const shape = { field: 'series', type: 'nominal', scale: { ...domain, range: marksOf(series) }, legend };
  const bands = values.filter((v) => v.low !== undefined && v.high !== undefined);
  const isMarked = new Set(series.filter((s) => s.marked).map((s) => s.name));
  const marked = values.filter((v) => isMarked.has(v.series));
  const point = { x, y: { ...y, field: 'y' }, color };
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
      ...guides.flatMap((guide) => guideLayers(guide, xScale, yScale)),
      ...(print
        ? // The legend shows the marks; it cannot show both.
          names.map((name, i) => ({
            data: { values: values.filter((v) => v.series === name) },
            mark: { type: 'line' as const, strokeWidth: 1.8, strokeDash: dashes[i] },
            encoding: point,
          }))
        : [
            {
              data: { values },
              mark: { type: 'line' as const, strokeWidth: 1.8 },
              encoding: { ...point, strokeDash },
            },
          ]),
      ...(isMarked.size > 0
        ? [
            {
              data: { values: bands.filter((v) => isMarked.has(v.series)) },
              mark: { type: 'rule' as const },
              encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' }, color },
            },
          ]
        : []),
      ...(isMarked.size > 0 && !print
        ? [
            {
              data: { values: marked },
              mark: { type: 'point' as const, filled: true, size: 50, opacity: 1 },
              encoding: point,
            },
          ]
        : []),
      ...(print
        ? [
            {
              data: {
                values: [
                  ...marked,
                  ...placesOfMarks(
                    values.filter((v) => !isMarked.has(v.series)),
                    names,
                    xScale,
                  ),
                ],
              },
              mark: { type: 'point' as const, filled: false, fill: 'white', size: 45, opacity: 1, strokeWidth: 1.5 },
              encoding: { ...point, shape },
            },
          ]
        : []),
      ...rules.flatMap((rule) => ruleLayers(rule, xScale, yScale)),
    ],
  } as TopLevelSpec;
}
