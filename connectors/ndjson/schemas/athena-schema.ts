import { folderFields } from '../../../src/file-sinks/hive-folders.js';
import type { Field, FieldType } from '../../../src/streams/field.js';
import type { Stream } from '../../../src/streams/stream.js';
import { oneLine } from '../../../src/text/one-line.js';
import { quotedText, titleOf } from './sql-text.js';

/**
 * A moment stays text: Athena reads moments in another form, and with milliseconds only. As text it keeps its order, and
 * `from_iso8601_timestamp_nanos` makes a moment of it.
 */
const TYPES = {
  string: 'string',
  integer: 'bigint',
  real: 'double',
  boolean: 'boolean',
  date: 'date',
  timestamp: 'string',
  strings: 'array<string>',
} as const satisfies Record<FieldType, string>;

/** What Athena takes as a comment, in characters. */
const LONGEST_COMMENT = 255;

/** A table over a stream's lines. */
export function athenaSchema(stream: Stream): string {
  return athenaTable(
    stream,
    ({ type }) => TYPES[type],
    "ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'",
  );
}

/**
 * A table over a stream's files where somebody has put the archive.
 *
 * @param form how the files are to be read
 */
export function athenaTable(stream: Stream, typeOf: (field: Field) => string, form: string): string {
  const inFolders = folderFields(stream);
  const inFiles = stream.fields.filter((field) => !inFolders.includes(field));
  return `${titleOf(stream)}
-- Put the place of the archive for s3://BUCKET/FOLDER, and run MSCK REPAIR TABLE ${backticked(stream.name)} when there are new days.
CREATE EXTERNAL TABLE IF NOT EXISTS ${backticked(stream.name)} (
${inFiles.map((field) => `  ${column(field, typeOf(field))}`).join(',\n')}
)
PARTITIONED BY (
${inFolders.map((field) => `  ${column(field, typeOf(field))}`).join(',\n')}
)
${form}
LOCATION ${quotedText(`s3://BUCKET/FOLDER/${stream.name}/`)};
`;
}

function column({ name, description }: Field, type: string): string {
  const comment = oneLine(description)
    .slice(0, LONGEST_COMMENT)
    .replaceAll('\\', '\\\\')
    .replaceAll("'", "\\'");
  return `${backticked(name)} ${type} COMMENT '${comment}'`;
}

function backticked(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}
