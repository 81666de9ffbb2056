import { DOCUMENT_VERSION, dataSource, stableId } from './data-source.js';
import type { SourceTable } from './source-table.js';
import { textFiles } from './text-files.js';
import { element, xmlDocument } from './xml.js';

/** What a data source is called. */
export const SOURCE_FILE = 'deepgram.tds';

/** The folder of the tables within a package. */
export const PACKAGED_FOLDER = 'Data/deepgram';

/** `deepgram.tds`, for CSV files in this folder, from where it is. */
export function tdsOfFiles(tables: readonly SourceTable[], directory: string): string {
  const { children } = dataSource(tables, textFiles(directory));
  return xmlDocument(element('datasource', ROOT, children));
}

const ROOT = {
  'formatted-name': `federated.${stableId('deepgram')}`,
  inline: 'true',
  'source-platform': 'win',
  version: DOCUMENT_VERSION,
};
