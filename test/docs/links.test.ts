import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const PAGES = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], {
  cwd: ROOT,
  encoding: 'utf8',
})
  .split('\n')
  .filter((page) => page !== '' && existsSync(join(ROOT, page)));

it('each link of a page leads to a file, and to a heading that it has', () => {
  const astray = PAGES.flatMap((page) => linksOf(page).filter((link) => !leadsSomewhere(page, link)));

  expect(PAGES.length).toBeGreaterThan(10);
  expect(astray).toEqual([]);
});

it('each page of docs can be reached from the README', () => {
  const reached = new Set(['README.md']);
  for (const page of reached) {
    for (const link of linksOf(page)) {
      const path = relative(ROOT, join(ROOT, dirname(page), link.split('#')[0] ?? ''));
      if (PAGES.includes(path)) reached.add(path);
    }
  }

  expect(PAGES.filter((page) => page.startsWith('docs/') && !reached.has(page))).toEqual([]);
});

/** Links to files of this repository and to headings. */
function linksOf(page: string): readonly string[] {
  const text = proseOf(page);
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link = '']) => link)
    .filter((link) => !/^\w+:/.test(link));
}

function leadsSomewhere(page: string, link: string): boolean {
  const [path = '', heading] = link.split('#');
  const target = path === '' ? page : join(dirname(page), path);
  if (!existsSync(join(ROOT, target))) return false;
  return heading === undefined || headingsOf(target).includes(heading);
}

/** As GitHub names them. */
function headingsOf(page: string): readonly string[] {
  return [...proseOf(page).matchAll(/^#+ +(.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** Without blocks of code, which have neither. */
function proseOf(page: string): string {
  return readFileSync(join(ROOT, page), 'utf8').replace(/^```.*?^```/gms, '');
}
