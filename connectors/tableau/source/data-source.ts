import { createHash } from 'node:crypto';
import { type CalculatedField, calculatedFields } from './calculated-fields.js';
import { numberFormat } from './number-format.js';
import { type Branch, relationshipTree } from './relationship-tree.js';
import { qualified, quoted, type SourceField, sourceFields } from './source-fields.js';
import type { DataType, SourceTable } from './source-table.js';
import { titleCase } from './title-case.js';
import { element, type XmlElement } from './xml.js';

/** Where the tables of a data source are. */
export interface SourceConnection {
  /** What a table is called there. */
  relationName(table: SourceTable): string;
  /** The table as it is read, with this name. */
  relation(table: SourceTable): XmlElement;
  readonly namedConnections: (tables: readonly SourceTable[]) => readonly XmlElement[];
}

/** What is in the element of a data source, and what of it a workbook refers to. */
export interface DataSource {
  readonly children: readonly XmlElement[];
  readonly fields: readonly SourceField[];
  readonly calculated: readonly CalculatedField[];
}

/**
 * A data source of related tables: types, captions, roles, formats, descriptions, folders, relationships and a few
 * calculated fields.
 *
 * @see https://github.com/tableau/tableau-document-schemas for the elements and their order
 */
export function dataSource(all: readonly SourceTable[], connection: SourceConnection): DataSource {
  const { tables, branches } = relationshipTree(all);
  const fields = sourceFields(tables, connection.relationName);
  const calculated = calculatedFields(fields);
  const inOrder = bindingOrder(fields);
  const single = tables.length === 1;
  const relations = inOrder.map(connection.relation);
  const children = [
    element('connection', { class: 'federated' }, [
      element('named-connections', {}, connection.namedConnections(inOrder)),
      ...(single
        ? relations
        : [element('relation', { type: 'collection' }, relations), colsOf(fields, connection)]),
      element(
        'metadata-records',
        {},
        fields.map((field, at) => metadataRecord(field, at, connection)),
      ),
    ]),
    element('aliases', { enabled: 'yes' }),
    ...fields.map(columnOf),
    ...calculated.map(calculatedColumn),
    element('folders-common', {}, foldersOf(fields, calculated)),
    element('layout', {
      'dim-ordering': 'ordinal',
      'measure-ordering': 'ordinal',
      'show-structure': 'false',
    }),
    element('object-graph', {}, [
      element(
        'objects',
        {},
        inOrder.map((table) => objectOf(table, connection)),
      ),
      element(
        'relationships',
        {},
        branches.map((branch) => relationshipOf(branch, fields)),
      ),
    ]),
  ];
  return { children, fields, calculated };
}

/** 28 letters and digits that are always the same for a text: what Tableau's own are made of is a matter of chance. */
export function stableId(text: string): string {
  return BigInt(`0x${digest(text)}`)
    .toString(36)
    .padStart(28, '0')
    .slice(-28);
}

/**
 * Tables in the order in which they come first in the sorted list of columns: Tableau Cloud has been seen to match
 * objects with tables by their position in it, whatever their ids say.
 */
function bindingOrder(fields: readonly SourceField[]): readonly SourceTable[] {
  return [...new Set([...fields].sort(byName).map(({ table }) => table))];
}

function byName(one: SourceField, other: SourceField): number {
  return one.name < other.name ? -1 : 1;
}

function colsOf(fields: readonly SourceField[], { relationName }: SourceConnection): XmlElement {
  const maps = [...fields]
    .sort(byName)
    .map(({ table, column, name }) =>
      element('map', { key: quoted(name), value: qualified(relationName(table), column.name) }),
    );
  return element('cols', {}, maps);
}

/** How it is read, and how Tableau adds it up where nobody has said. */
const OF_TYPE: Readonly<Record<DataType, { readonly remote: number; readonly aggregation: string }>> = {
  string: { remote: 129, aggregation: 'Count' },
  integer: { remote: 20, aggregation: 'Sum' },
  real: { remote: 5, aggregation: 'Sum' },
  boolean: { remote: 11, aggregation: 'Count' },
  date: { remote: 133, aggregation: 'Year' },
  datetime: { remote: 135, aggregation: 'Year' },
};

function metadataRecord(
  { table, column, name }: SourceField,
  ordinal: number,
  { relationName }: SourceConnection,
): XmlElement {
  const { remote, aggregation } = OF_TYPE[column.type];
  const text = (called: string, content: string) => element(called, {}, content);
  return element('metadata-record', { class: 'column' }, [
    text('remote-name', column.name),
    text('remote-type', String(remote)),
    text('local-name', quoted(name)),
    text('parent-name', quoted(relationName(table))),
    text('remote-alias', column.name),
    text('ordinal', String(ordinal)),
    text('local-type', column.type),
    text('aggregation', aggregation),
    text('contains-null', 'true'),
    text('object-id', quoted(objectId(table))),
  ]);
}

export function columnOf({ table, column, name, caption }: SourceField): XmlElement {
  const { type, role, description } = column;
  return element(
    'column',
    {
      ...(column.unit === 'millisecond' ? { aggregation: 'Avg' } : {}),
      caption,
      datatype: type,
      'default-format': numberFormat(column, table),
      name: quoted(name),
      role,
      type: scaleOf(type, role),
    },
    descriptionOf(description),
  );
}

export function calculatedColumn({
  name,
  caption,
  description,
  type,
  role,
  format,
  formula,
}: CalculatedField): XmlElement {
  return element(
    'column',
    {
      caption,
      datatype: type,
      'default-format': format,
      name: quoted(name),
      role,
      type: scaleOf(type, role),
    },
    [element('calculation', { class: 'tableau', formula }), ...descriptionOf(description)],
  );
}

function scaleOf(type: DataType, role: 'dimension' | 'measure'): 'nominal' | 'ordinal' | 'quantitative' {
  if (role === 'measure') return 'quantitative';
  return type === 'string' || type === 'boolean' ? 'nominal' : 'ordinal';
}

function descriptionOf(description: string): readonly XmlElement[] {
  if (description === '') return [];
  return [element('desc', {}, [element('formatted-text', {}, [element('run', {}, description)])])];
}

const CALCULATED_FOLDER = 'Calculated Fields';

function foldersOf(
  fields: readonly SourceField[],
  calculated: readonly CalculatedField[],
): readonly XmlElement[] {
  const names = new Map<string, string[]>();
  const add = (folder: string, name: string) => names.set(folder, [...(names.get(folder) ?? []), name]);
  for (const { table, name } of fields) add(titleCase(table.subject), name);
  for (const { name } of calculated) add(CALCULATED_FOLDER, name);
  return [...names].map(([folder, items]) =>
    element(
      'folder',
      { name: folder },
      items.map((name) => element('folder-item', { name: quoted(name), type: 'field' })),
    ),
  );
}

function objectOf(table: SourceTable, connection: SourceConnection): XmlElement {
  return element('object', { caption: titleCase(table.name), id: objectId(table) }, [
    element('properties', { context: '' }, [connection.relation(table)]),
  ]);
}

function objectId({ name }: SourceTable): string {
  return `${name}_${digest(name).slice(0, 32).toUpperCase()}`;
}

function relationshipOf({ first, second, pairs, one }: Branch, fields: readonly SourceField[]): XmlElement {
  const nameOf = (table: SourceTable, column: string) =>
    quoted(fields.find((field) => field.table === table && field.column.name === column)?.name ?? column);
  const equal = pairs.map(([ofFirst, ofSecond]) =>
    element('expression', { op: '=' }, [
      element('expression', { op: nameOf(first, ofFirst) }),
      element('expression', { op: nameOf(second, ofSecond) }),
    ]),
  );
  const [only] = equal;
  const endPoint = (name: string, table: SourceTable) =>
    element(name, { 'object-id': objectId(table), 'unique-key': table === one ? 'true' : undefined });
  return element('relationship', {}, [
    only && equal.length === 1 ? only : element('expression', { op: 'AND' }, equal),
    endPoint('first-end-point', first),
    endPoint('second-end-point', second),
  ]);
}

export function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
