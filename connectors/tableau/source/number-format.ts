import type { SourceColumn, SourceTable } from './source-table.js';

/** The default format of a column, as Tableau writes it: `c` for currencies, `p` for percent, `n` for numbers. */
export function numberFormat({ type, role, unit }: SourceColumn, table: SourceTable): string | undefined {
  if (role !== 'measure' || (type !== 'integer' && type !== 'real')) return undefined;
  switch (unit) {
    case 'dollar':
      // Single requests cost less than a cent.
      return dollars(table.columns.some(({ name }) => name === 'request_id') ? 4 : 2);
    case 'second':
      return number(1, ' s');
    case 'millisecond':
      return MILLISECONDS;
    case 'hour':
      return number(2, ' h');
    default:
      return type === 'integer' ? number(0) : undefined;
  }
}

export function dollars(places: number): string {
  return signed('c', `"$"${digits(places)}`);
}

export const PERCENT = 'p0.00%';
export const MILLISECONDS = number(0, ' ms');

function number(places: number, suffix = ''): string {
  return signed('n', digits(places) + (suffix && `"${suffix}"`));
}

function signed(kind: string, format: string): string {
  return `${kind}${format};-${format}`;
}

function digits(places: number): string {
  return places === 0 ? '#,##0' : `#,##0.${'0'.repeat(places)}`;
}
