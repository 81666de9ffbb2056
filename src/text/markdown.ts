import { oneLine } from './one-line.js';
import type { Align } from './text-table.js';

/**
 * A table in lines, with an empty one behind it.
 *
 * @param align of its columns. Default: as whoever shows it likes.
 */
export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  align: readonly Align[] = [],
): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const under = head.map((_, column) => (align[column] === 'right' ? '---:' : '---'));
  return [line(head.map(markdownText)), line(under), ...rows.map((row) => line(row.map(markdownText))), ''];
}

/** Names from outside must stay text: no table cell, link, image, formula or HTML of theirs. */
export function markdownText(text: string): string {
  return oneLine(text)
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/([\\`*_~[\]|!#$])/g, '\\$1')
    .replace(/:\/\//g, ':&#47;/')
    .replace(/www\./gi, (start) => `${start.slice(0, 3)}&#46;`);
}
