import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tableCsv } from './csv.js';
import { type HtmlReport, htmlReport } from './html.js';
import { latexTable } from './latex.js';
import { svgToPdf } from './pdf.js';
import { plainText } from './typeset.js';

/** The paths of the files of a report. */
export interface ReportFiles {
  readonly report: string;
  /** An SVG and a PDF for each figure. */
  readonly figures: readonly string[];
  /** A CSV and a LaTeX file for each table. */
  readonly tables: readonly string[];
}

/**
 * Writes a report: `report.html`, and for papers each figure as `figures/NAME.svg` and `.pdf` and each table as `tables/NAME.csv` and `.tex`.
 * Files of the same names are replaced.
 * @throws Error where two figures or two tables have the same name
 */
export async function writeReportFiles(directory: string, report: HtmlReport, date?: Date): Promise<ReportFiles> {
  const figures = report.sections.flatMap(({ heading, figures: own = [] }) =>
    own.map((figure, i) => ({
      ...figure,
      name: figure.name ?? fileName(own.length > 1 ? `${heading} ${i + 1}` : heading),
    })),
  );
  const tables = report.sections.flatMap(({ heading, table }) =>
    table === undefined ? [] : [{ ...table, heading, name: table.name ?? fileName(heading) }],
  );
  for (const [kind, all] of Object.entries({ figures, tables })) {
    const names = all.map(({ name }) => name);
    const twice = names.find((name, i) => names.indexOf(name) !== i);
    if (twice !== undefined)
      throw new Error(`report "${report.title}": two ${kind} are called "${twice}"; give them names`);
    mkdirSync(join(directory, kind), { recursive: true });
  }
  const write = (path: string, content: string | Uint8Array) => {
    writeFileSync(join(directory, path), content);
    return join(directory, path);
  };
  const pictures: string[] = [];
  for (const { name, svg, caption } of figures) {
    pictures.push(write(`figures/${name}.svg`, svg));
    const pdf = await svgToPdf(svg, { title: plainText(caption), ...(date && { date }) });
    pictures.push(write(`figures/${name}.pdf`, pdf));
  }
  const texts = tables.flatMap(({ name, heading, ...table }) => [
    write(`tables/${name}.csv`, tableCsv(table)),
    write(`tables/${name}.tex`, latexTable(table, { caption: `${report.title}: ${heading}`, label: name })),
  ]);
  return { report: write('report.html', htmlReport(report)), figures: pictures, tables: texts };
}

/** A heading as the name of a file: small letters, digits and hyphens. */
function fileName(heading: string): string {
  const name = plainText(heading)
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-|-$/g, '');
  return name === '' ? 'untitled' : name;
}
