import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Command, Option } from 'commander';
import { ConfigError } from '../agent/index.js';
import { readRunFolder } from '../report/runFolder.js';
import { byEnvironment, evaluationCurve, runsReport } from '../report/runsReport.js';
import type { Statistic } from '../report/seeds.js';

interface PlotOptions {
  out: string;
  statistic: Statistic;
}

/** `mirrorflow plot RUN…`: learning curves of runs, seeds of the same settings put together. */
export function plotCommand(): Command {
  return new Command('plot')
    .description('draw the learning curves of runs; seeds of the same settings become one curve with a band')
    .argument('<run...>', 'folders of runs')
    .option('--out <file>', '.html for a page, .svg for the evaluations of one environment', 'learning-curves.html')
    .addOption(new Option('--statistic <name>', 'of the seeds').choices(['mean', 'iqm']).default('mean'))
    .action(async (folders: string[], { out, statistic }: PlotOptions) => {
      const runs = folders.map(readRunFolder);
      const ids = [...byEnvironment(runs).keys()];
      if (!/\.(svg|html)$/.test(out))
        throw new ConfigError(`--out is ${out}; expected a name that ends in .html or .svg`);
      if (out.endsWith('.svg') && ids.length > 1) {
        throw new ConfigError(`the runs are of ${ids.join(', ')}; an SVG shows one environment: give --out FILE.html`);
      }
      const text = await (out.endsWith('.svg') ? evaluationCurve(runs, statistic) : runsReport(runs, statistic));
      mkdirSync(dirname(out), { recursive: true });
      writeFileSync(out, text);
      process.stdout.write(`${out}\n`);
    });
}
