import { describe, expect, it } from 'vitest';
import { htmlReport, lineChart } from '../../src/report/index.js';

const series = [
  { name: 'measured', points: [1, 2, 3].map((x) => ({ x, y: 10 ** -x, low: 10 ** -x / 2, high: 10 ** -x * 2 })) },
  { name: 'bound', dashed: true, points: [1, 2, 3].map((x) => ({ x, y: 1 / x })) },
];

describe('lineChart', () => {
  it('draws each series as a path, names it in the legend and labels the axes and rules', async () => {
    const svg = await lineChart({
      title: 'Gap & bound',
      xTitle: 'time',
      yTitle: 'gap',
      series,
      yScale: 'log',
      rules: [{ label: 'threshold', y: 0.05 }],
    });
    expect(svg).toMatch(/^<svg/);
    for (const text of ['Gap &amp; bound', 'time', 'gap', 'measured', 'bound', 'threshold'])
      expect(svg).toContain(text);
    expect(svg.match(/aria-roledescription="line mark"/g)).toHaveLength(2);
  });

  it('leaves out what a log axis cannot show instead of drawing NaN', async () => {
    const points = [0, 1, Number.NaN, 0.1, Number.POSITIVE_INFINITY, 0.01].map((y, x) => ({ x, y }));
    const svg = await lineChart({ title: '', xTitle: '', yTitle: '', series: [{ name: 'a', points }], yScale: 'log' });
    expect(svg).not.toMatch(/NaN|Infinity/);
    const path = /aria-roledescription="line mark"[^>]*d="([^"]*)"/.exec(svg)?.[1] ?? '';
    expect(path.match(/[ML]/g)).toHaveLength(3);
  });

  it('marks the points of a series where that is asked for: one point alone, at its place, and its band as a bar', async () => {
    const line = { name: 'π', points: [0, 10].map((x) => ({ x, y: 0 })) };
    const point = { name: 'mode', points: [{ x: 5, y: 100, low: 90, high: 110 }], marked: true };
    const svg = await lineChart({ title: '', xTitle: 'steps', yTitle: 'return', series: [line, point] });
    const marks = [...svg.matchAll(/aria-label="([^"]*)"[^>]*aria-roledescription="(point|rule mark)"/g)];
    expect(marks.filter(([, , kind]) => kind === 'point').map(([, label]) => label)).toEqual([
      'steps: 5; return: 100; series: mode',
    ]);
    expect(marks.filter(([, , kind]) => kind === 'rule mark')).toHaveLength(1);
    // The middle of an axis from 0 to 10 that is 640 wide.
    expect(svg).toMatch(/aria-roledescription="point" transform="translate\(320,/);
  });

  it('draws an empty chart where there are no points', async () => {
    const svg = await lineChart({ title: 't', xTitle: 'x', yTitle: 'y', series: [{ name: 'a', points: [] }] });
    expect(svg).toMatch(/^<svg/);
  });
});

describe('htmlReport', () => {
  it('is one page without scripts or references to other files', async () => {
    const svg = await lineChart({ title: 't', xTitle: 'x', yTitle: 'y', series });
    const html = htmlReport({
      title: 'Run',
      lead: 'of a test',
      sections: [{ heading: 'Gap', figures: [{ svg, caption: 'the gap' }] }],
    });
    expect(html).toContain(svg);
    expect(html).not.toMatch(/<script|<link|src=|url\(http|@import/);
  });

  it('escapes every text and colours cells by their tone', () => {
    const html = htmlReport({
      title: '<b>"t"</b>',
      sections: [
        { heading: '<i>', text: ['a < b & c'], table: { columns: ['<c>'], rows: [[{ text: '<x>', tone: 'bad' }]] } },
      ],
    });
    expect(html).toContain('<h1>&lt;b&gt;&quot;t&quot;&lt;/b&gt;</h1>');
    expect(html).toContain('a &lt; b &amp; c');
    expect(html).toContain('<td class="bad">&lt;x&gt;</td>');
    expect(html).not.toMatch(/<b>|<i>|<c>|<x>/);
  });
});
