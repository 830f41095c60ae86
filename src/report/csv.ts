import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { LogEntry } from './runLog.js';

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
