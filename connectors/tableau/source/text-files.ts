import type { SourceConnection } from './data-source.js';
import { stableId } from './data-source.js';
import { quoted } from './source-fields.js';
import type { SourceTable } from './source-table.js';
import { element } from './xml.js';

/**
 * CSV files in a folder.
 *
 * @param directory from where the document is: never a path of this machine
 */
export function textFiles(directory: string): SourceConnection {
  const connectionName = ({ file }: SourceTable) => `textscan.${stableId(file)}`;
  return {
    relationName: ({ file }) => file,
    namedConnections: (tables) =>
      tables.map((table) =>
        element('named-connection', { caption: withoutEnding(table.file), name: connectionName(table) }, [
          element('connection', {
            class: 'textscan',
            directory,
            filename: table.file,
            password: '',
            server: '',
          }),
        ]),
      ),
    relation: (table) =>
      element(
        'relation',
        {
          connection: connectionName(table),
          name: table.file,
          table: quoted(table.file.replaceAll('.', '#')),
          type: 'table',
        },
        [
          element(
            'columns',
            { 'character-set': 'UTF-8', header: 'yes', locale: 'en_US', separator: ',' },
            table.columns.map(({ name, type }, at) =>
              element('column', { datatype: type, name, ordinal: String(at) }),
            ),
          ),
        ],
      ),
  };
}

function withoutEnding(file: string): string {
  return file.replace(/\.csv$/, '');
}
