import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FlowResult, SweepResult } from '../../theory/index.js';
import type { HtmlReport } from '../html.js';
import { type ReportFiles, writeReportFiles } from '../reportFiles.js';
import { flowDocument } from './flowReport.js';
import { sweepDocument } from './sweepReport.js';

/** Numbers of θ_t, and of w_t, in flow.json at most: 20 MB each. */
const MOST_NUMBERS = 1_000_000;

/** Writes `flow.json` and the report of a flow with its figures and tables, as `mirrorflow flow` does. */
export async function writeFlow(directory: string, result: FlowResult): Promise<ReportFiles> {
  return write(directory, await flowDocument(result), 'flow.json', flowJson(result));
}

/** Writes `sweep.json` and the report of a sweep with its figures and tables, as `mirrorflow flow --sweep` does. */
export async function writeSweep(directory: string, result: SweepResult): Promise<ReportFiles> {
  return write(directory, await sweepDocument(result), 'sweep.json', `${JSON.stringify(result)}\n`);
}

/** A result as a line of JSON. θ_t and w_t are null where they have more than a million numbers each: `runLab` gives them then. */
export function flowJson(result: FlowResult): string {
  const isStored = result.theta.length * result.size <= MOST_NUMBERS;
  return `${JSON.stringify(isStored ? result : { ...result, theta: null, w: null })}\n`;
}

function write(directory: string, report: HtmlReport, name: string, json: string): Promise<ReportFiles> {
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, name), json);
  return writeReportFiles(directory, report);
}
