import type { Field, Row } from '../../../src/streams/field.js';
import type { Column, Table } from './table.js';

/**
 * The requests with a 0/1 measure for rates, and a child table for each of their lists, so that counting by tag,
 * model or feature splits no text.
 */
export function requestTables(requests: Table): readonly [Table, ...Table[]] {
  const request = requests.columns.filter(({ name }) => name === 'project_id' || name === 'request_id');
  const child = (
    name: string,
    of: string,
    columns: readonly Field[],
    fields: readonly string[],
    itemsOf: (record: Row) => readonly Row[],
  ): Table => ({
    name: `${requests.name}_${name}`,
    description: `${of} of the requests, one row a request and ${columns[0]?.name.replace('_id', '')}`,
    columns: [...request, ...columns],
    key: [...request, ...columns.slice(0, 1)].map((column) => column.name),
    items: { columns, fields, of: itemsOf },
  });
  return [
    { ...requests, columns: [...requests.columns, isError] },
    child('tags', 'Tags', [tag], ['tags'], (record) =>
      itemsOf(record, 'tags').map((item) => ({ tag: item })),
    ),
    child('models', 'Models', [modelId, modelName], ['model_ids', 'model_names'], modelsOf),
    child('features', 'Features', [feature], ['features'], (record) =>
      itemsOf(record, 'features').map((item) => ({ feature: item })),
    ),
  ];
}

/** Last in the table, where new columns go. */
const isError: Column = {
  name: 'is_error',
  type: 'integer',
  role: 'measure',
  description: '1 for an error, 0 for a success, empty for the others: its average is the error rate',
  derive: { of: 'status', value: (status) => (status === 'error' ? 1 : status === 'success' ? 0 : null) },
};

const tag: Field = {
  name: 'tag',
  type: 'string',
  role: 'dimension',
  required: true,
  description: 'One tag of the request',
};
const modelId: Field = {
  name: 'model_id',
  type: 'string',
  role: 'dimension',
  description: 'Id of one model of the request',
};
const modelName: Field = {
  name: 'model_name',
  type: 'string',
  role: 'dimension',
  description: 'Readable name of that model',
};
const feature: Field = {
  name: 'feature',
  type: 'string',
  role: 'dimension',
  required: true,
  description: 'One feature that the request used',
};

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
