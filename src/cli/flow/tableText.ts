import { cellText, type ReportTable } from '../../report/index.js';
import { table } from '../table.js';

/** A table of a report, for a terminal. */
export function tableText({ columns, rows }: ReportTable): string {
  return table(
    columns.map(cellText),
    rows.map((row) => row.map(cellText)),
  );
}
