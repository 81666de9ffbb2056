import type { FieldType } from '../../../src/streams/field.js';
import { LIST_SEPARATOR } from '../csv/csv-encoder.js';
import type { CsvFormat } from '../csv/csv-format.js';
import { mayLackPartner, type Relationship, relationshipsOf } from '../tables/relationships.js';
import type { Column, Table } from '../tables/table.js';

/**
 * One table of a Frictionless Data Package: what it is, where, and the meaning of its columns. `use`, `subject`,
 * `written_for`, `relationships`, `role`, `unit`, `list_separator` and `personal` are ours; the format allows own properties.
 *
 * @see https://specs.frictionlessdata.io/tabular-data-resource/
 */
export interface DataResource {
  readonly name: string;
  /** Below the folder of the package. */
  readonly path: string | readonly string[];
  readonly description?: string | undefined;
  readonly use?: string | undefined;
  /** What its stream is about. */
  readonly subject?: string | undefined;
  /** The name of the form of its cells. */
  readonly written_for?: string | undefined;
  readonly schema: {
    readonly foreignKeys?: readonly Relationship[] | undefined;
    readonly relationships?: readonly Relationship[] | undefined;
    readonly [property: string]: unknown;
  };
  readonly [property: string]: unknown;
}

/** @param paths below the folder of the package, at least one. */
export function dataResource(table: Table, paths: readonly string[], format: CsvFormat): DataResource {
  const relationships = relationshipsOf(table);
  return {
    profile: 'tabular-data-resource',
    name: table.name,
    description: table.description,
    ...(table.use === undefined ? {} : { use: table.use }),
    subject: table.subject,
    path: pathProperty(paths),
    format: 'csv',
    mediatype: 'text/csv',
    written_for: format.name,
    encoding: 'utf-8',
    dialect: {
      delimiter: format.separator,
      lineTerminator: '\r\n',
      quoteChar: '"',
      doubleQuote: true,
      header: true,
    },
    schema: {
      fields: table.columns.map((column) => dataField(column, format)),
      missingValues: [''],
      ...(areRequired(table, table.key) ? { primaryKey: table.key } : {}),
      foreignKeys: foreignKeysOf(table, relationships),
      relationships,
    },
  };
}

/** One path stands alone. */
export function pathProperty(paths: readonly string[]): DataResource['path'] {
  return paths.length === 1 ? String(paths[0]) : paths;
}

/** `datapackage.json` as text. Relationships with tables that are not in it are left out. */
export function dataPackage(resources: readonly DataResource[]): string {
  const names = new Set(resources.map((resource) => resource.name));
  const isThere = ({ reference }: Relationship) => names.has(reference.resource);
  const sorted = [...resources].sort((a, b) => (a.name < b.name ? -1 : 1));
  const content = {
    profile: 'tabular-data-package',
    name: 'deepgram-export',
    description: 'Usage, request logs and billing of a Deepgram account; all times are UTC',
    resources: sorted.map((resource) => {
      const { relationships = [], foreignKeys = [], ...schema } = resource.schema;
      const keys = foreignKeys.filter(isThere);
      return {
        ...resource,
        schema: {
          ...schema,
          // The format knows no empty list of keys.
          ...(keys.length > 0 ? { foreignKeys: keys } : {}),
          relationships: relationships.filter(isThere),
        },
      };
    }),
  };
  return `${JSON.stringify(content, null, 2)}\n`;
}

/** True where none of these columns is ever empty. */
function areRequired({ columns }: Table, names: readonly string[]): boolean {
  return names.every((name) => columns.some((column) => column.name === name && column.required === true));
}

function dataField(column: Column, format: CsvFormat): object {
  return {
    name: column.name,
    ...frictionlessType(column.type, format),
    description: column.description,
    role: column.role,
    ...(column.unit === undefined ? {} : { unit: column.unit }),
    ...(column.personal === true ? { personal: true } : {}),
    ...(column.required === true ? { constraints: { required: true } } : {}),
  };
}

function frictionlessType(type: FieldType, { decimal, flags, timestamp }: CsvFormat): object {
  switch (type) {
    case 'strings':
      return { type: 'string', list_separator: LIST_SEPARATOR };
    case 'real':
      return { type: 'number', ...(decimal === '.' ? {} : { decimalChar: decimal }) };
    case 'boolean':
      return { type, trueValues: [flags.true], falseValues: [flags.false] };
    case 'timestamp':
      return { type: 'datetime', format: timestamp };
    case 'string':
    case 'integer':
    case 'date':
      return { type };
  }
}

/**
 * The relationships that are foreign keys for whoever checks them: every row has its partner, so none of their columns is
 * ever empty; and no column is in two of them, since the official reader puts the partner in place of their values.
 */
function foreignKeysOf(table: Table, relationships: readonly Relationship[]): readonly Relationship[] {
  const taken = new Set<string>();
  return relationships.filter((relationship) => {
    const { fields } = relationship;
    if (mayLackPartner(relationship) || !areRequired(table, fields)) return false;
    if (fields.some((field) => taken.has(field))) return false;
    for (const field of fields) taken.add(field);
    return true;
  });
}
