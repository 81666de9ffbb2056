import { folderFields } from '../../../src/file-sinks/hive-folders.js';
import type { Stream } from '../../../src/streams/stream.js';
import { quotedName, quotedText, titleOf } from '../../ndjson/schemas/sql-text.js';

/** A view of a stream's files, from the sink's folder. The files say their types; the folders need to be told theirs. */
export function duckdbSchema(stream: Stream): string {
  const files = stream.partitionedBy === 'day' ? 'date=*/part' : 'snapshot';
  const folders = folderFields(stream).map(
    ({ name, type }) => `${quotedText(name)}: ${type === 'date' ? 'DATE' : 'VARCHAR'}`,
  );
  return `${titleOf(stream)}
-- To be read in the folder of the files, since the paths begin there.
CREATE OR REPLACE VIEW ${quotedName(stream.name)} AS
SELECT
${stream.fields.map(({ name }) => `  ${quotedName(name)}`).join(',\n')}
FROM read_parquet(
  ${quotedText(`${stream.name}/project_id=*/${files}.parquet`)},
  hive_partitioning = true,
  hive_types = { ${folders.join(', ')} },
  union_by_name = true
);
`;
}
