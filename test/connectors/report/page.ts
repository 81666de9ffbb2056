/** A table of a page, as a reader sees it. */
export interface PageTable {
  readonly section: string;
  readonly caption: string;
  readonly heads: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** The tables of a page; those of one caption, whose rest is folded, are one. */
export function tablesIn(page: string): readonly PageTable[] {
  const tables = new Map<string, PageTable & { rows: (readonly string[])[] }>();
  for (const [, section = '', text = ''] of page.matchAll(/<section id="(\w+)">(.*?)<\/section>/gs)) {
    for (const [, table = ''] of text.matchAll(/<table[^>]*>(.*?)<\/table>/gs)) {
      const [head = '', body = ''] = table.split('<tbody>');
      const caption = textOf(/<caption[^>]*>(.*?)<\/caption>/s.exec(head)?.[1] ?? '');
      const rows = body
        .replace(/<tfoot>.*/s, '')
        .split('<tr>')
        .slice(1)
        .map(cellsOf);
      const known = tables.get(`${section} ${caption}`);
      if (known) known.rows.push(...rows);
      else {
        const heads = cellsOf(head.split('<tr>')[1] ?? '');
        tables.set(`${section} ${caption}`, { section, caption, heads, rows });
      }
    }
  }
  return [...tables.values()];
}

/** The rows of the table whose caption begins so, by their first cell, each by its heads. */
export function rowsOf(page: string, caption: string): Record<string, Record<string, string>> {
  const found = tablesIn(page).find((table) => table.caption.startsWith(caption));
  if (found === undefined) return {};
  return Object.fromEntries(
    found.rows.map(([name = '', ...cells]) => [
      name,
      Object.fromEntries(cells.map((cell, at) => [found.heads[at + 1], cell])),
    ]),
  );
}

/** What a section says, as text. */
export function sectionText(page: string, id: string): string {
  return textOf(new RegExp(`<section id="${id}">(.*?)</section>`, 's').exec(page)?.[1] ?? '');
}

function cellsOf(row: string): string[] {
  return row
    .split(/<t[hd][^>]*>/)
    .slice(1)
    .map((cell) => textOf(cell));
}

export function textOf(markup: string): string {
  return markup
    .replace(/<svg.*?<\/svg>/gs, '')
    .replace(/<[^>]*>/g, '')
    .replace(/\u00A0/g, ' ')
    .replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => ENTITIES[name] ?? '');
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
