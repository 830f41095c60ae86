import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Writes report.html. @returns its path */
export function writeReport(directory: string, html: string): string {
  mkdirSync(directory, { recursive: true });
  const path = join(directory, 'report.html');
  writeFileSync(path, html);
  return path;
}
