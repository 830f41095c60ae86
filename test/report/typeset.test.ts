import { describe, expect, it } from 'vitest';
import { lineChart } from '../../src/report/index.js';
import { latexText } from '../../src/report/latex.js';
import { plain, plainText, typesetHtml } from '../../src/report/typeset.js';
import { parseXml } from '../../src/report/xml.js';

/** What each way of typesetting makes of a text. */
const texts: [text: string, html: string, latex: string][] = [
  ['θ_π', 'θ<sub>π</sub>', '$\\theta_{\\pi}$'],
  ['K_t²', 'K<sub>t</sub>²', '$K_{t}^{2}$'],
  ['d_ρ^{π*}', 'd<sub>ρ</sub><sup>π*</sup>', '$d_{\\rho}^{\\pi^{*}}$'],
  ['V^{π_t}(ρ) − V*(ρ)', 'V<sup>π<sub>t</sub></sup>(ρ) − V*(ρ)', '$V^{\\pi_{t}}(\\rho) - V^{*}(\\rho)$'],
  ['min_{r≤t}', 'min<sub>r≤t</sub>', '$\\mathrm{min}_{r\\le t}$'],
  ['10^{-4}', '10<sup>-4</sup>', '$10^{-4}$'],
  ['2.5e-12 and 1e+3', '2.5·10<sup>−12</sup> and 10<sup>3</sup>', '$2.5\\cdot 10^{-12}$ and $10^{3}$'],
  ['10⁻¹²', '10⁻¹²', '$10^{-12}$'],
  ['A1: sup ‖φ‖₂ ≤ 1', 'A1: sup ‖φ‖₂ ≤ 1', 'A1: sup $\\|\\phi\\|_{2} \\le$ 1'],
  ['τ/Γ = ∞', 'τ/Γ = ∞', '$\\tau/\\Gamma = \\infty$'],
  // No mathematics: names, settings and signs that stand alone.
  ['critic.step_size', 'critic.step_size', 'critic.step\\_size'],
  ['seed1_2e', 'seed1_2e', 'seed1\\_2e'],
  ['_ and ^', '_ and ^', '\\_ and \\textasciicircum{}'],
  [
    '50 % of {a} & $b #1 ~ \\',
    '50 % of {a} &amp; $b #1 ~ \\',
    '50 \\% of \\{a\\} \\& \\$b \\#1 \\textasciitilde{} \\textbackslash{}',
  ],
  // Two hyphens would be a dash.
  ['--tau 1 - - ---x', '--tau 1 - - ---x', '-{}-tau 1 - - -{}-{}-x'],
  ['a_{b', 'a_{b', 'a\\_\\{b'],
  ['<b>', '&lt;b&gt;', '$<$b$>$'],
];

describe('typesetting', () => {
  it.each(texts)('%s', (text, html, latex) => {
    expect(typesetHtml(text)).toBe(html);
    expect(latexText(text)).toBe(latex);
  });

  it('leaves a protected text as it is', () => {
    for (const text of ['x_1', 'a^b', 'run_{1}', '1e-4', 'C:\\a\\_b', '2.5e10_x']) {
      expect(plainText(plain(text))).toBe(text);
      expect(typesetHtml(plain(text))).toBe(text);
    }
  });

  it('gives screen readers one line', () => {
    expect(plainText('V^{π_t} at 10^{-4}')).toBe('V^π_t at 10⁻⁴');
    expect(plainText('e^{−τt/2} d_ρ^{π*}')).toBe('e^(−τt/2) d_ρ^π*');
  });
});

describe('the texts of a chart', () => {
  const chart = (low: number, high: number) =>
    lineChart({
      title: 'x < y: ‖θ − θ_π‖',
      xTitle: 'd_ρ^{π*}',
      yTitle: 'a & b',
      yScale: 'log',
      series: [{ name: 'a', points: [low, high].map((y, x) => ({ x, y })) }],
    });

  it('have scripts: in Unicode of digits, as raised and smaller stretches of others', async () => {
    const svg = await chart(1e-13, 1);
    const texts = [...svg.matchAll(/<text[^>]*>(.*?)<\/text>/g)].map(([, content]) => content);
    expect(texts).toContain(
      'x &lt; y: ‖θ − θ<tspan dy="0.306em" font-size="72%">π</tspan><tspan dy="-0.22em">‖</tspan>',
    );
    expect(texts).toContain('a &amp; b');
    for (const label of ['10⁰', '10⁻¹²']) expect(texts).toContain(label);
    expect(svg).not.toMatch(/\de[-+]\d/);
  });

  it('return to the base line, and a superscript stands above the subscript before it', async () => {
    const svg = parseXml(await chart(1e-3, 1));
    const title = find(svg, (text) => text.startsWith('dρπ*'));
    const down = title.map(({ dy, scale }) => dy * scale);
    expect(down[0]).toBeGreaterThan(0);
    expect(down[0] + down[1]).toBeLessThan(0);
    expect(title[1].dx).toBeLessThan(0);
  });

  it('label a log axis of less than two decades with 2·10⁻⁴', async () => {
    const svg = await chart(1.5e-4, 9e-4);
    expect(svg).toContain('>2·10⁻⁴<');
  });
});

/** The stretches of the text that begins so. */
function find(element: ReturnType<typeof parseXml>, isIt: (text: string) => boolean) {
  const whole = (e: ReturnType<typeof parseXml> | string): string =>
    typeof e === 'string' ? e : e.children.map(whole).join('');
  const stack = [element];
  for (let e = stack.pop(); e !== undefined; e = stack.pop()) {
    const children = e.children.flatMap((child) => (typeof child === 'string' ? [] : [child]));
    if (e.name === 'text' && isIt(whole(e))) {
      return children.map(({ attributes: a }) => ({
        dx: Number.parseFloat(a.dx ?? '0'),
        dy: Number.parseFloat(a.dy ?? '0'),
        scale: Number.parseFloat(a['font-size'] ?? '100') / 100,
      }));
    }
    stack.push(...children);
  }
  throw new Error('no such text');
}
