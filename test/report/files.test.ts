import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { lineChart, policyMap, svgToPdf, writeReportFiles } from '../../src/report/index.js';
import { python } from '../theory/support.js';

const directory = mkdtempSync(join(tmpdir(), 'mirrorflow-report-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const gap = () =>
  lineChart({
    title: 'Gap of ∫‖θ_t‖₂ ≤ ρ, η, γ',
    xTitle: 'time t of the flow',
    yTitle: 'V^{π_t}(ρ) − V*(ρ)',
    yScale: 'log',
    series: [
      { name: 'τ = 0.1', points: [1, 2, 3].map((x) => ({ x, y: 10 ** (-4 * x), low: 10 ** (-4 * x) / 2, high: 1 })) },
      { name: 'bound', dashed: true, points: [1, 2, 3].map((x) => ({ x, y: 1 / x })) },
    ],
    rules: [{ label: 'floor', y: 1e-13 }],
    guides: [{ label: 'slope 2τ', from: [1, 1], to: [2, 1e-6] }],
    print: true,
  });
const map = () =>
  policyMap({
    title: 'Policy',
    grid: [1, 3],
    value: Float64Array.from([1, 2, 3]),
    valueTitle: 'V',
    probabilities: Float64Array.from([0.5, 0.5, 0.9, 0.1, 0.2, 0.8]),
    directions: [
      [-1, 0],
      [1, 0],
    ],
  });

interface Read {
  pages: number;
  size: [number, number];
  text: string;
  /** Of each font: its name, whether its file is inside, and whether it is only a part of it. */
  fonts: [name: string, embedded: boolean, glyphs: number][];
  images: number;
  /** Operators of the page. */
  lines: number;
}

/** What pypdf reads in PDFs. */
const read = (paths: string[]) =>
  python<Read[]>(
    `
import io, json, sys
import pypdf
from pypdf.generic import ContentStream
out = []
for path in json.load(sys.stdin):
    reader = pypdf.PdfReader(path, strict=True)
    page = reader.pages[0]
    fonts = []
    for font in page['/Resources'].get('/Font', {}).values():
        font = font.get_object()
        inner = font['/DescendantFonts'][0].get_object() if '/DescendantFonts' in font else font
        file = inner['/FontDescriptor'].get_object().get('/FontFile2')
        fonts.append([font['/BaseFont'], file is not None, len(file.get_object().get_data())])
    operators = [op for _, op in ContentStream(page.get_contents(), reader).operations]
    out.append({
        'pages': len(reader.pages), 'size': [float(page.mediabox.width), float(page.mediabox.height)],
        'text': page.extract_text(), 'fonts': fonts, 'images': len(page.images),
        'lines': sum(op in (b'l', b'c', b're') for op in operators),
    })
print(json.dumps(out))
`,
    paths,
  );

describe('the files of a report', () => {
  it('are the page, each figure as SVG and PDF and each table as CSV and LaTeX', async () => {
    const files = await writeReportFiles(directory, {
      title: 'A flow',
      sections: [
        {
          heading: 'Certificate',
          table: { columns: ['condition', 'η₀'], rows: [['A1: sup ‖φ‖₂, "exact"', { text: '1.5e-4', tone: 'good' }]] },
        },
        {
          heading: 'Paths',
          figures: [
            { name: 'gap', svg: await gap(), caption: 'The gap.' },
            { svg: await map(), caption: 'The policy.' },
          ],
        },
      ],
    });
    const names = (paths: readonly string[]) => paths.map((path) => path.slice(directory.length + 1));
    expect(names(files.figures)).toEqual([
      'figures/gap.svg',
      'figures/gap.pdf',
      'figures/paths-2.svg',
      'figures/paths-2.pdf',
    ]);
    expect(names(files.tables)).toEqual(['tables/certificate.csv', 'tables/certificate.tex']);
    for (const path of [files.report, ...files.figures, ...files.tables]) expect(existsSync(path)).toBe(true);
    expect(readFileSync(files.report, 'utf8')).toContain(readFileSync(files.figures[0], 'utf8'));
    expect(readFileSync(files.tables[0], 'utf8')).toBe('condition,η₀\r\n"A1: sup ‖φ‖₂, ""exact""",1.5e-4\r\n');

    const [chart, policy] = read([files.figures[1], files.figures[3]]);
    const svg = readFileSync(files.figures[0], 'utf8');
    const size = ['width', 'height'].map((key) => 0.75 * Number(new RegExp(`${key}="([\\d.]+)"`).exec(svg)?.[1]));
    expect(chart).toMatchObject({ pages: 1, size, images: 0 });
    for (const text of [
      '10⁰',
      '10⁻¹²',
      'Gap of ∫‖θ',
      '‖₂ ≤ ρ, η, γ',
      '(ρ) − V*(ρ)',
      'time t of the flow',
      'slope 2τ',
      'floor',
    ]) {
      expect(chart.text).toContain(text);
    }
    expect(policy.text).toContain('Policy');
    for (const { fonts } of [chart, policy]) {
      expect(fonts).toHaveLength(1);
      expect(fonts[0][0]).toMatch(/^\/[A-Z]{6}\+STIXTwoMath/);
      expect(fonts[0][1]).toBe(true);
      // The whole font has 1.4 MB.
      expect(fonts[0][2]).toBeLessThan(100_000);
    }
    // Lines are lines: 3 rectangles and a gradient of the map, two curves and a band of the chart at least.
    expect(policy.lines).toBeGreaterThan(3 * 4);
    expect(chart.lines).toBeGreaterThan(10);
  });

  it('in LaTeX are a table with booktabs whose environments, columns and mathematics are whole', () => {
    const tex = readFileSync(join(directory, 'tables', 'certificate.tex'), 'utf8');
    const stack: string[] = [];
    for (const [, command, name] of tex.matchAll(/\\(begin|end)\{(\w+)\}/g)) {
      if (command === 'begin') stack.push(name);
      else expect(stack.pop()).toBe(name);
    }
    expect(stack).toEqual([]);
    const columns = /\\begin\{tabular\}\{(l+)\}/.exec(tex)?.[1].length;
    const rows = tex.split('\n').filter((line) => line.endsWith('\\\\'));
    expect(rows.map((row) => row.split(' & ').length)).toEqual([columns, columns]);
    expect(tex).toMatch(/\\toprule\n.*\n\s*\\midrule\n.*\n\s*\\bottomrule/);
    expect(rows[1].trim()).toBe('A1: sup $\\|\\phi\\|_{2}$, "exact" & $1.5\\cdot 10^{-4}$ \\\\');
    for (const line of tex.split('\n')) expect(line.replaceAll('\\$', '').split('$').length % 2).toBe(1);
    // Nothing outside ASCII is left for the reader's engine to know.
    expect(tex).toMatch(/^[ -~\n]*$/);
  });

  it('do not overwrite each other', async () => {
    const figure = { name: 'gap', svg: await map(), caption: '' };
    const sections = [{ heading: 'A', figures: [figure, figure] }];
    await expect(writeReportFiles(directory, { title: 'T', sections })).rejects.toThrow(
      'report "T": two figures are called "gap"; give them names',
    );
  });
});

describe('svgToPdf', () => {
  it('makes the same bytes of the same figure and date', async () => {
    const [svg, date] = [await gap(), new Date(0)];
    const [a, b] = [await svgToPdf(svg, { title: 'a', date }), await svgToPdf(svg, { title: 'a', date })];
    expect(Buffer.compare(a, b)).toBe(0);
  });

  it('refuses what it cannot draw', async () => {
    const svg = (inside: string) => `<svg width="10" height="10">${inside}</svg>`;
    const options = { title: '' };
    await expect(svgToPdf(svg('<image/>'), options)).rejects.toThrow(/<image> is not drawn; expected what Vega writes/);
    await expect(svgToPdf(svg('<g transform="skewX(3)"/>'), options)).rejects.toThrow(/skewX is not drawn/);
    await expect(svgToPdf(svg('<g clip-path="url(#a)"/>'), options)).rejects.toThrow(/clip-path is not drawn/);
    await expect(svgToPdf('<svg><g></svg>', options)).rejects.toThrow('XML: </svg> closes <g>');
    await expect(svgToPdf('<svg>', options)).rejects.toThrow(/an element is not closed/);
  });
});
