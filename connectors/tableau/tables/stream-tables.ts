import type { Stream } from '../../../src/streams/stream.js';
import { requestTables } from './request-tables.js';
import type { Table } from './table.js';

/** The tables of a stream, its own first. */
export function tablesOf(stream: Stream): readonly [Table, ...Table[]] {
  const own = { name: stream.name, description: stream.description, columns: stream.fields, key: stream.key };
  return stream.kind === 'requests' ? requestTables(own) : [own];
}
