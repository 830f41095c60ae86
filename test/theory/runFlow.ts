import { vi } from 'vitest';
import { flowCommand } from '../../src/cli/flow/flow.js';

/** Runs `mirrorflow flow …` and gives what it printed. */
export async function runFlow(...args: string[]): Promise<string> {
  const silent = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  try {
    await flowCommand().exitOverride().parseAsync(args, { from: 'user' });
    return write.mock.calls.map(([text]) => String(text)).join('');
  } finally {
    write.mockRestore();
    silent.mockRestore();
  }
}
