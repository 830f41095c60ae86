import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ConfigError } from '../../src/agent/index.js';
import { AppendFile } from '../../src/report/appendFile.js';
import { RunLog, readRunLog } from '../../src/report/runLog.js';
import { folder } from '../support/folder.js';

const evaluation = (steps: number) => ({ steps, seconds: 1, episodes: 2, mean: 3, std: 4 });
const line = (steps: number) => `{"type":"evaluation","steps":${steps},"seconds":1,"episodes":2,"mean":3,"std":4}\n`;

function written(): string {
  const path = join(folder(), 'metrics.jsonl');
  const log = new RunLog(path, null);
  for (const steps of [10, 20, 30]) log.evaluation(evaluation(steps));
  log.close();
  expect(readFileSync(path, 'utf8')).toBe(line(10) + line(20) + line(30));
  return path;
}

test('a last line that was cut is left out by readers, and a resumed run goes on behind the last whole one', () => {
  const path = written();
  for (const torn of ['{"type":"evaluation","ste', '\0\0\0', '{']) {
    appendFileSync(path, torn);
    expect(readRunLog(path).map(({ steps }) => steps)).toEqual([10, 20, 30]);
    const log = new RunLog(path, 20);
    log.evaluation(evaluation(30));
    log.close();
    expect(readFileSync(path, 'utf8')).toBe(line(10) + line(20) + line(30));
  }
  expect(readdirSync(join(path, '..'))).toEqual(['metrics.jsonl']);
});

test('a damaged line in the middle is refused by readers with its number; a resumed run drops it and says so', () => {
  const path = written();
  writeFileSync(path, `${line(10)}{"type":"metr${line(20)}${line(30)}`);
  expect(() => readRunLog(path)).toThrow(ConfigError);
  expect(() => readRunLog(path)).toThrow(/metrics\.jsonl, line 2: .* is no entry of a log/);
  const notes: string[] = [];
  new RunLog(path, 30, (note) => notes.push(note)).close();
  expect(notes).toEqual([`${path}: 1 damaged lines are dropped, the first of them line 2.`]);
  expect(readFileSync(path, 'utf8')).toBe(line(10) + line(30));
});

test('records that a full disk does not take wait, which is told once, and the file that lacks them is an error at the end', () => {
  const notes: string[] = [];
  const file = new AppendFile('/dev/full', 'r+', (note) => notes.push(note));
  for (const record of ['one\n', 'two\n']) {
    file.add(record);
    file.flush();
  }
  expect(file.backlog).toBe(2);
  expect(notes).toEqual([expect.stringMatching(/\/dev\/full: the disk is full \(ENOSPC\).* It is tried again/)]);
  expect(() => file.close()).toThrow(/ENOSPC/);
});
