import { athenaSchema } from './athena-schema.js';
import { bigquerySchema } from './bigquery-schema.js';
import { duckdbSchema } from './duckdb-schema.js';
import { postgresqlSchema } from './postgresql-schema.js';
import type { Schemas } from './schema-files.js';

/** What is written of each stream. */
export const ndjsonSchemas: Schemas = {
  'duckdb.sql': duckdbSchema,
  'athena.sql': athenaSchema,
  'postgresql.sql': postgresqlSchema,
  'bigquery.json': bigquerySchema,
};
