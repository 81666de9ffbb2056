import type { FieldType } from '../../../src/streams/field.js';
import type { Column } from '../tables/table.js';

export const CRLF = '\r\n';

/** Spreadsheets take a CSV file for UTF-8 only with this in front. */
export const BYTE_ORDER_MARK = '\uFEFF';

/** How the values of a table become cells; {@link Column} says of which type they are. */
export interface CsvFormat {
  /** Different for different forms: `datapackage.json` says it of each table. */
  readonly name: string;
  /** Between two cells. */
  readonly separator: ',' | ';';
  readonly decimal: '.' | ',';
  readonly flags: { readonly true: string; readonly false: string };
  /** How exactly moments are written, as strftime has it. */
  readonly timestamp: keyof typeof TIMESTAMP_LENGTHS;
}

/** The form in which Tableau and other programs read values without help, and in which partitions are kept. */
export const TABLEAU_FORMAT: CsvFormat = {
  name: 'tableau',
  separator: ',',
  decimal: '.',
  flags: { true: 'true', false: 'false' },
  timestamp: '%Y-%m-%d %H:%M:%S.%f',
};

/**
 * The form that a spreadsheet of a country reads right when a file is opened with a double click. Moments end with their
 * second, since Excel shows one with a fraction as minutes; flags are numbers, since `true` is a text where the word for
 * it is another one.
 */
export function spreadsheetFormat(locale: SpreadsheetLocale): CsvFormat {
  const [separator, decimal] = LOCALES[locale];
  return {
    name: `spreadsheet ${locale}`,
    separator,
    decimal,
    flags: { true: '1', false: '0' },
    timestamp: '%Y-%m-%d %H:%M:%S',
  };
}

export type SpreadsheetLocale = keyof typeof LOCALES;

/** The list separator and the decimal sign that Windows has for a country, and Excel with it. */
const LOCALES = {
  'en-US': [',', '.'],
  'en-GB': [',', '.'],
  'en-AU': [',', '.'],
  'en-CA': [',', '.'],
  'en-IN': [',', '.'],
  'ja-JP': [',', '.'],
  'ko-KR': [',', '.'],
  'zh-CN': [',', '.'],
  'cs-CZ': [';', ','],
  'da-DK': [';', ','],
  'de-AT': [';', ','],
  'de-CH': [';', '.'],
  'de-DE': [';', ','],
  'es-ES': [';', ','],
  'fi-FI': [';', ','],
  'fr-BE': [';', ','],
  'fr-CA': [';', ','],
  'fr-FR': [';', ','],
  'it-IT': [';', ','],
  'nb-NO': [';', ','],
  'nl-BE': [';', ','],
  'nl-NL': [';', ','],
  'pl-PL': [';', ','],
  'pt-BR': [';', ','],
  'pt-PT': [';', ','],
  'sv-SE': [';', ','],
  'tr-TR': [';', ','],
} as const satisfies Record<string, readonly [CsvFormat['separator'], CsvFormat['decimal']]>;

export const SPREADSHEET_LOCALES = Object.keys(LOCALES) as readonly SpreadsheetLocale[];

const TIMESTAMP_LENGTHS = {
  '%Y-%m-%d %H:%M:%S.%f': '2026-11-20 11:59:47.434'.length,
  '%Y-%m-%d %H:%M:%S': '2026-11-20 11:59:47'.length,
} as const;

/** The first line of a table's files, without its line end. */
export function csvHeader(columns: readonly Pick<Column, 'name'>[], { separator }: CsvFormat): string {
  return columns.map((column) => column.name).join(separator);
}

/** The separator of a file, by its first line: no column has one in its name. */
export function separatorOf(header: string): CsvFormat['separator'] {
  return header.includes(';') ? ';' : ',';
}

/** A cell of any of our forms, as another one has it. What was cut from a moment stays cut. */
export function cellIn(format: CsvFormat, type: FieldType, cell: string): string {
  if (cell === '') return '';
  switch (type) {
    case 'string':
    case 'strings':
      return quoted(unquoted(cell), format);
    case 'real':
      return cell.replace(/[.,]/, format.decimal);
    case 'boolean':
      return cell === 'true' || cell === '1' ? format.flags.true : format.flags.false;
    case 'timestamp': {
      const length = TIMESTAMP_LENGTHS[format.timestamp];
      return cell.slice(0, length) + '.000'.slice(0, Math.max(0, length - cell.length));
    }
    case 'integer':
    case 'date':
      return cell;
  }
}

/** The text of a cell. */
export function unquoted(cell: string): string {
  return cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell;
}

function quoted(text: string, { separator }: CsvFormat): string {
  return text.includes(separator) || text.includes('"') ? `"${text.replaceAll('"', '""')}"` : text;
}
