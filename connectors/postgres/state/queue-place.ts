import type { GivenUp } from '../../../src/catalogue/state-type.js';
import { identifier } from '../tables/identifier.js';
import type { Query } from './state-table.js';

/** Of the engine's queues, the one with what was given up. */
export const DEAD = 'dead';

/** The view of how many tasks there are: for people and their dashboards. */
export const OVERVIEW = 'overview';

/** Where the queue of workers is: beside the state that they share, since who drops the one need not drop the other. */
export function queueSchema(stateSchema: string): string {
  return `${stateSchema}_queue`;
}

/** What workers have given up and nobody has done since; nothing where there is no queue. */
export async function givenUp(query: Query, stateSchema: string): Promise<readonly GivenUp[]> {
  const schema = queueSchema(stateSchema);
  const [found] = await query<{ readonly has: boolean }>('select to_regclass($1) is not null as has', [
    identifier(schema, 'job'),
  ]);
  if (!found?.has) return [];
  const rows = await query<Record<'project' | 'about' | 'why' | 'hint' | 'since', string | null>>(
    `select coalesce(data -> 'project' ->> 'name', data -> 'project' ->> 'id') as project, data ->> 'about' as about,
       coalesce(output ->> 'message', output -> 'value' ->> 'message') as why, output ->> 'hint' as hint,
       (extract(epoch from created_on) * 1000)::bigint as since
     from ${identifier(schema, 'job')} where name = $1 order by created_on, project, about`,
    [DEAD],
  );
  return rows.map(({ project, about, why, hint, since }) => ({
    project: project ?? undefined,
    what: about ?? 'a task that cannot be understood',
    why: why ?? 'it is not known why',
    hint: hint ?? undefined,
    sinceMs: Number(since),
  }));
}
