import { z } from 'zod';
import { TABLEAU_FORMAT } from '../csv/csv-format.js';
import { type DataResource, dataResource } from '../package/data-package.js';
import { tableFile } from '../table-files.js';
import type { Table } from '../tables/table.js';

/** A table of a data source. */
export interface SourceTable {
  readonly name: string;
  readonly description: string;
  /** What it is about: tables of one subject have their fields in one folder. */
  readonly subject: string;
  /** Its file, below the folder of the data source. */
  readonly file: string;
  readonly columns: readonly SourceColumn[];
}

export interface SourceColumn {
  readonly name: string;
  readonly type: DataType;
  readonly role: 'dimension' | 'measure';
  readonly description: string;
  readonly unit?: string | undefined;
  /** True for data about a person. */
  readonly personal?: boolean | undefined;
}

/** As Tableau calls them. */
export type DataType = 'string' | 'integer' | 'real' | 'boolean' | 'date' | 'datetime';

/**
 * The tables that are described, by name, also those that only an earlier run did. One that has no file, or several, is none of a
 * data source, and neither is what somebody else has written into the description.
 */
export function sourceTables(resources: readonly DataResource[]): readonly SourceTable[] {
  const tables = resources.flatMap((resource) => {
    const found = described.safeParse(resource).data;
    if (found === undefined) return [];
    const { name, description, subject, path, schema } = found;
    return { name, description, subject: subject ?? name, file: path, columns: schema.fields };
  });
  return tables.sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** These tables, each as one file would be described. */
export function describedTables(tables: readonly Table[]): readonly SourceTable[] {
  return sourceTables(tables.map((table) => dataResource(table, tableFile(table.name), TABLEAU_FORMAT)));
}

const DATA_TYPES = {
  string: 'string',
  integer: 'integer',
  number: 'real',
  boolean: 'boolean',
  date: 'date',
  datetime: 'datetime',
} as const satisfies Record<string, DataType>;

const described = z.looseObject({
  name: z.string().min(1),
  description: z.string().default(''),
  subject: z.string().optional(),
  path: z.string(),
  schema: z.looseObject({
    fields: z
      .array(
        z.object({
          name: z.string().min(1),
          // Safe: the schema has checked that it is one of them.
          type: z
            .enum(Object.keys(DATA_TYPES))
            .transform((type) => DATA_TYPES[type as keyof typeof DATA_TYPES]),
          role: z.enum(['dimension', 'measure']),
          description: z.string().default(''),
          unit: z.string().optional(),
          personal: z.boolean().optional(),
        }),
      )
      .min(1),
  }),
});
