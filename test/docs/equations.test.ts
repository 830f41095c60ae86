import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const page = readFileSync(join(root, 'docs/method.md'), 'utf8');
const section = page.split(/^## /m).find((part) => part.startsWith('Equations and where they are\n')) ?? '';
/** The cells of each row: slide, name, formula, where. */
const rows = [...section.matchAll(/^\| (\d+) \|(.*)\|$/gm)].map(([, slide, rest]) => [
  slide!,
  ...rest!.split('|').map((cell) => cell.trim()),
]);

/** The slides that have formulas. */
const SLIDES = [2, 3, 4, 5, 7, 8, 9];

describe('the table of equations', () => {
  it('goes through the slides in their order and leaves none with formulas out', () => {
    const slides = rows.map(([slide]) => Number(slide));
    expect(slides).toEqual(slides.toSorted((a, b) => a - b));
    expect([...new Set(slides)]).toEqual(SLIDES);
  });

  it.each(rows.map((row) => [`slide ${row[0]}, ${row[1]}`, row] as const))(
    '%s: leads to functions that their files export',
    (_, row) => {
      expect(row).toHaveLength(4);
      expect(row[2]).not.toBe('');
      const places = [...row[3].matchAll(/`(\w+)` in `([^`]+)`/g)].map(([, name, file]) => [name!, file!] as const);
      expect(places.length).toBeGreaterThan(0);
      // Whatever is in backquotes is a place: a name without its file would not be looked up.
      expect(row[3].match(/`[^`]*`/g)).toHaveLength(2 * places.length);
      const wrong = places.filter(([name, file]) => {
        const path = join(root, file);
        const definition = new RegExp(`^export (?:async )?(?:function|class|const) ${name}\\b`, 'm');
        return !existsSync(path) || !definition.test(readFileSync(path, 'utf8'));
      });
      expect(wrong).toEqual([]);
    },
  );
});
