import { join } from 'node:path';
import { type Checkpoint, type Config, SAVE_REST, writeCheckpointBytes } from '../agent/index.js';
import { BridgeError } from '../bridge/index.js';
import { RouterServer } from '../bridge/server/router.js';
import type { ServerKeys } from '../bridge/socket/curve.js';
import { type Chooser, Served } from './served.js';
import { AgentSession } from './session.js';

/** Milliseconds that saving at the end may take; then the last checkpoint stays. */
const SAVE_MS = 1_500;
/** Milliseconds between checkpoints while something is learned, at least. */
const SAVE_EVERY_MS = 10_000;

export interface ServeOptions {
  readonly endpoint: string;
  /** Of a checkpoint or a new agent; or what chooses one for the spaces of the first client. */
  readonly config: Config | Chooser;
  /** What to go on from; null: a new agent. */
  readonly checkpoint: Checkpoint | null;
  /** Folder of the checkpoint that is saved every ten seconds and at the end; null: none. */
  readonly out: string | null;
  readonly lease: number | null;
  readonly curve?: ServerKeys | undefined;
  /** Ends the server. */
  readonly signal: AbortSignal;
  readonly onListening: (endpoint: string) => void;
  readonly onNote: (message: string) => void;
}

/** Serves an agent until the signal aborts; then saves it. @throws BridgeError BadEndpoint, BadKeys; ConfigError; CheckpointError where it cannot be saved at the end */
export async function serveAgent(options: ServeOptions): Promise<void> {
  const { out, signal, onNote } = options;
  const served = new Served(options.config, options.checkpoint, options.lease);
  const router = new RouterServer({
    open: () => new AgentSession(served),
    fault: agentFault,
    lease: options.lease,
    curve: options.curve,
  });
  try {
    options.onListening(await router.bind(options.endpoint));
    const ended = new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    const path = out === null ? null : join(out, 'checkpoint.mf');
    let saved = served.isBorn ? served.agent.steps : 0;
    const save = async () => {
      if (path === null || !served.isBorn || served.agent.steps === saved) return;
      const { steps } = served.agent;
      writeCheckpointBytes(path, await served.agent.save());
      saved = steps;
    };
    let due = 0;
    const saveInTime = async () => {
      const began = performance.now();
      if (began < due) return;
      due = Number.POSITIVE_INFINITY; // one at a time
      await save().finally(() => {
        due = performance.now() + SAVE_REST * (performance.now() - began);
      });
    };
    const timer = setInterval(
      () => saveInTime().catch((error) => onNote(`not saved, tried again in a while: ${error.message}`)),
      SAVE_EVERY_MS,
    );
    await Promise.race([router.run(), ended]);
    clearInterval(timer);
    if (!(await inTime(save()))) onNote(`the learner is busy; ${path} is as it was saved last`);
  } finally {
    router.close();
    await served.close();
  }
}

async function inTime(work: Promise<void>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => (timer = setTimeout(() => resolve(false), SAVE_MS)));
  const done = await Promise.race([work.then(() => true), late]);
  clearTimeout(timer);
  return done;
}

function agentFault(error: unknown, op: string): BridgeError {
  const { name, message } = error as Error;
  return new BridgeError('AgentFault', `${name} in ${op}: ${message}`, {
    remedy: 'the agent goes on acting by what it had learned before; see the message',
  });
}
