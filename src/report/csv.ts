import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Cell, ReportTable } from './html.js';
import type { LogEntry } from './runLog.js';
import { plainNumbers, plainText } from './typeset.js';

type Row = Readonly<Record<string, unknown>>;

/**
 * A table in CSV (RFC 4180): a line of names, then a line a row. The columns are the keys in the order in which they first appear; what is
 * missing or not finite is an empty field.
 */
export function csv(rows: readonly Row[]): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const lines = [columns, ...rows.map((row) => columns.map((column) => row[column]))];
  return lines.map((line) => `${line.map(field).join(',')}\r\n`).join('');
}

/** A table of a report in CSV: the texts of its cells without markup, and numbers as they are, 1e-4. */
export function tableCsv({ columns, rows }: ReportTable): string {
  return [columns, ...rows].map((line) => `${line.map((cell) => field(cellText(cell))).join(',')}\r\n`).join('');
}

/** The text of a cell for CSV files and terminals: without markup. */
export function cellText(cell: Cell): string {
  return plainText(plainNumbers(typeof cell === 'string' ? cell : cell.text));
}

function field(value: unknown): string {
  if (value === null || value === undefined || (typeof value === 'number' && !Number.isFinite(value))) return '';
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Writes `metrics.csv` and `evaluations.csv` of a log. @returns their paths */
export function writeRunTables(folder: string, entries: readonly LogEntry[]): string[] {
  const files = [
    ['metrics.csv', 'metrics'],
    ['evaluations.csv', 'evaluation'],
  ] as const;
  return files.map(([name, type]) => {
    const path = join(folder, name);
    writeFileSync(path, csv(entries.filter((entry) => entry.type === type).map(({ type: _, ...row }) => row)));
    return path;
  });
}

/** Writes a row an episode. */
export function writeEpisodes(path: string, returns: readonly number[], lengths: readonly number[]): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, csv(returns.map((x, i) => ({ episode: i, return: x, length: lengths[i] }))));
}
