import pc from 'picocolors';
import { plainNumbers, plainText } from '../../report/typeset.js';
import type { CertificateEntry } from '../../theory/index.js';
import { table } from '../table.js';

/** The entries of a certificate as a table for a terminal. */
export function certificateText({ entries }: { entries: readonly Omit<CertificateEntry, 'key'>[] }): string {
  const colour = { holds: pc.green, fails: pc.red, undecided: pc.yellow, 'does not apply': pc.dim };
  const text = table(
    ['condition', 'verdict', 'figure'],
    entries.map((e) => [plainText(e.name), e.verdict, plainText(plainNumbers(e.figure))]),
  );
  const lines = text.split('\n');
  return lines
    .map((line, i) => {
      const verdict = entries[i - 2]?.verdict;
      return verdict === undefined ? line : line.replace(`  ${verdict}`, `  ${colour[verdict](verdict)}`);
    })
    .join('\n');
}
