import type { ReportTable } from './html.js';
import { type MathNode, parseMath } from './typeset.js';

/** LaTeX for the symbols of this project, all of them in math mode; amsmath and amssymb have them. */
const symbols: Readonly<Record<string, string>> = {
  ...{
    α: '\\alpha',
    β: '\\beta',
    γ: '\\gamma',
    δ: '\\delta',
    ε: '\\varepsilon',
    ζ: '\\zeta',
    η: '\\eta',
    θ: '\\theta',
  },
  ...{ κ: '\\kappa', λ: '\\lambda', μ: '\\mu', ν: '\\nu', ξ: '\\xi', π: '\\pi', ρ: '\\rho', σ: '\\sigma', τ: '\\tau' },
  ...{ φ: '\\phi', χ: '\\chi', ψ: '\\psi', ω: '\\omega', Γ: '\\Gamma', Δ: '\\Delta', Θ: '\\Theta', Λ: '\\Lambda' },
  ...{ Π: '\\Pi', Σ: '\\Sigma', Φ: '\\Phi', Ψ: '\\Psi', Ω: '\\Omega' },
  ...{
    '−': '-',
    '±': '\\pm',
    '·': '\\cdot',
    '×': '\\times',

    '≤': '\\le',
    '≥': '\\ge',
    '≠': '\\ne',
    '≈': '\\approx',
  },
  ...{ '∼': '\\sim', '∝': '\\propto', '≡': '\\equiv', '→': '\\to', '∞': '\\infty', '∈': '\\in', '∂': '\\partial' },
  ...{
    '∫': '\\int',
    '∑': '\\sum',
    '√': '\\surd',
    '‖': '\\|',
    '|': '|',
    '∣': '\\mid',
    '⟨': '\\langle ',
    '⟩': '\\rangle ',
  },
  ...{ '⊗': '\\otimes', '⊥': '\\perp', '<': '<', '>': '>' },
};
/** Scripts that Unicode has as characters. */
const scripts = { sup: '⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻', sub: '₀₁₂₃₄₅₆₇₈₉₊₋' };
const scriptDigits = '0123456789+-';
/** Characters that LaTeX reads as commands. */
const special: Readonly<Record<string, string>> = {
  ...{ '\\': '\\textbackslash{}', '~': '\\textasciitilde{}', '^': '\\textasciicircum{}' },
  ...{ '&': '\\&', '%': '\\%', $: '\\$', '#': '\\#', _: '\\_', '{': '\\{', '}': '\\}' },
  ...{ '…': '\\ldots{}', '–': '--', '’': "'", '“': '``', '”': "''" },
};

/** Characters that one line of a table may have. */
const LONG = 60;

interface Piece {
  latex: string;
  math: boolean;
}

/** A text in LaTeX: special characters escaped, symbols and scripts in math mode. θ_π becomes $\theta_{\pi}$. */
export function latexText(text: string): string {
  const pieces = gather(piecesOf(parseMath(text)));
  const out: string[] = [];
  for (let i = 0; i < pieces.length; ) {
    let end = i;
    while (end < pieces.length && pieces[end].math === pieces[i].math) end++;
    const stretch = pieces.slice(i, end);
    out.push(pieces[i].math ? `$${joinMath(stretch)}$` : stretch.map((p) => p.latex).join(''));
    i = end;
  }
  return out.join('');
}

function piecesOf(nodes: readonly MathNode[]): Piece[] {
  const pieces: Piece[] = [];
  for (const node of nodes) {
    if (node.kind !== 'text') {
      attach(pieces, node.kind, joinMath(piecesOf(node.body)));
      continue;
    }
    // ⁻¹² is one script.
    for (const [token] of node.text.matchAll(/[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻]+|[₀₁₂₃₄₅₆₇₈₉₊₋]+|./gsu)) {
      const kind = scripts.sup.includes(token[0]) ? 'sup' : scripts.sub.includes(token[0]) ? 'sub' : null;
      if (kind !== null) attach(pieces, kind, [...token].map((c) => scriptDigits[scripts[kind].indexOf(c)]).join(''));
      else if (token === '*' && /[A-Za-z}]$/.test(pieces.at(-1)?.latex ?? '')) attach(pieces, 'sup', '*');
      else if (Object.hasOwn(symbols, token)) pieces.push({ latex: symbols[token], math: true });
      // Two hyphens would become one dash.
      else if (token === '-' && /-$/.test(pieces.at(-1)?.latex ?? '')) pieces.push({ latex: '{}-', math: false });
      else pieces.push({ latex: special[token] ?? token, math: false });
    }
  }
  return pieces;
}

/** Puts a script on what stands before it: a number, a word or a symbol, which then is in math mode as well. */
function attach(pieces: Piece[], kind: 'sub' | 'sup', body: string): void {
  let base = '';
  const isPart = /^\d$/.test(pieces.at(-1)?.latex ?? '') ? /^\d$/ : /^[A-Za-z]$/;
  while (pieces.length > 0 && !pieces[pieces.length - 1].math && isPart.test(pieces[pieces.length - 1].latex)) {
    base = (pieces.pop()?.latex ?? '') + base;
  }
  if (base.length > 1 && /^[A-Za-z]/.test(base)) base = `\\mathrm{${base}}`;
  if (base === '' && pieces.length > 0 && pieces[pieces.length - 1].latex !== ' ') base = pieces.pop()?.latex ?? '';
  pieces.push({ latex: `${base === '' ? '{}' : base}${kind === 'sub' ? '_' : '^'}{${body}}`, math: true });
}

/** Joins mathematics; a command has a space before a letter or digit that would be read as part of it. */
function joinMath(pieces: readonly Piece[]): string {
  return pieces.reduce((out, { latex }) => {
    return out + (/\\[a-z]+$/i.test(out) && /^[a-z0-9]/i.test(latex) ? ' ' : '') + latex;
  }, '');
}

/** Puts brackets beside mathematics, and digits, signs and single letters between two pieces of it, into math mode with them. */
function gather(pieces: readonly Piece[]): Piece[] {
  const out = pieces.map((p) => ({ ...p }));
  for (let i = 0; i < out.length; i++) {
    if (!out[i].math) continue;
    let j = i + 1;
    while (j < out.length && !out[j].math && /^[\s()[\]0-9.=+/]$/.test(out[j].latex)) j++;
    if (j < out.length && out[j].math) for (let k = i + 1; k < j; k++) out[k].math = true;
    else if (/^[)\]]$/.test(out[i + 1]?.latex ?? '')) out[i + 1].math = true;
    // τ/2 is one fraction.
    else if (out[i + 1]?.latex === '/')
      for (let k = i + 1; /^[/\d]$/.test(out[k]?.latex ?? ''); k++) out[k].math = true;
    if (i > 0 && /^[([]$/.test(out[i - 1].latex)) out[i - 1].math = true;
    // 2.5·10⁻¹² is one number.
    if (out[i].latex === '\\cdot') for (let k = i - 1; k >= 0 && /^[\d.]$/.test(out[k].latex); k--) out[k].math = true;
  }
  return out;
}

/** A table in LaTeX with the rules of the package booktabs. @param caption a text with the markup of `parseMath` */
export function latexTable(
  { columns, rows }: ReportTable,
  { caption, label }: { caption: string; label: string },
): string {
  const texts = rows.map((row) => row.map((cell) => (typeof cell === 'string' ? cell : cell.text)));
  // Long texts get lines of their own.
  const isLong = columns.map((_, k) => texts.some((row) => (row[k] ?? '').length > LONG));
  const layout = isLong.map((long) => (long ? 'p{0.5\\linewidth}' : 'l')).join('');
  const line = (cells: readonly string[]) => `    ${cells.map(latexText).join(' & ')} \\\\`;
  return [
    '% \\usepackage{amsmath,amssymb,booktabs}',
    '\\begin{table}[tb]',
    '  \\centering',
    `  \\caption{${latexText(caption)}}`,
    `  \\label{tab:${label}}`,
    `  \\begin{tabular}{${layout}}`,
    '    \\toprule',
    line(columns),
    '    \\midrule',
    ...texts.map(line),
    '    \\bottomrule',
    '  \\end{tabular}',
    '\\end{table}',
    '',
  ].join('\n');
}
