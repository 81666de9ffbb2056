import {
  BYTE_ORDER_MARK,
  CRLF,
  type CsvFormat,
  csvHeader,
  spreadsheetFormat,
  TABLEAU_FORMAT,
} from './csv/csv-format.js';
import type { TableauSettings } from './tableau-settings.js';
import type { Table } from './tables/table.js';

/** How the files are written that people and programs open. */
export interface FileForm {
  readonly format: CsvFormat;
  readonly bom: boolean;
}

export function fileForm({ preset, locale = 'en-US', bom }: TableauSettings): FileForm {
  return preset === 'spreadsheet'
    ? { format: spreadsheetFormat(locale), bom: bom ?? true }
    : { format: TABLEAU_FORMAT, bom: bom ?? false };
}

/** What a file begins with, also when there are no rows. */
export function headOf({ columns }: Pick<Table, 'columns'>, { format, bom }: FileForm): string {
  return (bom ? BYTE_ORDER_MARK : '') + csvHeader(columns, format) + CRLF;
}
