import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { writeCheckpointBytes } from '../agent/checkpointFile.js';
import type { Evaluation, Metrics } from '../agent/metrics.js';
import { ConfigError } from '../config/configError.js';
import { AppendFile } from './appendFile.js';

export type LogEntry = ({ type: 'metrics' } & Metrics) | ({ type: 'evaluation' } & Evaluation);

/**
 * Reads a log. A last line that was cut, by a disk that was full or because the run is writing it now, is left out.
 * @throws ConfigError naming the file and the line that is no entry
 */
export function readRunLog(path: string): LogEntry[] {
  const { entries, wrong } = parseLog(path);
  if (wrong.length === 0) return entries;
  const { number, line } = wrong[0];
  throw new ConfigError(
    `${path}, line ${number}: ${line.slice(0, 60)} is no entry of a log; expected an object with type and steps`,
  );
}

interface ParsedLog {
  entries: LogEntry[];
  /** Lines that are no entry. */
  wrong: { number: number; line: string }[];
}

function parseLog(path: string): ParsedLog {
  const lines = readFileSync(path, 'utf8').split('\n');
  const parsed: ParsedLog = { entries: [], wrong: [] };
  lines.forEach((line, i) => {
    if (line === '') return;
    const entry = parseEntry(line);
    if (entry !== null) parsed.entries.push(entry);
    else if (i < lines.length - 1) parsed.wrong.push({ number: i + 1, line });
  });
  return parsed;
}

function parseEntry(line: string): LogEntry | null {
  try {
    const entry = JSON.parse(line) as LogEntry;
    return ['metrics', 'evaluation'].includes(entry.type) && Number.isFinite(entry.steps) ? entry : null;
  } catch {
    return null;
  }
}

/** The log of a run: a JSON object a line (`metrics.jsonl`), readable while the run goes on. */
export class RunLog {
  readonly entries: LogEntry[] = [];
  private readonly file: AppendFile;

  /**
   * @param resumeAt null for a new log; otherwise the steps of the checkpoint: what was logged later is dropped, since it happens again
   * @param onNote told of lines that are no entries and are dropped, and of failures to write, which are tried again
   */
  constructor(path: string, resumeAt: number | null, onNote: (message: string) => void = () => {}) {
    mkdirSync(dirname(path), { recursive: true });
    const resumed = resumeAt !== null && existsSync(path);
    if (resumed) {
      const { entries, wrong } = parseLog(path);
      this.entries = entries.filter((entry) => entry.steps <= resumeAt);
      if (wrong.length > 0) {
        onNote(`${path}: ${wrong.length} damaged lines are dropped, the first of them line ${wrong[0].number}.`);
      }
      // Written beside the log and renamed: whatever happens now, one of the two is whole.
      writeCheckpointBytes(path, Buffer.from(this.entries.map(lineOf).join('')));
    }
    this.file = new AppendFile(path, resumed ? 'r+' : 'w', onNote);
  }

  metrics(metrics: Metrics): void {
    this.add({ type: 'metrics', ...metrics });
    if (this.file.backlog % 64 === 0) this.file.flush();
  }

  evaluation(evaluation: Evaluation): void {
    this.add({ type: 'evaluation', ...evaluation });
    this.flush();
  }

  /** Writes what waits. */
  flush(): void {
    this.file.flush();
  }

  /** @throws Error naming the file where it lacks something at the end */
  close(): void {
    this.file.close();
  }

  private add(entry: LogEntry): void {
    this.entries.push(entry);
    this.file.add(lineOf(entry));
  }
}

function lineOf(entry: LogEntry): string {
  return `${JSON.stringify(entry)}\n`;
}
