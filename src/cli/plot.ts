import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Command, Option } from 'commander';
import { ConfigError } from '../agent/index.js';
import { svgToPdf } from '../report/index.js';
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
    .option(
      '--out <file>',
      '.html for a page, .svg or .pdf for the evaluations of one environment',
      'learning-curves.html',
    )
    .addOption(new Option('--statistic <name>', 'of the seeds').choices(['mean', 'iqm']).default('mean'))
    .action(async (folders: string[], { out, statistic }: PlotOptions) => {
      const runs = folders.map(readRunFolder);
      const ids = [...byEnvironment(runs).keys()];
      if (!/\.(svg|pdf|html)$/.test(out)) {
        throw new ConfigError(`--out is ${out}; expected a name that ends in .html, .svg or .pdf`);
      }
      const isPage = out.endsWith('.html');
      if (!isPage && ids.length > 1) {
        throw new ConfigError(
          `the runs are of ${ids.join(', ')}; a figure shows one environment: give --out FILE.html`,
        );
      }
      const text = await (isPage ? runsReport(runs, statistic) : evaluationCurve(runs, statistic));
      const content = out.endsWith('.pdf') ? await svgToPdf(text, { title: `Learning curve of ${ids[0]}` }) : text;
      mkdirSync(dirname(out), { recursive: true });
      writeFileSync(out, content);
      process.stdout.write(`${out}\n`);
    });
}
