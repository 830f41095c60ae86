import { rmSync } from 'node:fs';

/** A server's process and what must not outlive this one. */
export interface Guarded {
  readonly pid: number;
  /** The folder of its socket; gone once the connection stands. */
  directory: string | undefined;
  /** Whether it is working on something, and so may not notice that its stdin was closed. */
  readonly isBusy: () => boolean;
}

const guarded = new Set<Guarded>();
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Sees to it that nothing of a server stays behind when this process ends. A server ends by itself when its stdin closes,
 * however we end; this is for one that does not look, and for the socket's folder.
 */
export function guard(entry: Guarded): void {
  if (guarded.size === 0) {
    process.on('exit', onExit);
    for (const signal of SIGNALS) process.on(signal, onSignal);
  }
  guarded.add(entry);
}

export function unguard(entry: Guarded): void {
  if (!guarded.delete(entry) || guarded.size > 0) return;
  process.off('exit', onExit);
  for (const signal of SIGNALS) process.off(signal, onSignal);
}

/** Kills a server and the processes that it started (it leads a process group of its own). */
export function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}

export function removeDirectory(entry: Guarded): void {
  if (entry.directory) rmSync(entry.directory, { recursive: true, force: true });
  entry.directory = undefined;
}

function onExit(): void {
  for (const entry of guarded) {
    removeDirectory(entry);
    // An idle one gets the end of its stdin and may close its environments in order.
    if (entry.isBusy()) killGroup(entry.pid);
  }
}

/** Node does not emit 'exit' when a signal ends it; so clean up, then let the signal do what it would have done. */
function onSignal(signal: NodeJS.Signals): void {
  // If the program listens too, it decides what the signal means (save a checkpoint, say) and ends by itself.
  if (process.listenerCount(signal) > 1) return;
  onExit();
  process.off(signal, onSignal);
  process.kill(process.pid, signal);
}
