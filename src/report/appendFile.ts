import { closeSync, fstatSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { describeSystemError, isSystemError } from '../systemError.js';

/**
 * A file that grows by whole records, each written to the end or not at all. What cannot be written (the disk is full) waits and goes
 * with what comes next.
 */
export class AppendFile {
  private readonly path: string;
  private readonly file: number;
  private readonly onFailure: (message: string) => void;
  private size: number;
  private waiting: Buffer[] = [];
  private failure: Error | null = null;

  /**
   * @param flag of `open`: `w` or `wx` for a new file, `r+` to go on at the end of one
   * @param onFailure told once that writing fails, and once that it works again
   * @throws the system's error where the file cannot be opened
   */
  constructor(path: string, flag: 'w' | 'wx' | 'r+', onFailure: (message: string) => void = () => {}) {
    this.path = path;
    this.onFailure = onFailure;
    this.file = openSync(path, flag);
    this.size = fstatSync(this.file).size;
  }

  /** Records that wait. */
  get backlog(): number {
    return this.waiting.length;
  }

  add(record: string | Buffer): void {
    this.waiting.push(Buffer.from(record as string));
  }

  /** Writes what waits, or keeps it where that fails. */
  flush(): void {
    if (this.waiting.length === 0) return;
    const data = Buffer.concat(this.waiting);
    try {
      for (let at = 0; at < data.length; ) at += writeSync(this.file, data, at, data.length - at, this.size + at);
    } catch (error) {
      this.cut();
      this.fail(error);
      return;
    }
    this.size += data.length;
    this.waiting = [];
    if (this.failure !== null) this.onFailure(`${this.path} is written again, and lacks nothing.`);
    this.failure = null;
  }

  /** Writes what waits and closes the file. @throws Error naming the file where it lacks something at the end */
  close(): void {
    this.flush();
    closeSync(this.file);
    if (this.failure !== null) throw this.failure;
  }

  /** Removes what was written of a record. */
  private cut(): void {
    try {
      ftruncateSync(this.file, this.size);
    } catch {
      // It is tried again with the next record, which is written at the same place.
    }
  }

  private fail(error: unknown): void {
    if (!isSystemError(error)) throw error;
    error.path ??= this.path;
    if (this.failure === null) this.onFailure(`${describeSystemError(error)} It is tried again; the run goes on.`);
    this.failure = error;
  }
}
