import { fieldsOf, integer, required, text } from '../../../src/streams/column.js';
import type { Field, Row } from '../../../src/streams/field.js';
import type { Stream } from '../../../src/streams/stream.js';
import type { Column, Table } from './table.js';

/** Measures of a request that people ask for by tag, model or feature. */
const BESIDE_ITEMS = ['cost_usd', 'audio_seconds'];

/** The tables of a stream, its own first. */
export function tablesOf(stream: Stream): readonly [Table, ...Table[]] {
  const { name, description, use, kind, fields, key } = stream;
  const own = { name, description, use, subject: kind, columns: fields, key };
  return stream.kind === 'requests' ? requestTables(own) : [own];
}

/**
 * The requests with a 0/1 measure for rates, and a child table for each of their lists, so that counting by tag,
 * model or feature splits no text. These have the day and what is summed as well: a question about one tag needs no join.
 */
function requestTables(requests: Table): readonly [Table, ...Table[]] {
  const own: Table = { ...requests, columns: [...requests.columns, isError] };
  const some = (names: readonly string[]) =>
    names.flatMap((name) => own.columns.filter((one) => one.name === name));
  const before = some(requests.key);
  const child = (
    items: string,
    columns: readonly Field[],
    fields: readonly string[],
    of: (record: Row) => readonly Row[],
  ): Table => {
    const item = items.slice(0, -1);
    const after = [...some(['date']), ...some(BESIDE_ITEMS).map((measure) => repeated(measure, item))];
    return {
      name: `${requests.name}_${items}`,
      description: `${capitalized(items)} of the requests, one row a request and ${item}`,
      subject: requests.subject,
      use: `For what one ${item} comes to: its measures are those of whole requests, so one ${item} at a time.`,
      columns: [...before, ...columns, ...after],
      key: [...before, ...columns.slice(0, 1)].map((column) => column.name),
      items: { parent: own, before, columns, after, fields, of },
    };
  };
  return [
    own,
    child('tags', tags, ['tags'], (record) => itemsOf(record, 'tags').map((tag) => ({ tag }))),
    child('models', models, ['model_ids', 'model_names'], modelsOf),
    child('features', features, ['features'], (record) =>
      itemsOf(record, 'features').map((feature) => ({ feature })),
    ),
  ];
}

/** A measure of the whole request in a table of its items. */
function repeated(measure: Column, item: string): Column {
  return {
    ...measure,
    description: `${measure.description}. Of the whole request, and so the same for each ${item} of it: a sum is right for one ${item}, and over several it counts requests more than once`,
  };
}

/** Last in the table, where new columns go. */
const isError: Column = {
  name: 'is_error',
  ...integer('1 for an error, 0 for a success, empty for the others: its average is the error rate'),
  derive: { of: 'status', value: (status) => (status === 'error' ? 1 : status === 'success' ? 0 : null) },
};

const tags = fieldsOf({ tag: required(text('One tag of the request')) });
const models = fieldsOf({
  model_id: text('Id of one model of the request'),
  model_name: text('Readable name of that model'),
});
const features = fieldsOf({ feature: required(text('One feature that the request used')) });

function capitalized(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

/** Ids and names stand in the same order; where one list is shorter, its cell is empty. */
function modelsOf(record: Row): Row[] {
  const ids = listOf(record, 'model_ids');
  const names = listOf(record, 'model_names');
  if (ids.length === 0) {
    return itemsOf(record, 'model_names').map((name) => ({ model_id: null, model_name: name }));
  }
  return itemsOf(record, 'model_ids').map((id) => ({
    model_id: id,
    model_name: names[ids.indexOf(id)] ?? null,
  }));
}

/** Each item once, since a request is counted once a tag; an empty one would read as null. */
function itemsOf(record: Row, field: string): readonly string[] {
  const list = listOf(record, field);
  const items = list.length > 1 ? [...new Set(list)] : list;
  return items.includes('') ? items.filter((item) => item !== '') : items;
}

function listOf(record: Row, field: string): readonly string[] {
  const value = record[field];
  return typeof value === 'object' && value !== null ? value : [];
}
