import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { ConfigError } from '../agent/configError.js';
import type { Evaluation, Metrics } from '../agent/metrics.js';

export type LogEntry = ({ type: 'metrics' } & Metrics) | ({ type: 'evaluation' } & Evaluation);

/** Reads a log. @throws ConfigError naming the file and the line that is no entry */
export function readRunLog(path: string): LogEntry[] {
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines.flatMap((line, i) => (line === '' ? [] : [parseEntry(line, `${path}, line ${i + 1}`)]));
}

function parseEntry(line: string, where: string): LogEntry {
  try {
    const entry = JSON.parse(line) as LogEntry;
    if (['metrics', 'evaluation'].includes(entry.type) && Number.isFinite(entry.steps)) return entry;
  } catch {
    // Reported below, as what is JSON but no entry.
  }
  throw new ConfigError(`${where}: ${line.slice(0, 60)} is no entry of a log; expected an object with type and steps`);
}

/** The log of a run: a JSON object a line (`metrics.jsonl`), readable while the run goes on. */
export class RunLog {
  readonly entries: LogEntry[] = [];
  private readonly path: string;
  private waiting: string[] = [];

  /** @param resumeAt null for a new log; otherwise the steps of the checkpoint: what was logged later is dropped, since it happens again */
  constructor(path: string, resumeAt: number | null) {
    this.path = path;
    mkdirSync(dirname(path), { recursive: true });
    if (resumeAt !== null && existsSync(path)) {
      this.entries = readRunLog(path).filter((entry) => entry.steps <= resumeAt);
    }
    writeFileSync(path, this.entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
  }

  metrics(metrics: Metrics): void {
    this.add({ type: 'metrics', ...metrics });
    if (this.waiting.length >= 64) this.flush();
  }

  evaluation(evaluation: Evaluation): void {
    this.add({ type: 'evaluation', ...evaluation });
    this.flush();
  }

  close(): void {
    this.flush();
  }

  private add(entry: LogEntry): void {
    this.entries.push(entry);
    this.waiting.push(`${JSON.stringify(entry)}\n`);
  }

  private flush(): void {
    if (this.waiting.length > 0) appendFileSync(this.path, this.waiting.join(''));
    this.waiting = [];
  }
}
