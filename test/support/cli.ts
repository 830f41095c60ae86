import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

export const program = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** Starts the command line tool, by a shell after `first` where that is given; it ends with the test. */
export function start(args: string[], { env = {}, first = '' }: { env?: NodeJS.ProcessEnv; first?: string } = {}) {
  const command = ['-c', `${first || ':'}; exec "$@"`, 'sh', process.execPath, program, ...args];
  const child = spawn('/bin/sh', command, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

/** What a child prints until it ends, and its status. */
export async function finish(child: ChildProcess) {
  let stdout = '';
  let stderr = '';
  child.stdout!.on('data', (data) => (stdout += data));
  child.stderr!.on('data', (data) => (stderr += data));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, stdout, stderr };
}

/** Waits until the child prints what matches to standard error. */
export function says(child: ChildProcess, pattern: RegExp): Promise<void> {
  let text = '';
  return new Promise((resolve) => {
    child.stderr!.on('data', (data) => {
      text += data;
      if (pattern.test(text)) resolve();
    });
  });
}
