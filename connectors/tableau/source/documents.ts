import { dataSource, type SourceConnection, stableId } from './data-source.js';
import type { SourceTable } from './source-table.js';
import { textFiles } from './text-files.js';
import { element, xmlDocument } from './xml.js';

/** What a data source is called. */
export const SOURCE_FILE = 'deepgram.tds';

/** The folder of the tables within a package. */
export const PACKAGED_FOLDER = 'Data/deepgram';

/** What it is called within a document. */
export const SOURCE_NAME = `federated.${stableId('deepgram')}`;

/** `deepgram.tds`, for CSV files in this folder, from where it is. */
export function tdsOfFiles(tables: readonly SourceTable[], directory: string): string {
  return tdsOf(tables, textFiles(directory));
}

/** The document of a data source alone. */
export function tdsOf(tables: readonly SourceTable[], connection: SourceConnection): string {
  const { children } = dataSource(tables, connection);
  const changes = FORMAT_CHANGES.map((name) => element(name));
  return xmlDocument(
    element('datasource', ROOT, [element('document-format-change-manifest', {}, changes), ...children]),
  );
}

/** The version is that of every Tableau since 2018.1. */
const ROOT = {
  'formatted-name': SOURCE_NAME,
  inline: 'true',
  'source-platform': 'win',
  version: '18.1',
};

/** That tables are related, and in elements without a prefix: what Tableau since 2020.2 says of such a data source. */
const FORMAT_CHANGES = ['ObjectModelEncapsulateLegacy', 'ObjectModelTableType', 'SchemaViewerObjectModel'];
