import { SingleBar } from 'cli-progress';
import pc from 'picocolors';
import type { Config, Evaluation, Metrics, TrainResult } from '../agent/index.js';

/** What the user sees of a training run. */
export interface Progress {
  metrics(metrics: Metrics): void;
  evaluation(evaluation: Evaluation): void;
  /** A line for the user that is no result. */
  note(message: string): void;
  /** Leaves the terminal in order, whatever comes next. */
  stop(): void;
  end(result: TrainResult, checkpoint: string, report: string | null): void;
}

const print = (line: string) => process.stderr.write(`${line}\n`);
const number = (x: number, digits = 1) => (Number.isFinite(x) ? x.toFixed(digits) : '–');

/** A bar for a terminal, plain lines where there is none, JSON lines on stdout for machines. */
export function makeProgress(config: Config, kind: 'bar' | 'lines' | 'json'): Progress {
  if (kind === 'json') return jsonProgress();
  const { id } = config.env;
  print(`${pc.bold(id)}, seed ${config.seed}: at most ${config.totalSteps} steps${thresholdText(config)}`);
  return kind === 'bar' ? barProgress(config) : lineProgress(config);
}

function thresholdText({ evaluation: { threshold, episodes } }: Config): string {
  return threshold === undefined ? '' : `, until ${episodes} evaluation episodes return ${threshold} on average`;
}

/** Steps a second over the time between two calls at least half a second apart, and the time left at that speed. */
function makeSpeed(totalSteps: number) {
  let from: Metrics | null = null;
  let speed = Number.NaN;
  return (m: Metrics) => {
    if (from === null) from = m;
    else if (m.seconds - from.seconds > 0.5) {
      speed = (m.steps - from.steps) / (m.seconds - from.seconds);
      from = m;
    }
    return { speed, left: (totalSteps - m.steps) / speed };
  };
}

function statusOf(m: Metrics, speed: number, left: number): string {
  return [
    `${number(speed, 0)} steps/s`,
    `return ${number(m.meanReturn)}`,
    `KL ${number(m.kl, 3)}`,
    `entropy ${number(m.entropy, 3)}`,
    `${number(left, 0)} s left`,
  ].join(' · ');
}

const evaluationLine = (e: Evaluation) =>
  `  ${String(e.steps).padStart(7)} steps, ${number(e.seconds)} s: evaluation ${pc.bold(number(e.mean, 2))} ± ${number(e.std, 2)} (${e.episodes} episodes)`;

function barProgress(config: Config): Progress {
  const speedOf = makeSpeed(config.totalSteps);
  const options = { format: '{bar} {value}/{total} · {status}', barsize: 20, hideCursor: true, clearOnComplete: true };
  const bar = new SingleBar({ ...options, barCompleteChar: '━', barIncompleteChar: '·', stream: process.stderr });
  let last = { steps: 0, status: '' };
  const start = () => bar.start(config.totalSteps, last.steps, { status: last.status });
  const above = (line: string) => {
    bar.stop();
    print(line);
    start();
  };
  start();
  return {
    metrics(m) {
      const { speed, left } = speedOf(m);
      last = { steps: m.steps, status: statusOf(m, speed, left) };
      bar.update(m.steps, { status: last.status });
    },
    evaluation: (e) => above(evaluationLine(e)),
    note: (message) => above(pc.yellow(message)),
    stop: () => bar.stop(),
    end(result, checkpoint, report) {
      bar.stop();
      printEnd(config, result, checkpoint, report);
    },
  };
}

/** Seconds between plain lines. */
const LINE_SECONDS = 2;

function lineProgress(config: Config): Progress {
  const speedOf = makeSpeed(config.totalSteps);
  let printed = Number.NEGATIVE_INFINITY;
  return {
    metrics(m) {
      const { speed, left } = speedOf(m);
      if (m.seconds - printed < LINE_SECONDS) return;
      printed = m.seconds;
      print(`  ${String(m.steps).padStart(7)}/${config.totalSteps} steps · ${statusOf(m, speed, left)}`);
    },
    evaluation: (e) => print(evaluationLine(e)),
    note: print,
    stop() {},
    end: (result, checkpoint, report) => printEnd(config, result, checkpoint, report),
  };
}

function printEnd(config: Config, result: TrainResult, checkpoint: string, report: string | null): void {
  const { reason, steps, seconds, evaluation } = result;
  const spent = `${steps} steps, ${number(seconds)} s`;
  const { threshold } = config.evaluation;
  if (reason === 'threshold') {
    print(pc.green(`threshold ${threshold} reached: ${number(evaluation!.mean, 2)} after ${spent}`));
  } else if (reason === 'totalSteps') {
    const short = threshold !== undefined;
    print(
      (short ? pc.yellow : pc.green)(
        `${short ? `threshold ${threshold} not reached` : 'trained'}: ${number(evaluation?.mean ?? Number.NaN, 2)} after ${spent}`,
      ),
    );
  } else {
    print(pc.yellow(`stopped after ${spent}; go on with: mirrorflow train --resume ${checkpoint}`));
  }
  print(`checkpoint: ${checkpoint}`);
  if (report) print(`report:     ${report}`);
}

function jsonProgress(): Progress {
  const write = (value: Record<string, unknown>) => process.stdout.write(`${JSON.stringify(value)}\n`);
  return {
    metrics: (m) => write({ type: 'metrics', ...m }),
    evaluation: (e) => write({ type: 'evaluation', ...e }),
    note: (message) => write({ type: 'note', message }),
    stop() {},
    end({ agent: _, ...result }, checkpoint, report) {
      write({ type: 'result', ...result, checkpoint, report });
    },
  };
}
