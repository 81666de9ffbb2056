import { z } from 'zod';
import type { Output } from '../../../src/files/output.js';
import { type CsvFormat, TABLEAU_FORMAT } from '../csv/csv-format.js';
import { listTableFiles } from '../table-files.js';
import type { Table } from '../tables/table.js';
import { type DataResource, dataPackage, dataResource, pathProperty } from './data-package.js';
import { readMe, TITLE } from './read-me.js';

const FILE = ['datapackage.json'];
const README = ['README.txt'];
/** Far more than all tables take. */
const LONGEST_README = 1024 * 1024;

/**
 * Describes the tables that are there, in `datapackage.json` for programs and in `README.txt` for people: those of this
 * run, and those that an earlier run described and that this one had nothing to do with.
 *
 * @returns what is described
 */
export async function writeDataPackage(
  folder: Output,
  tables: readonly Table[],
  layout: 'single' | 'daily',
  format: CsvFormat,
): Promise<readonly DataResource[]> {
  const described = new Set(tables.map((table) => table.name));
  const resources: DataResource[] = [];
  for (const table of tables) {
    const paths = await pathsOf(folder, table.name, layout);
    if (paths.length > 0) resources.push(dataResource(table, paths, format));
  }
  for (const resource of await earlierResources(folder)) {
    if (described.has(resource.name)) continue;
    const paths = await pathsOf(folder, resource.name, layout);
    if (paths.length > 0) resources.push({ ...resource, path: pathProperty(paths) });
  }
  await folder.replaceFile(FILE, (file) => file.write(dataPackage(resources)));
  if (await isOurs(folder)) await folder.replaceFile(README, (file) => file.write(readMe(resources)));
  return resources;
}

/** False where somebody has a file of this name there, which stays. */
async function isOurs(folder: Output): Promise<boolean> {
  // Letters of either case are one file in some file systems.
  const isThere = (await folder.entries([])).some(({ name }) => name.toUpperCase() === 'README.TXT');
  const text = isThere ? await folder.readShort(README, LONGEST_README) : TITLE;
  return text?.startsWith(TITLE) === true;
}

/** How the files of a table were written last. */
export interface DescribedTable {
  /** The name of their form. */
  readonly form: string;
  readonly columns: readonly string[];
}

/** The tables that are described, by their names. */
export async function describedTables(folder: Output): Promise<ReadonlyMap<string, DescribedTable>> {
  const resources = await earlierResources(folder);
  return new Map(
    resources.map(({ name, written_for: form = TABLEAU_FORMAT.name, schema }) => [
      name,
      { form, columns: columnNames.safeParse(schema.fields).data ?? [] },
    ]),
  );
}

const columnNames = z.array(z.looseObject({ name: z.string() }).transform(({ name }) => name));

async function pathsOf(folder: Output, table: string, layout: 'single' | 'daily'): Promise<string[]> {
  return (await listTableFiles(folder, table, layout)).map((segments) => segments.join('/'));
}

async function earlierResources(folder: Output): Promise<readonly DataResource[]> {
  const text = await folder.readText(FILE);
  try {
    const content: unknown = JSON.parse(text ?? '{}');
    return earlierPackage.safeParse(content).data?.resources.filter(isResource) ?? [];
  } catch {
    return []; // no JSON any more: this run describes its own tables anew
  }
}

const earlierPackage = z.looseObject({ resources: z.array(z.unknown()) });

const relationships = z
  .array(
    z.looseObject({
      fields: z.array(z.string()),
      reference: z.looseObject({ resource: z.string(), fields: z.array(z.string()) }),
    }),
  )
  .optional();

const earlierResource = z.looseObject({
  // One of our tables, and so no way out of the folder.
  name: z.string().regex(/^[a-z_]+$/),
  description: z.string().optional(),
  use: z.string().optional(),
  subject: z.string().optional(),
  written_for: z.string().optional(),
  schema: z.looseObject({ foreignKeys: relationships, relationships }),
});

/** Judges only: what is kept stays as it was written, down to the order of its properties. */
function isResource(value: unknown): value is DataResource {
  return earlierResource.safeParse(value).success;
}
