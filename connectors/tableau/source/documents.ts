import { DOCUMENT_VERSION, dataSource, type SourceConnection, stableId } from './data-source.js';
import type { SourceTable } from './source-table.js';
import { textFiles } from './text-files.js';
import { element, xmlDocument } from './xml.js';

/** What a data source is called. */
export const SOURCE_FILE = 'deepgram.tds';

/** The folder of the tables within a package. */
export const PACKAGED_FOLDER = 'Data/deepgram';

/** `deepgram.tds`, for CSV files in this folder, from where it is. */
export function tdsOfFiles(tables: readonly SourceTable[], directory: string): string {
  return tdsOf(tables, textFiles(directory));
}

/** The document of a data source alone. */
export function tdsOf(tables: readonly SourceTable[], connection: SourceConnection): string {
  const { children } = dataSource(tables, connection);
  return xmlDocument(element('datasource', ROOT, children));
}

const ROOT = {
  'formatted-name': `federated.${stableId('deepgram')}`,
  inline: 'true',
  'source-platform': 'win',
  version: DOCUMENT_VERSION,
};
