import { plainText, typesetHtml } from './typeset.js';
import { escapeXml } from './xml.js';

/** A cell of a table: a text, or a text with a tone that colours it. */
export type Cell = string | { text: string; tone: 'good' | 'bad' | 'muted' };

export interface ReportTable {
  /** What its files are called, without an ending; the section's heading if left out. */
  name?: string;
  columns: readonly string[];
  rows: readonly (readonly Cell[])[];
}

export interface ReportFigure {
  /** What its files are called, without an ending; the section's heading and a number if left out. */
  name?: string;
  /** An SVG text, e.g. from `lineChart`; put into the page as it is. */
  svg: string;
  caption: string;
}

export interface ReportSection {
  heading: string;
  /** Paragraphs. */
  text?: readonly string[];
  table?: ReportTable;
  figures?: readonly ReportFigure[];
}

export interface HtmlReport {
  title: string;
  /** The sentence below the title. */
  lead?: string;
  sections: readonly ReportSection[];
}

/**
 * One HTML page that needs no other file and no network: styles and figures are inside it. Its texts are typeset: `θ_π` and
 * `10^{-4}` get their scripts; `plain` protects a text.
 */
export function htmlReport({ title, lead, sections }: HtmlReport): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeXml(plainText(title))}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${typesetHtml(title)}</h1>
${lead === undefined ? '' : `<p class="lead">${typesetHtml(lead)}</p>`}
${sections.map(sectionHtml).join('\n')}
</main>
</body>
</html>
`;
}

function sectionHtml({ heading, text = [], table, figures = [] }: ReportSection): string {
  return [
    `<section><h2>${typesetHtml(heading)}</h2>`,
    ...text.map((paragraph) => `<p>${typesetHtml(paragraph)}</p>`),
    table === undefined ? '' : tableHtml(table),
    ...figures.map(({ svg, caption }) => `<figure>${svg}<figcaption>${typesetHtml(caption)}</figcaption></figure>`),
    '</section>',
  ].join('\n');
}

function tableHtml({ columns, rows }: ReportTable): string {
  const head = columns.map((column) => `<th scope="col">${typesetHtml(column)}</th>`).join('');
  const body = rows.map((row) => `<tr>${row.map(cellHtml).join('')}</tr>`).join('\n');
  return `<div class="scroll"><table><thead><tr>${head}</tr></thead><tbody>\n${body}\n</tbody></table></div>`;
}

function cellHtml(cell: Cell): string {
  if (typeof cell === 'string') return `<td>${typesetHtml(cell)}</td>`;
  return `<td class="${cell.tone}">${typesetHtml(cell.text)}</td>`;
}

const style = `
body{margin:0;background:#f6f6f4;color:#222;font:16px/1.5 system-ui,sans-serif}
main{max-width:52rem;margin:0 auto;padding:1.5rem 1rem 4rem}
h1{font-size:1.7rem;margin:0 0 .3rem}
h2{font-size:1.15rem;margin:2rem 0 .5rem}
.lead{color:#555;margin:0}
.scroll{overflow-x:auto}
table{border-collapse:collapse;background:#fff;font-size:.92rem;width:100%}
th,td{text-align:left;padding:.35rem .6rem;border-bottom:1px solid #e4e4e0;vertical-align:top}
th{background:#ecece8}
.good{color:#00694b;font-weight:600}
.bad{color:#b3261e;font-weight:600}
.muted{color:#777}
figure{margin:1rem 0;background:#fff;padding:.8rem;border:1px solid #e4e4e0;border-radius:6px}
figure svg{max-width:100%;height:auto;display:block}
figcaption{color:#555;font-size:.9rem;margin-top:.4rem}
`;
