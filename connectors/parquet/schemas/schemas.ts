import type { Schemas } from '../../ndjson/schemas/schema-files.js';
import { athenaSchema } from './athena-schema.js';
import { duckdbSchema } from './duckdb-schema.js';

/** What is written of each stream: for engines that do not find by themselves which columns are folders. */
export const parquetSchemas: Schemas = {
  'duckdb.sql': duckdbSchema,
  'athena.sql': athenaSchema,
};
