import { shortName } from '../../../src/text/one-line.js';
import type { Day } from '../../../src/time/day.js';
import { type Content, type Html, html } from './html.js';

export interface Column<Row> {
  readonly head: string;
  /** Text stands to the left, numbers to the right. Default: a number. */
  readonly isText?: boolean;
  readonly cell: (row: Row) => Content;
}

export interface Table<Row> {
  /** What it shows, for who cannot see where it stands. */
  readonly caption: string;
  /** The first one says what a row is of. */
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  /** A last row, of what all come to. */
  readonly total?: readonly Content[];
  /** True where a heading above says the same: then the caption is only heard. Default false. */
  readonly isNamed?: boolean;
  /** Another look: `log` for narrow columns of text. */
  readonly look?: 'log';
}

/**
 * A table, which can be moved by keyboard where it is wider than the page. An end tag that HTML does not need is not
 * there, as a page may have thousands of cells.
 */
export function table<Row>({ caption, columns, rows, total, isNamed, look }: Table<Row>): Html {
  const cells = (of: readonly Content[]) =>
    of.map((content, at) => {
      if (at === 0) return html`<th scope=row>${content}`;
      return columns[at]?.isText ? html`<td class=t>${content}` : html`<td>${content}`;
    });
  const heads = columns.map(({ head, isText }, at) =>
    at === 0 || isText ? html`<th scope=col class=t>${head}` : html`<th scope=col>${head}`,
  );
  const body = rows.map((row) => html`<tr>${cells(columns.map(({ cell }) => cell(row)))}`);
  const foot = total === undefined ? undefined : html`<tfoot><tr>${cells(total)}</tfoot>`;
  const named = isNamed ? html`<caption class=o>${caption}` : html`<caption>${caption}`;
  return html`<div class=w tabindex=0><table${look === undefined ? undefined : html` class="${look}"`}>${named}</caption><thead><tr>${heads}<tbody>${body}${foot}</table></div>`;
}

/** Long work, folded: its first line says what it is. */
export function folded(summary: string, content: Content): Html {
  return html`<details><summary>${summary}</summary>${content}</details>`;
}

/** Somebody else's name within a sentence, apart from the direction of writing around it; a long one is cut. */
export function nameOf(name: string): Html {
  return html`<bdi>${shortName(name)}</bdi>`;
}

/** A day within a sentence, on one line. */
export function dateOf(day: Day): Html {
  return html`<time>${day}</time>`;
}

/** A share of a whole as a bar behind its number. */
export function shareBar(part: number, whole: number, text: string): Html {
  const width = whole > 0 && part > 0 ? Math.min(100, Math.round((100 * part) / whole)) : 0;
  return html`<span class=b style="--w:${width}%">${text}</span>`;
}
