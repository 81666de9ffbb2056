import type { FieldType } from '../../../src/streams/field.js';
import { LIST_SEPARATOR } from '../csv/csv-encoder.js';
import type { Column, Table } from '../tables/table.js';

/**
 * One table of a Frictionless Data Package: what it is, where, and the meaning of its columns. `role`, `unit`,
 * `list_separator` and `personal` are ours; the format allows own properties.
 *
 * @see https://specs.frictionlessdata.io/tabular-data-resource/
 */
export interface DataResource {
  readonly name: string;
  /** Below the folder of the package. */
  readonly path: string | readonly string[];
  readonly schema: { readonly foreignKeys: readonly ForeignKey[]; readonly [property: string]: unknown };
  readonly [property: string]: unknown;
}

interface ForeignKey {
  readonly fields: readonly string[];
  readonly reference: { readonly resource: string; readonly fields: readonly string[] };
}

/** @param paths below the folder of the package, at least one. */
export function dataResource(table: Table, paths: readonly string[]): DataResource {
  return {
    profile: 'tabular-data-resource',
    name: table.name,
    description: table.description,
    path: pathProperty(paths),
    format: 'csv',
    mediatype: 'text/csv',
    encoding: 'utf-8',
    dialect: { delimiter: ',', lineTerminator: '\r\n', quoteChar: '"', doubleQuote: true, header: true },
    schema: {
      fields: table.columns.map(dataField),
      missingValues: [''],
      primaryKey: table.key,
      foreignKeys: foreignKeysOf(table),
    },
  };
}

/** One path stands alone. */
export function pathProperty(paths: readonly string[]): DataResource['path'] {
  return paths.length === 1 ? String(paths[0]) : paths;
}

/** `datapackage.json` as text. References to tables that are not in it are left out. */
export function dataPackage(resources: readonly DataResource[]): string {
  const names = new Set(resources.map((resource) => resource.name));
  const sorted = [...resources].sort((a, b) => (a.name < b.name ? -1 : 1));
  const content = {
    profile: 'tabular-data-package',
    name: 'deepgram-export',
    description: 'Usage, request logs and billing of a Deepgram account; all times are UTC',
    resources: sorted.map((resource) => ({
      ...resource,
      schema: {
        ...resource.schema,
        foreignKeys: resource.schema.foreignKeys.filter((key) => names.has(key.reference.resource)),
      },
    })),
  };
  return `${JSON.stringify(content, null, 2)}\n`;
}

const FRICTIONLESS_TYPES = {
  string: { type: 'string' },
  strings: { type: 'string', list_separator: LIST_SEPARATOR },
  integer: { type: 'integer' },
  real: { type: 'number' },
  boolean: { type: 'boolean' },
  date: { type: 'date' },
  timestamp: { type: 'datetime', format: '%Y-%m-%d %H:%M:%S.%f' },
} as const satisfies Record<FieldType, object>;

function dataField(column: Column): object {
  return {
    name: column.name,
    ...FRICTIONLESS_TYPES[column.type],
    description: column.description,
    role: column.role,
    ...(column.unit === undefined ? {} : { unit: column.unit }),
    ...(column.personal === true ? { personal: true } : {}),
    ...(column.required === true ? { constraints: { required: true } } : {}),
  };
}

/** How the star hangs together: columns of any table, and the table and key that they point to. */
const REFERENCES: readonly ForeignKey[] = [
  reference('projects', ['project_id']),
  reference('requests', ['project_id', 'request_id']),
  reference('api_keys', ['project_id', 'api_key_id']),
  reference('api_keys', ['project_id', 'api_key_id'], ['project_id', 'accessor']),
  reference('models', ['project_id', 'model_id']),
];

function reference(resource: string, key: readonly string[], fields = key): ForeignKey {
  return { fields, reference: { resource, fields: key } };
}

function foreignKeysOf(table: Table): ForeignKey[] {
  const columns = new Set(table.columns.map((column) => column.name));
  return REFERENCES.filter(
    ({ fields, reference }) =>
      reference.resource !== table.name && fields.every((field) => columns.has(field)),
  );
}
