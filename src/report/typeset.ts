import { escapeXml, unescapeXml } from './xml.js';

/** A stretch of text on one line: how far it is raised and its size, both in units of the text's own size. */
export interface Run {
  readonly text: string;
  /** Above the base line in em; negative below. */
  readonly rise: number;
  readonly scale: number;
  /** How far it moves to the left first, in em of its own: a superscript stands above the subscript of the same base. */
  readonly back: number;
}

/** What follows a base: `sub` and `sup` of the same base stand above each other. */
export type MathNode =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'sub' | 'sup'; readonly body: readonly MathNode[] };

const superscripts = '⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻';
const subscripts = '₀₁₂₃₄₅₆₇₈₉₊₋';
const digits = '0123456789+−';
/** Letters that Unicode has as scripts, which few fonts have. */
const rareScripts: Readonly<Record<string, readonly ['sub' | 'sup', string]>> = {
  ₜ: ['sub', 't'],
  ₙ: ['sub', 'n'],
  ₖ: ['sub', 'k'],
  ᵨ: ['sub', 'ρ'],
  ⁿ: ['sup', 'n'],
  ᵗ: ['sup', 't'],
  ᵏ: ['sup', 'k'],
  ᵀ: ['sup', 'T'],
};

/**
 * Reads the small markup of labels and captions: `θ_π`, `d_ρ^{π*}`, `10^{-4}`; numbers such as 1e-4 become 1·10⁻⁴. Without braces a script is
 * one character, after one letter that stands alone, so that names such as `step_size` stay as they are. `plain` protects a text.
 */
export function parseMath(text: string): MathNode[] {
  return parse(
    text.replace(/(?<![\w.\\])(\d+(?:\.\d+)?)e([+-]?)(\d+)(?!\w)/g, (_, mantissa, sign, exponent) => {
      const power = `10^{${sign === '-' ? '−' : ''}${Number(exponent)}}`;
      return mantissa === '1' ? power : `${mantissa}·${power}`;
    }),
  );
}

/** Protects a text that is no mathematics, a name or a setting, from `parseMath`. */
export function plain(text: string): string {
  return plainNumbers(text.replace(/[_^]/g, '\\$&'));
}

/** Protects the numbers of a text only: 1e-4 stays. */
export function plainNumbers(text: string): string {
  return text.replace(/(\d)e([+-]?\d)/g, '$1\\e$2');
}

function parse(text: string): MathNode[] {
  const nodes: MathNode[] = [];
  let base = '';
  const close = () => {
    if (base !== '') nodes.push({ kind: 'text', text: base });
    base = '';
  };
  const characters = [...text];
  for (let i = 0; i < characters.length; i++) {
    const c = characters[i];
    const rest = characters.slice(i).join('');
    if (/^\\[_^]/.test(rest) || (/^\\e[+-]?\d/.test(rest) && /\d$/.test(base))) {
      base += characters[++i];
    } else if (c === '_' || c === '^') {
      const body = scriptAt(characters, i, base === '' && nodes.length > 0);
      if (body === null) base += c;
      else {
        close();
        nodes.push({ kind: c === '_' ? 'sub' : 'sup', body: parse(body.text) });
        i = body.end;
      }
    } else if (Object.hasOwn(rareScripts, c)) {
      close();
      const [kind, letter] = rareScripts[c];
      nodes.push({ kind, body: [{ kind: 'text', text: letter }] });
    } else base += c;
  }
  close();
  return nodes;
}

/** The script that begins at characters[i], and the place of its last character; null where the sign is just a sign. */
function scriptAt(
  characters: readonly string[],
  i: number,
  afterScript: boolean,
): { text: string; end: number } | null {
  if (characters[i + 1] === '{') {
    let depth = 0;
    for (let j = i + 1; j < characters.length; j++) {
      if (characters[j] === '{') depth++;
      if (characters[j] === '}' && --depth === 0) return { text: characters.slice(i + 2, j).join(''), end: j };
    }
    return null;
  }
  const isWord = (c: string | undefined) => c !== undefined && /[\p{L}\p{Nd}_]/u.test(c);
  const alone = /\p{L}/u.test(characters[i - 1] ?? '') && !isWord(characters[i - 2]);
  if (!(alone || afterScript) || !/[\p{L}\p{Nd}*∞]/u.test(characters[i + 1] ?? '') || isWord(characters[i + 2]))
    return null;
  return { text: characters[i + 1], end: i + 1 };
}

/** The runs of a text from left to right, digits as Unicode's own scripts. */
function runsOf(text: string): Run[] {
  return merge(layOut(parseMath(text), 0, 1));
}

function layOut(nodes: readonly MathNode[], rise: number, scale: number): Run[] {
  return nodes.flatMap((node, i): Run[] => {
    if (node.kind === 'text') return [{ text: node.text, rise, scale, back: 0 }];
    const [first] = node.body;
    const whole = node.body.length === 1 && first.kind === 'text' ? unicodeScript(first.text, node.kind) : null;
    if (whole !== null) return [{ text: whole, rise, scale, back: 0 }];
    const shift = node.kind === 'sub' ? -0.22 : 0.38;
    const runs = layOut(node.body, rise + shift * scale, Math.max(SMALLEST, scale * 0.72));
    const before = nodes[i - 1];
    if (node.kind !== 'sup' || before?.kind !== 'sub' || size(before) > size(node)) return runs;
    return runs.map((run, k) => (k === 0 ? { ...run, back: MEAN_WIDTH * size(before) } : run));
  });
}

/** Scripts of scripts get no smaller. */
const SMALLEST = 0.58;
/** The width of a character in em, about: fonts differ. */
const MEAN_WIDTH = 0.52;

/** The number of characters of a node. */
function size(node: MathNode): number {
  return node.kind === 'text' ? [...node.text].length : node.body.reduce((sum, child) => sum + size(child), 0);
}

function merge(runs: readonly Run[]): Run[] {
  const out: Run[] = [];
  for (const run of runs) {
    const last = out.at(-1);
    if (last !== undefined && last.rise === run.rise && run.back === 0)
      out[out.length - 1] = { ...last, text: last.text + run.text };
    else out.push(run);
  }
  return out;
}

/** A text in Unicode's super- or subscripts, which all fonts have of digits and signs; null where it has other characters. */
function unicodeScript(text: string, kind: 'sub' | 'sup'): string | null {
  const signs = kind === 'sub' ? subscripts : superscripts;
  const places = [...text].map((c) => digits.indexOf(c === '-' ? '−' : c));
  return places.includes(-1) ? null : places.map((place) => signs[place]).join('');
}

/** Typesets a text for HTML. The result is safe inside elements. */
export function typesetHtml(text: string): string {
  const html = (nodes: readonly MathNode[]): string =>
    nodes
      .map((node) => (node.kind === 'text' ? escapeXml(node.text) : `<${node.kind}>${html(node.body)}</${node.kind}>`))
      .join('');
  return html(parseMath(text));
}

/** Typesets the texts of an SVG that Vega drew; its labels for screen readers lose the markup. */
export function typesetSvg(svg: string): string {
  return svg
    .replace(
      /(<(?:text|tspan)\b[^>]*>)([^<]+)(?=<)/g,
      (_, open: string, text: string) => open + tspans(unescapeXml(text)),
    )
    .replace(
      / aria-label="([^"]*)"/g,
      (_, label: string) => ` aria-label="${escapeXml(plainText(unescapeXml(label)))}"`,
    );
}

/** A text without markup, in one line of plain Unicode: `π_t`, 10⁻⁴. */
export function plainText(text: string): string {
  const flat = (nodes: readonly MathNode[]): string =>
    nodes.map((node) => (node.kind === 'text' ? node.text : script(node.body, node.kind))).join('');
  const script = (body: readonly MathNode[], kind: 'sub' | 'sup') => {
    const inner = flat(body);
    // e^(τt/2) is not e^τ·t/2.
    const whole = /[-+−·/≤=, ]/.test(inner) ? `(${inner})` : inner;
    return unicodeScript(inner, kind) ?? `${kind === 'sub' ? '_' : '^'}${whole}`;
  };
  return flat(parseMath(text));
}

function tspans(text: string): string {
  let height = 0;
  return runsOf(text)
    .map((run) => {
      const down = (height - run.rise) / run.scale;
      height = run.rise;
      const content = escapeXml(run.text);
      if (down === 0 && run.scale === 1) return content;
      const size = run.scale === 1 ? '' : ` font-size="${round(100 * run.scale)}%"`;
      const left = run.back === 0 ? '' : ` dx="${-round(run.back)}em"`;
      return `<tspan${left} dy="${round(down)}em"${size}>${content}</tspan>`;
    })
    .join('');
}

function round(x: number): number {
  return Math.round(x * 1000) / 1000;
}
