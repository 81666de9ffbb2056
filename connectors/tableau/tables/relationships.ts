/** Columns of a table, and those of another one that they find at most one row by. */
export interface Relationship {
  readonly fields: readonly string[];
  readonly reference: { readonly resource: string; readonly fields: readonly string[] };
}

/** What of a table says to which others it leads. */
interface NamedColumns {
  readonly name: string;
  readonly columns: readonly { readonly name: string }[];
}

/** How the star hangs together: columns of any table, and the table and key that they point to; the closest first. */
const REFERENCES: readonly Relationship[] = [
  reference('requests', ['project_id', 'request_id']),
  reference('api_keys', ['project_id', 'api_key_id']),
  reference('api_keys', ['project_id', 'api_key_id'], ['project_id', 'accessor']),
  reference('models', ['project_id', 'model_id']),
  reference('projects', ['project_id']),
  reference('usage', ['project_id', 'date']),
  reference('billing', ['project_id', 'date']),
];

/** Tables in the middle of the star, where they are there. */
const CENTERS = ['requests', 'usage', 'billing'];

/** Tables that may lack the partner: a day has requests before it has totals. */
const MAY_LACK: ReadonlySet<string> = new Set(['usage', 'billing']);

function reference(resource: string, key: readonly string[], fields = key): Relationship {
  return { fields, reference: { resource, fields: key } };
}

/** To tables that may not be there. */
export function relationshipsOf({ name, columns }: NamedColumns): readonly Relationship[] {
  const there = new Set(columns.map((column) => column.name));
  return REFERENCES.filter(
    ({ fields, reference }) => reference.resource !== name && fields.every((field) => there.has(field)),
  );
}

/** True where a row may be there without its partner. */
export function mayLackPartner({ reference }: Relationship): boolean {
  return MAY_LACK.has(reference.resource);
}

/** Longer keys first, and of those that are as long the closest. */
export function closestFirst(one: Relationship, other: Relationship): number {
  return other.fields.length - one.fields.length || REFERENCES.indexOf(one) - REFERENCES.indexOf(other);
}

/** The table that the others are arranged around. */
export function centerOf<Named extends { readonly name: string }>(
  tables: readonly Named[],
): Named | undefined {
  return CENTERS.flatMap((center) => tables.find(({ name }) => name === center) ?? [])[0] ?? tables[0];
}
