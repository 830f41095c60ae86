// `npm run kernel`: assembles src/numeric/matrixKernel.wat to src/numeric/matrixKernel.ts; with --check, only compares.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import wabt from 'wabt';
import { root } from './setup.mjs';

const source = join(root, 'src/numeric/matrixKernel.wat');
const target = join(root, 'src/numeric/matrixKernel.ts');
const module = (await wabt()).parseWat(source, readFileSync(source), { simd: true });
const bytes = Buffer.from(module.toBinary({}).buffer).toString('base64');
const lines = bytes.match(/.{1,116}/g).map((line) => `  '${line}'`);
const text = `// Made of matrixKernel.wat by \`npm run kernel\`.
export const productModule =
${lines.join(' +\n')};
`;

if (process.argv.includes('--check')) {
  if (readFileSync(target, 'utf8') !== text) {
    process.stderr.write(
      'src/numeric/matrixKernel.ts is not what matrixKernel.wat gives: run `npm run kernel` and commit both.\n',
    );
    process.exitCode = 1;
  }
} else {
  writeFileSync(target, text);
}
