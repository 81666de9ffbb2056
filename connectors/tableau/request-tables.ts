import type { Field, Row } from '../../src/records/field.js';
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
    rowsOf: Table['rowsOf'] & {},
  ): Table => ({
    name: `${requests.name}_${name}`,
    description: `${of} of the requests, one row a request and ${columns[0]?.name.replace('_id', '')}`,
    columns: [...request, ...columns],
    key: [...request, ...columns.slice(0, 1)].map((column) => column.name),
    rowsOf,
  });
  return [
    { ...requests, columns: [...requests.columns, isError] },
    child('tags', 'Tags', [tag], (record) => rowsOfItems(record, 'tags', 'tag')),
    child('models', 'Models', [modelId, modelName], rowsOfModels),
    child('features', 'Features', [feature], (record) => rowsOfItems(record, 'features', 'feature')),
  ];
}

/** Last in the table, where new columns go. */
const isError: Column = {
  name: 'is_error',
  type: 'integer',
  role: 'measure',
  description: '1 for an error, 0 for a success, empty for the others: its average is the error rate',
  derive: ({ status }) => (status === 'error' ? 1 : status === 'success' ? 0 : null),
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

function rowsOfItems(record: Row, list: string, column: string): Row[] {
  return itemsOf(record, list).map((item) => rowOf(record, { [column]: item }));
}

/** Ids and names stand in the same order; where one list is shorter, its cell is empty. */
function rowsOfModels(record: Row): Row[] {
  const ids = listOf(record, 'model_ids');
  const names = listOf(record, 'model_names');
  if (ids.length === 0) {
    return itemsOf(record, 'model_names').map((name) => rowOf(record, { model_id: null, model_name: name }));
  }
  return itemsOf(record, 'model_ids').map((id) =>
    rowOf(record, { model_id: id, model_name: names[ids.indexOf(id)] ?? null }),
  );
}

/** Each item once, since a request is counted once a tag; an empty one would read as null. */
function itemsOf(record: Row, field: string): string[] {
  return [...new Set(listOf(record, field))].filter((item) => item !== '');
}

function listOf(record: Row, field: string): readonly string[] {
  const value = record[field];
  return typeof value === 'object' && value !== null ? value : [];
}

function rowOf(record: Row, cells: Row): Row {
  return { project_id: record.project_id ?? null, request_id: record.request_id ?? null, ...cells };
}
