import { mkdirSync, writeFileSync } from 'node:fs';
import { arch, platform } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { type HtmlReport, type ReportFiles, writeReportFiles } from '../../report/index.js';
import type { FlowResult } from '../../theory/flowResult.js';
import { version } from '../../version.js';

/** Numbers of θ_t, and of w_t, in flow.json at most: 20 MB each. */
const MOST_NUMBERS = 1_000_000;

/** The command line, the date and the versions, as flow.json and reports hold them. */
export function provenance(command: Command): Required<Pick<FlowResult, 'command' | 'date' | 'versions'>> {
  return {
    command: commandLine(command),
    date: new Date().toISOString(),
    versions: { mirrorflow: version, node: process.versions.node, platform: `${platform()} ${arch()}` },
  };
}

/** What was given, as one line for a shell. */
function commandLine(command: Command): string {
  let root = command;
  while (root.parent !== null) root = root.parent;
  // The words of the user; Commander does not declare them.
  const { rawArgs } = root as unknown as { rawArgs: string[] };
  const name = root === command ? ['mirrorflow', command.name()] : [root.name()];
  return [...name, ...rawArgs].map(quoted).join(' ');
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** A result as JSON. θ_t and w_t are left out where they have more than a million numbers each: `runLab` gives them then. */
export function flowJson(result: FlowResult): string {
  const { theta, w, ...rest } = result;
  const isStored = theta.length * result.size <= MOST_NUMBERS;
  return `${JSON.stringify(isStored ? result : { ...rest, theta: null, w: null })}\n`;
}

/** Writes a report with its figures and tables, and a JSON file beside it. */
export async function writeFolder(
  directory: string,
  report: HtmlReport,
  json?: { readonly name: string; readonly text: string },
): Promise<ReportFiles> {
  mkdirSync(directory, { recursive: true });
  if (json !== undefined) writeFileSync(join(directory, json.name), json.text);
  return writeReportFiles(directory, report);
}
