import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const pages = [
  'README.md',
  'python_bridge/README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];
const read = (page: string) => readFileSync(join(root, page), 'utf8');
const withoutCode = (text: string) => text.replaceAll(/^```.*?^```/gms, '').replaceAll(/`[^`\n]*`/g, '');

/** The anchors that GitHub gives a page's headings; a heading that comes again gets a number. */
function anchorsOf(text: string): Set<string> {
  const seen = new Map<string, number>();
  const headings = text.replaceAll(/^```.*?^```/gms, '').matchAll(/^#{1,6} +(.+?) *$/gm);
  const slugs = [...headings].map(([, title]) => {
    const slug = title!
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{M}\p{N}\p{Pc} -]/gu, '')
      .replaceAll(' ', '-');
    const before = seen.get(slug) ?? 0;
    seen.set(slug, before + 1);
    return before === 0 ? slug : `${slug}-${before}`;
  });
  return new Set(slugs);
}

/** The names of the command line tool's commands, from what it registers. */
const commands = readdirSync(join(root, 'src/cli'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .flatMap((file) =>
    [...read(`src/cli/${file}`).matchAll(/(?:new Command|episodeCommand)\('([a-z-]+)'/g)].map(([, name]) => name!),
  );
const benches = readdirSync(join(root, 'bench')).flatMap((name) => (name.endsWith('.ts') ? [name.slice(0, -3)] : []));
const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };

/** What a page has a user type after `before`. */
const words = (page: string, before: string) =>
  [...read(page).matchAll(new RegExp(`${before} +([a-z][\\w-]*)`, 'g'))].map(([, word]) => word!);

describe.each(pages)('%s', (page) => {
  it('links to files and headings that exist', () => {
    const links = [...withoutCode(read(page)).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!);
    const broken = links.filter((target) => {
      if (/^[a-z]+:/.test(target)) return false;
      const [path = '', anchor] = target.split('#', 2);
      const file = path === '' ? join(root, page) : resolve(root, dirname(page), path);
      if (!existsSync(file)) return true;
      return anchor !== undefined && !anchorsOf(readFileSync(file, 'utf8')).has(anchor);
    });
    expect(broken).toEqual([]);
  });

  it('names commands, benchmarks and scripts that exist', () => {
    expect(words(page, 'npm start --').filter((name) => !commands.includes(name))).toEqual([]);
    expect(words(page, 'npm run bench --').filter((name) => name !== 'NAME' && !benches.includes(name))).toEqual([]);
    expect(words(page, 'npm run').filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
  });
});

it('each page of docs/ can be reached from the README', () => {
  const seen = new Set<string>();
  const visit = (page: string) => {
    if (seen.has(page)) return;
    seen.add(page);
    for (const [, target] of read(page).matchAll(/\]\(([^)#\s]+\.md)(?:#[^)]*)?\)/g)) {
      const next = join(dirname(page), target!);
      if (existsSync(join(root, next))) visit(next);
    }
  };
  visit('README.md');
  expect(pages.filter((page) => page.startsWith('docs/') && !seen.has(page))).toEqual([]);
});
