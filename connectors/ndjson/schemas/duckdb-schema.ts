import { folderFields } from '../../../src/file-sinks/hive-folders.js';
import type { FieldType } from '../../../src/streams/field.js';
import type { Stream } from '../../../src/streams/stream.js';
import { quotedName, quotedText, titleOf } from './sql-text.js';

const TYPES = {
  string: 'VARCHAR',
  integer: 'BIGINT',
  real: 'DOUBLE',
  boolean: 'BOOLEAN',
  date: 'DATE',
  timestamp: 'TIMESTAMP WITH TIME ZONE',
  strings: 'VARCHAR[]',
} as const satisfies Record<FieldType, string>;

/** A view of a stream's files, from the folder of the archive. */
export function duckdbSchema(stream: Stream): string {
  const inFolders = folderFields(stream);
  const inLines = stream.fields.filter((field) => !inFolders.includes(field));
  const files = stream.partitionedBy === 'day' ? 'date=*/part' : 'snapshot';
  return `${titleOf(stream)}
-- To be read in the folder of the archive, since the paths begin there.
CREATE OR REPLACE VIEW ${quotedName(stream.name)} AS
SELECT
${stream.fields.map(({ name }) => `  ${quotedName(name)}`).join(',\n')}
FROM read_json(
  ${quotedText(`${stream.name}/project_id=*/${files}.ndjson*`)},
  format = 'newline_delimited',
  hive_partitioning = true,
  hive_types = {
${inFolders.map(({ name, type }) => `    ${quotedText(name)}: ${TYPES[type]}`).join(',\n')}
  },
  columns = {
${inLines.map(({ name, type }) => `    ${quotedText(name)}: ${quotedText(TYPES[type])}`).join(',\n')}
  }
);
`;
}
